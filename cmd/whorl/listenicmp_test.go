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

// captured writes packets to a file, a second apart.
func captured(t *testing.T, packets ...packet.Packet) (name string) {
	t.Helper()
	name = filepath.Join(t.TempDir(), "x.pcapng")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w, err := pcapfile.NewWriter(f, packet.Raw)
	if err != nil {
		t.Fatal(err)
	}
	for i := range packets {
		frame, err := packets[i].Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Write(packet.Raw, frame, time.Unix(int64(1000+i), 0), 0); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return name
}

// unreach is the port unreachable of a host that quotes a DNS answer of 120 bytes, so many of
// them, with that TTL and TOS.
func unreach(t *testing.T, from string, quoted int, ttl, tos uint8) (answer, refusal packet.Packet) {
	t.Helper()
	answer = packet.Packet{Link: packet.Raw, Network: packet.IPv4, Src: netip.MustParseAddr("192.0.2.53"), Dst: netip.MustParseAddr(from), TTL: 64,
		Proto: packet.ProtoUDP, Transport: packet.UDP, UDP: packet.UDPHeader{SrcPort: 53, DstPort: 40000}, Payload: make([]byte, 92)}
	answer.IPv4.ID = 0x4321
	quote, err := answer.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	return answer, packet.Packet{Link: packet.Raw, Network: packet.IPv4, Src: answer.Dst, Dst: answer.Src, TTL: ttl, TOS: tos, Proto: packet.ProtoICMP,
		Transport: packet.ICMP, ICMP: packet.ICMPHeader{Type: packet.ICMPUnreachable, Code: packet.CodePortUnreachable}, Payload: quote[:quoted]}
}

// What ICMP tells stands beside the name, against it, or in its place, as text, in records
// and when these are explained.
func TestListenICMP(t *testing.T) {
	syn := func(from string) packet.Packet {
		return packet.Packet{Link: packet.Raw, Network: packet.IPv4, Src: netip.MustParseAddr(from), Dst: netip.MustParseAddr("192.0.2.9"), TTL: 64,
			IPv4: packet.IPv4Header{DF: true, ID: 7}, Proto: packet.ProtoTCP, Transport: packet.TCP,
			TCP: packet.TCPHeader{SrcPort: 40000, DstPort: 80, Seq: 1, Flags: packet.SYN, Window: 64240,
				Options: []byte("\x02\x04\x05\xb4\x04\x02\x08\x0a\x00\x00\x00\x01\x00\x00\x00\x00\x01\x03\x03\x07")}}
	}
	packets := []packet.Packet{syn("192.0.2.1"), syn("192.0.2.2")}
	for _, of := range []struct {
		from     string
		quoted   int
		ttl, tos uint8
	}{{"192.0.2.1", 120, 64, 0xC0}, {"192.0.2.2", 28, 64, 0}, {"192.0.2.3", 120, 128, 0}, {"192.0.2.4", 120, 64, 0xC0}} {
		answer, refusal := unreach(t, of.from, of.quoted, of.ttl, of.tos)
		packets = append(packets, answer, refusal)
	}
	var out, people bytes.Buffer
	a := &app{out: &out, people: &people, ownOnly: true}
	records := filepath.Join(t.TempDir(), "hosts.json")
	if err := a.listen(t.Context(), &listenOptions{hosts: 100, flows: 100, confidence: 0.75, files: []string{captured(t, packets...)}, json: records}, nil); err != nil {
		t.Fatal(err)
	}
	const against = "Warning: its port unreachables are not those of Linux (U1.IPL 38, there 164): something in the path sends or changes them"
	for _, want := range []string{"192.0.2.1        Linux 4.15", "192.0.2.2        Linux 4.15", against,
		"192.0.2.3        Microsoft Windows, 95 % sure, 1 port unreachable", "192.0.2.4        unknown: no handshake of it was heard, and ICMP alone does not tell its system"} {
		if strings.Count(out.String(), want) != 1 {
			t.Errorf("no %q, or several, in\n%s", want, out.String())
		}
	}
	out.Reset()
	if err := a.explain(&explainOptions{top: 1, judging: judging{confidence: 0.75, rule: "whorl"}}, []string{records}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"from 1 SYN, heard 1970-01-01", "from 1 port unreachable, heard 1970-01-01", "U1.IPL=38", "Microsoft Windows", against, "compare with whorl scan 192.0.2.2"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}
