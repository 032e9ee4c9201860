package sweep

import (
	"net/netip"

	"whorl/link"
	"whorl/method/seek"
	"whorl/packet"
)

// question is what one packet asks of an address: a TCP port, or an echo if it is 0.
type question uint16

// echo is the question without a port.
const echo question = 0

// probes makes the packets that ask, and the RST that ends what a SYN began.
type probes struct {
	*numbers
	ports            Ports
	syn, ping, reset *packet.Template
	stamp            packet.Stamp
}

// newProbes encodes the templates. A SYN has the one option that every stack sends,
// the MSS (RFC 9293 section 3.7.1): some firewalls drop a SYN without.
func newProbes(r link.Route, n *numbers, ports Ports) (p *probes, err error) {
	base := packet.Packet{
		Link: r.Link, SrcMAC: r.SrcMAC, DstMAC: r.NextMAC,
		Network: packet.IPv4, Src: r.Src, TTL: 64, IPv4: packet.IPv4Header{DF: true},
	}
	ping, kind := packet.ICMP, uint8(packet.ICMPEchoRequest)
	if r.Src.Is6() {
		base.Network, base.IPv4 = packet.IPv6, packet.IPv4Header{}
		ping, kind = packet.ICMPv6, packet.ICMPv6EchoRequest
	}
	mss := seek.MSS(r.Src)
	p = &probes{numbers: n, ports: ports}
	base.Transport = packet.TCP
	base.TCP = packet.TCPHeader{Flags: packet.SYN, Window: 64240, Options: []byte{packet.OptMSS, 4, byte(mss >> 8), byte(mss)}}
	if p.syn, err = packet.NewTemplate(&base); err != nil {
		return nil, err
	}
	base.TCP = packet.TCPHeader{Flags: packet.RST}
	if p.reset, err = packet.NewTemplate(&base); err != nil {
		return nil, err
	}
	base.Transport = ping
	base.ICMP = packet.ICMPHeader{Type: kind}
	base.Payload = make([]byte, 8)
	p.ping, err = packet.NewTemplate(&base)
	return p, err
}

// append adds the frame that asks a question of an address. slot is the number of the
// time at which it leaves: it chooses the source port of a SYN, and is added to the
// keyed number of an echo request.
func (p *probes) append(b []byte, addr netip.Addr, q question, slot uint16) []byte {
	s := &p.stamp
	s.Dst = addr
	if q == echo {
		s.Rest, s.ID = p.of(addr, 0, 0)
		s.Rest += uint32(slot)
		return p.ping.Append(b, s)
	}
	s.SrcPort, s.DstPort, s.Ack = p.ports.First+slot, uint16(q), 0
	s.Seq, s.ID = p.of(addr, s.DstPort, s.SrcPort)
	return p.syn.Append(b, s)
}

// appendReset adds the frame that refuses a SYN+ACK (RFC 9293 section 3.10.7.3).
func (p *probes) appendReset(b []byte, answer *packet.Packet) []byte {
	s := &p.stamp
	s.Dst, s.ID = answer.Src, answer.IPv4.ID
	s.SrcPort, s.DstPort = answer.TCP.DstPort, answer.TCP.SrcPort
	s.Seq, s.Ack = answer.TCP.Ack, 0
	return p.reset.Append(b, s)
}
