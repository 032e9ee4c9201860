package ipv6

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl/method/methodtest"
	"whorl/packet"
)

// A packet that is not from the host, not to a port of ours, or quotes something else is
// none of ours; one with wrong numbers is only taken if no better one comes.
func TestStrangers(t *testing.T) {
	w, m := newWire(target, linux, Options{Tries: 1})
	w.Run(t)
	before := m.Print().String()
	stranger := func(change func(*packet.Packet)) *packet.Packet {
		p := &packet.Packet{Network: packet.IPv6, Src: methodtest.Them6, Dst: methodtest.Us6, TTL: 64, Transport: packet.TCP}
		p.TCP = packet.TCPHeader{SrcPort: 80, DstPort: m.Numbers.PortBase, Flags: packet.SYN | packet.ACK}
		change(p)
		return methodtest.Read(methodtest.Frame(p))
	}
	probe := func(which Probe) []byte {
		p := packet.Packet{Src: methodtest.Us6}
		m.Packet(which, &p)
		return methodtest.Frame(&p)
	}
	about := func(p *packet.Packet, which Probe) {
		p.Transport, p.ICMP, p.Payload = packet.ICMPv6, packet.ICMPHeader{Type: packet.ICMPv6Unreachable, Code: 1}, probe(which)
	}
	for _, c := range []struct {
		name string
		p    *packet.Packet
		mine bool
	}{
		{"another host", stranger(func(p *packet.Packet) { p.Src = methodtest.Us6 }), false},
		{"another port of ours", stranger(func(p *packet.Packet) { p.TCP.DstPort += 19 }), false},
		{"another port of the host", stranger(func(p *packet.Packet) { p.TCP.SrcPort = 81 }), false},
		{"a copy with another number", stranger(func(*packet.Packet) {}), true},
		{"an echo reply of another sequence", stranger(func(p *packet.Packet) {
			p.Transport, p.ICMP = packet.ICMPv6, packet.ICMPHeader{Type: packet.ICMPv6EchoReply, Rest: packet.Echo(m.Numbers.EchoID, 2)}
		}), false},
		{"an advertisement nobody asked for", stranger(func(p *packet.Packet) {
			p.SetNeighbor(packet.ICMPv6NeighborAdv, packet.Neighbor{Target: methodtest.Them6})
		}), false},
		{"an advertisement of another", stranger(func(p *packet.Packet) {
			p.SetNeighbor(packet.ICMPv6NeighborAdv, packet.Neighbor{Target: methodtest.Us6, Solicited: true})
		}), false},
		{"an error about S1", stranger(func(p *packet.Packet) { about(p, S1) }), true},
		{"an error about IE1", stranger(func(p *packet.Packet) { about(p, IE1) }), true},
		{"an error about NS", stranger(func(p *packet.Packet) { about(p, NS) }), true},
		{"an error about a packet of another host", stranger(func(p *packet.Packet) {
			about(p, S1)
			p.Payload[39]++
		}), false},
		{"an error that quotes nothing", stranger(func(p *packet.Packet) { about(p, S1); p.Payload = nil }), false},
	} {
		if mine := m.Receive(c.p, w.Now()); mine != c.mine {
			t.Errorf("%s: taken %v", c.name, mine)
		}
	}
	if d := cmp.Diff(before, m.Print().String()); d != "" {
		t.Error(d)
	}
}

// An error in place of a segment stands in Nmap's text and is none of our tests; a segment
// that comes later takes its place.
func TestErrorForSegment(t *testing.T) {
	refused := func(which Probe, n int, at time.Duration, q *packet.Packet) *packet.Packet {
		if which == T5 || which == T6 && n == 1 {
			return quoting(packet.ICMPv6Unreachable, 1, 0, q)
		}
		return linux(which, n, at, q)
	}
	w, m := newWire(target, refused, Options{})
	w.Run(t)
	p := methodtest.Read(m.Slots[T6].Reply.Packet)
	late := packet.Packet{Network: packet.IPv6, Src: methodtest.Them6, Dst: methodtest.Us6, TTL: 64, Transport: packet.TCP}
	late.TCP = packet.TCPHeader{SrcPort: 81, DstPort: m.Numbers.PortBase + 11, Flags: packet.RST, Seq: m.Numbers.Ack}
	if p.Transport != packet.ICMPv6 || !m.Receive(methodtest.Read(methodtest.Frame(&late)), w.Now()) {
		t.Fatalf("T6 has %v", p)
	}
	want := strings.Replace(linuxPrint, "T5_6(R=Y%HL=40%TC=0%FL=O%W=0%S=Z%A=S+%F=AR%O=%RD=0%Q=)", "T5_6(R=N)", 1)
	want = strings.Replace(want, "T6_6(R=Y%HL=40%TC=0%FL=O", "T6_6(R=Y%HL=40%TC=0%FL=Z", 1)
	if d := cmp.Diff(want, m.Measure().String()); d != "" {
		t.Error(d)
	}
	if !strings.Contains(m.Print().Nmap(), "\nT5(P=6") {
		t.Error("the error is not in Nmap's text")
	}
}

