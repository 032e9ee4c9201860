package main

import (
	"bytes"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"whorl/link/pcapfile"
	"whorl/packet"
)

func TestRun(t *testing.T) {
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, "x.pcapng"))
	if err != nil {
		t.Fatal(err)
	}
	w, err := pcapfile.NewWriter(f, packet.Raw)
	if err != nil {
		t.Fatal(err)
	}
	for i, agent := range []string{"x (Windows NT 10.0)", "x (Linux; Android 9)", "x (Windows NT 6.1)", "curl/7.58.0"} {
		p := packet.Packet{Link: packet.Raw, Network: packet.IPv4, Src: netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}), Dst: netip.MustParseAddr("192.0.2.9"),
			TTL: 64, Proto: packet.ProtoTCP, Transport: packet.TCP, TCP: packet.TCPHeader{SrcPort: 40000, DstPort: 80, Flags: packet.ACK},
			Payload: []byte("GET / HTTP/1.1\r\nUser-Agent: " + agent + "\r\n\r\n")}
		frame, err := p.Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Write(packet.Raw, frame, time.Unix(1, 0), 0); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	f.Close()
	labels := "pcap\tip\trole\tfamily\tversion\tevidence\n"
	for i, family := range []string{"Windows", "Linux", "macOS", "Linux"} {
		labels += "x.pcapng\t" + netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}).String() + "\tclient\t" + family + "\t\tuser-agent\n"
	}
	if err := os.WriteFile(filepath.Join(dir, "labels.tsv"), []byte(labels), 0o666); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run(&out, dir, true); err != nil {
		t.Fatal(err)
	}
	if want := "4 labels: 2 right, 0 mixed, 1 wrong, 1 silent\n"; !strings.HasSuffix(out.String(), want) {
		t.Errorf("no %q in\n%s", want, out.String())
	}
}
