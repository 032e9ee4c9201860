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

// spoken is a frame of a payload from one port to another.
func spoken(t *testing.T, link packet.LinkType, from string, transport packet.Transport, sport, dport uint16, payload string) []byte {
	t.Helper()
	p := packet.Packet{Link: link, EtherType: packet.EtherTypeIPv4, Network: packet.IPv4, Src: netip.MustParseAddr(from), Dst: netip.MustParseAddr("192.0.2.9"),
		TTL: 64, Transport: transport, Proto: packet.ProtoUDP, Payload: []byte(payload)}
	if !p.Src.Is4() {
		p.Network, p.EtherType, p.Dst = packet.IPv6, packet.EtherTypeIPv6, netip.MustParseAddr("2001:db8::9")
	}
	p.UDP = packet.UDPHeader{SrcPort: sport, DstPort: dport}
	if transport == packet.TCP {
		p.Proto = packet.ProtoTCP
		p.TCP = packet.TCPHeader{SrcPort: sport, DstPort: dport, Flags: packet.ACK}
	}
	b, err := p.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A Linux whose browser says Windows is warned about; who shows nothing is not named by
// what it says.
func TestListenSays(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.pcapng")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	w, err := pcapfile.NewWriter(f, packet.Raw)
	if err != nil {
		t.Fatal(err)
	}
	syn := packet.Packet{Link: packet.Raw, Network: packet.IPv4, Src: netip.MustParseAddr("192.0.2.1"), Dst: netip.MustParseAddr("192.0.2.9"), TTL: 64,
		IPv4: packet.IPv4Header{DF: true, ID: 7}, Proto: packet.ProtoTCP, Transport: packet.TCP,
		TCP: packet.TCPHeader{SrcPort: 40000, DstPort: 80, Seq: 1, Flags: packet.SYN, Window: 64240,
			Options: []byte("\x02\x04\x05\xb4\x04\x02\x08\x0a\x00\x00\x00\x01\x00\x00\x00\x00\x01\x03\x03\x07")}}
	first, err := syn.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	get := "GET / HTTP/1.1\r\nUser-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64)\r\n\r\n"
	for i, frame := range [][]byte{first,
		spoken(t, packet.Raw, "192.0.2.1", packet.TCP, 40000, 80, get),
		spoken(t, packet.Raw, "192.0.2.2", packet.UDP, 50000, 1900, "M-SEARCH * HTTP/1.1\r\nUSER-AGENT: Google Chrome/106.0 Windows\r\n\r\n")} {
		if err := w.Write(packet.Raw, frame, time.Unix(int64(1000+i), 0), 0); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	f.Close()
	var out, people bytes.Buffer
	a := &app{out: &out, people: &people, ownOnly: true}
	if err := a.listen(t.Context(), &listenOptions{hosts: 100, flows: 100, confidence: 0.75, files: []string{name}}, nil); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"192.0.2.1        Linux", "says Windows 10 or newer (User-Agent), its stack shows Linux",
		"192.0.2.2        unknown: no handshake of it was heard, says Windows (SSDP)"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}
