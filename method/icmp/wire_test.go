package icmp

import (
	"bytes"
	"testing"

	"whorl/method/methodtest"
	"whorl/packet"
)

// datagram is one from Us to a closed port of Them, as IPv4 or IPv6, and a change.
func datagram(v6 bool, data int, change func(*packet.Packet)) packet.Packet {
	p := packet.Packet{Link: packet.Raw, Network: packet.IPv4, Src: methodtest.Us, Dst: methodtest.Them, TTL: 60, Proto: packet.ProtoUDP, Transport: packet.UDP,
		UDP: packet.UDPHeader{SrcPort: 53, DstPort: 40000}, Payload: bytes.Repeat([]byte("x"), data)}
	p.IPv4.ID = 0x1234
	if v6 {
		p.Network, p.Src, p.Dst = packet.IPv6, methodtest.Us6, methodtest.Them6
		p.IPv6 = packet.IPv6Header{NextHeader: packet.ProtoUDP, FlowLabel: 0x777}
	}
	if change != nil {
		change(&p)
	}
	return p
}

// frame is a packet on the wire.
func frame(t testing.TB, p *packet.Packet) []byte {
	t.Helper()
	b, err := p.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// decoded is what is heard of a frame.
func decoded(b []byte) *packet.Packet {
	p := new(packet.Packet)
	p.Skim(packet.Raw, b)
	return p
}

// stack is how a host makes port unreachables.
type stack struct {
	limit  int                         // bytes that are quoted
	edit   func(quote []byte)          // of the quote
	shape  func(answer *packet.Packet) // of the answer
	cut    int                         // bytes that the capture loses at the end
	unlike func(quoted *packet.Packet) // of the datagram before it is quoted, whose checksums are made anew
}

// refuse is the port unreachable that a stack makes of a datagram.
func (s stack) refuse(t testing.TB, q packet.Packet) *packet.Packet {
	t.Helper()
	if s.unlike != nil {
		s.unlike(&q)
	}
	quote := frame(t, &q)
	if s.edit != nil {
		s.edit(quote)
	}
	a := packet.Packet{Link: packet.Raw, Network: q.Network, Src: q.Dst, Dst: q.Src, TTL: 64, Proto: packet.ProtoICMP, Transport: packet.ICMP,
		ICMP: packet.ICMPHeader{Type: packet.ICMPUnreachable, Code: packet.CodePortUnreachable}, Payload: quote[:min(len(quote), s.limit)]}
	if q.Network == packet.IPv6 {
		a.Proto, a.Transport, a.IPv6.NextHeader = packet.ProtoICMPv6, packet.ICMPv6, packet.ProtoICMPv6
		a.ICMP = packet.ICMPHeader{Type: packet.ICMPv6Unreachable, Code: packet.ICMPv6CodePortUnrea}
	}
	if s.shape != nil {
		s.shape(&a)
	}
	b := frame(t, &a)
	return decoded(b[:len(b)-s.cut])
}

// heard is what a datagram tells that was seen on its way.
func heard(t testing.TB, q packet.Packet) *Cause {
	t.Helper()
	c, ok := CauseOf(decoded(frame(t, &q)))
	if !ok {
		t.Fatal("no cause")
	}
	return &c
}

// ping is an echo request, and pong the reply to it, changed.
func ping(v6 bool, change func(*packet.Packet)) packet.Packet {
	p := datagram(v6, 56, nil)
	p.Proto, p.Transport = packet.ProtoICMP, packet.ICMP
	p.ICMP = packet.ICMPHeader{Type: packet.ICMPEchoRequest, Rest: packet.Echo(7, 1)}
	if v6 {
		p.Proto, p.Transport, p.IPv6.NextHeader, p.ICMP.Type = packet.ProtoICMPv6, packet.ICMPv6, packet.ProtoICMPv6, packet.ICMPv6EchoRequest
	}
	if change != nil {
		change(&p)
	}
	return p
}

func pong(t testing.TB, q packet.Packet, change func(*packet.Packet)) *packet.Packet {
	q.Src, q.Dst, q.TTL = q.Dst, q.Src, 64
	if q.ICMP.Type = packet.ICMPEchoReply; q.Network == packet.IPv6 {
		q.ICMP.Type = packet.ICMPv6EchoReply
	}
	if change != nil {
		change(&q)
	}
	return decoded(frame(t, &q))
}
