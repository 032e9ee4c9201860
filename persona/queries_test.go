package persona_test

import (
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"whorl/packet"
	"whorl/persona"
)

// Requests for timestamps and address masks are answered by the families that do, in
// their byte order, and never with more than came.
func TestQueries(t *testing.T) {
	at := start.Add(5*time.Hour + 1234*time.Millisecond)
	ms := uint32(5*3600*1000 + 1234)
	for _, c := range []struct {
		class string
		order binary.ByteOrder // of the times; nil: no answer
		mask  bool
	}{
		{"Linux | Linux | 6.X", binary.BigEndian, false},
		{"Microsoft | Windows | XP", binary.LittleEndian, false},
		{"Microsoft | Windows | 10", nil, false},
		{"Microsoft | Windows | 98", binary.LittleEndian, true},
		{"Oracle | Solaris | 10", binary.BigEndian, true},
		{"Example | Example | 1.X", nil, false},
	} {
		text := strings.Replace(stack, "Example | Example | 1.X", c.class, 1)
		p, err := persona.New(entry(t, text), persona.Options{Addr: victim})
		if err != nil {
			t.Fatal(err)
		}
		in := packet.Packet{Link: packet.Raw, Network: packet.IPv4, Transport: packet.ICMP, Src: scanners[0], Dst: victim, TTL: 57, TOS: 0x10,
			ICMP: packet.ICMPHeader{Type: 13, Rest: 0x12340001}, Payload: []byte{1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0}}
		a := ask(p, at, in)
		switch {
		case (a != nil) != (c.order != nil):
			t.Errorf("%s: timestamp: %v", c.class, a)
		case a != nil:
			got := c.order.Uint32(a.Payload[8:])
			if a.ICMP.Type != 14 || a.ICMP.Rest != in.ICMP.Rest || got != ms || string(a.Payload[:4]) != "\x01\x02\x03\x04" || len(a.Payload) != 12 || a.TOS != 0x10 {
				t.Errorf("%s: %+v %x, want %d ms", c.class, a.ICMP, a.Payload, ms)
			}
		}
		in.Payload = in.Payload[:8]
		if ask(p, at, in) != nil {
			t.Errorf("%s: a request that is too short is answered", c.class)
		}
		in.ICMP.Type, in.Payload = 17, make([]byte, 4)
		if a := ask(p, at, in); (a != nil) != c.mask || a != nil && (a.ICMP.Type != 18 || string(a.Payload) != "\xff\xff\xff\x00") {
			t.Errorf("%s: mask: %v", c.class, a)
		}
		in.ICMP.Type = 15
		if ask(p, at, in) != nil {
			t.Errorf("%s: an information request is answered", c.class)
		}
		if a := ask(p, at, packet.Packet{Link: packet.Raw, Network: packet.IPv4, Transport: packet.ICMP, Src: scanners[0], Dst: victim, TTL: 57,
			ICMP: packet.ICMPHeader{Type: packet.ICMPEchoRequest}}); a == nil {
			t.Errorf("%s: no echo reply", c.class)
		}
	}
}

// A host without echo replies answers no other request.
func TestSilentToQueries(t *testing.T) {
	text := strings.Replace(stack, "IE(DFI=S%T=FA-104%TG=FF%CD=S)", "IE(R=N)", 1)
	p, err := persona.New(entry(t, strings.Replace(text, "Example | Example | 1.X", "Linux | Linux | 6.X", 1)), persona.Options{Addr: victim})
	if err != nil {
		t.Fatal(err)
	}
	if ask(p, start, packet.Packet{Link: packet.Raw, Network: packet.IPv4, Transport: packet.ICMP, Src: scanners[0], Dst: victim, TTL: 57,
		ICMP: packet.ICMPHeader{Type: 13}, Payload: make([]byte, 12)}) != nil {
		t.Error("a timestamp is answered")
	}
}