// Packets of probes: lengths and headers as the method's author has them.
func TestPackets(t *testing.T) {
	w, _ := newWire(target, linux, Options{Tries: 1})
	w.Run(t)
	for _, s := range w.Sent {
		q, which := s.Q, Probe(s.Tag)
		length, chain := map[Probe]uint16{IE1: 136, IE2: 40, NS: 24, U1: 308}[which], ""
		switch {
		case q.Transport == packet.TCP:
			length = 20 + uint16(len(Probes[which].Options))
		case which == IE1:
			chain = "3a00010400000000"
		case which == IE2:
			chain = "3c000104000000002b0001040000000000000000000000003a00010400000000"
		}
		if q.Odd != 0 || q.IPv6.PayloadLen != length || q.IPv6.FlowLabel != 0x12345 || q.TOS != 0 || fmt.Sprintf("%x", q.IPv6.Extensions) != chain {
			t.Errorf("%s: odd %v, %d bytes, label %x, class %d, extensions %x", Probes[which].Name, q.Odd, q.IPv6.PayloadLen, q.IPv6.FlowLabel, q.TOS, q.IPv6.Extensions)
		}
		if low, high := uint8(51), uint8(64); which == NS && q.TTL != 255 || which != NS && (q.TTL < low || q.TTL > high) {
			t.Errorf("%s: hop limit %d", Probes[which].Name, q.TTL)
		}
		if q.Transport == packet.TCP && q.TCP.Reserved != 0 {
			t.Errorf("%s: reserved bits %d", Probes[which].Name, q.TCP.Reserved)
		}
	}
}

// The zone of an address does not keep answers from being taken.
func TestZone(t *testing.T) {
	zoned := target
	zoned.Addr = zoned.Addr.WithZone("eth0")
	w, m := newWire(zoned, linux, Options{Tries: 1})
	w.Run(t)
	if m.Answered() != 15 {
		t.Errorf("%d answers", m.Answered())
	}
}

// Behind routers errors tell the distance, and so how far the hop limits have come down;
// without errors it is guessed where they began.
func TestDistance(t *testing.T) {
	far := target
	far.Direct = false
	away := func(quotes bool) node {
		return func(which Probe, n int, at time.Duration, q *packet.Packet) *packet.Packet {
			q.TTL -= 4
			r := linux(which, n, at, q)
			if r != nil {
				r.TTL = 60
			}
			if !quotes && (which == U1 || which == IE2) {
				return nil
			}
			return r
		}
	}
	for _, c := range []struct {
		quotes bool
		hops   int
		t4     string
	}{
		{true, 5, "T4_6(R=Y%HL=40%TC=0%FL=O%W=0%S=A%A=Z%F=R%O=%RD=0%Q=)"},
		{false, 0, "T4_6(R=Y%HLG=40%TC=0%FL=O%W=0%S=A%A=Z%F=R%O=%RD=0%Q=)"},
	} {
		w, m := newWire(far, away(c.quotes), Options{Tries: 1})
		w.Run(t)
		l, _ := m.Measure().Test("T4_6")
		if hops, ok := m.Distance(); hops != c.hops || ok != c.quotes || l.String() != c.t4 {
			t.Errorf("quotes %v: %d hops, %v, %v", c.quotes, hops, ok, l)
		}
	}
}

// A datagram that comes back says that the UDP port is open: nothing is known of errors.
func TestOpenUDP(t *testing.T) {
	w, m := newWire(target, func(which Probe, n int, at time.Duration, q *packet.Packet) *packet.Packet {
		if which == U1 {
			return &packet.Packet{TTL: 64, Transport: packet.UDP, UDP: packet.UDPHeader{SrcPort: q.UDP.DstPort, DstPort: q.UDP.SrcPort}, Payload: []byte("yes")}
		}
		return linux(which, n, at, q)
	}, Options{Tries: 1})
	w.Run(t)
	if l, ok := m.Measure().Test("U1_6"); ok {
		t.Errorf("%v", l)
	}
	if port, closed := m.ClosedUDP(); closed {
		t.Errorf("port %d is closed", port)
	}
	if port, closed := exchange(t, linux).ClosedUDP(); !closed || port != 40000 {
		t.Errorf("port %d, closed %v", port, closed)
	}
	if !strings.Contains(m.Print().Nmap(), "\nU1(P=6") {
		t.Error("the datagram is not in Nmap's text")
	}
}
