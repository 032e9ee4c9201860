package sweep

import (
	"net/netip"

	"whorl/packet"
)

// checker tells answers to the sweep from everything else that comes in.
type checker struct {
	*numbers
	src    netip.Addr // ours
	ports  Ports
	echoes bool // echo requests are sent
	quoted packet.Packet
}

// check reports what a packet answers. slot is the number of the time at which its
// probe left. At and RTT of the result are left to the caller.
func (c *checker) check(p *packet.Packet) (f Found, slot uint16, ok bool) {
	if p.Dst != c.src || (p.Network == packet.IPv4) != c.src.Is4() || p.Odd&(packet.OddChecksum|packet.OddIPChecksum) != 0 {
		return f, 0, false
	}
	f = Found{Addr: p.Src, From: p.Src, TTL: p.TTL}
	switch p.Transport {
	case packet.TCP:
		f.Port = p.TCP.SrcPort
		f.State, slot, ok = c.segment(p.Src, &p.TCP)
	case packet.ICMP, packet.ICMPv6:
		switch f.State = told(p); f.State {
		case Alive:
			slot, ok = c.ping(p.Src, p.ICMP.Rest)
		case Unreachable, Expired:
			ok = p.Quoted(&c.quoted) && c.quote(&f, &slot)
		}
	}
	return f, slot, ok
}

// told is what a kind of ICMP message says; 0: nothing.
func told(p *packet.Packet) State {
	if p.Transport == packet.ICMPv6 {
		switch p.ICMP.Type {
		case packet.ICMPv6EchoReply:
			return Alive
		case packet.ICMPv6Unreachable:
			return Unreachable
		case packet.ICMPv6TimeExceed:
			return Expired
		}
		return 0
	}
	switch p.ICMP.Type {
	case packet.ICMPEchoReply:
		return Alive
	case packet.ICMPUnreachable:
		return Unreachable
	case packet.ICMPTimeExceed:
		return Expired
	}
	return 0
}

// segment checks what came for one of our ports: it has to acknowledge our SYN. Some
// stacks acknowledge a refused SYN without counting its flag.
func (c *checker) segment(from netip.Addr, h *packet.TCPHeader) (state State, slot uint16, ok bool) {
	slot = h.DstPort - c.ports.First
	if h.SrcPort == 0 || h.DstPort < c.ports.First || h.DstPort > c.ports.Last || !h.Flags.Has(packet.ACK) {
		return 0, 0, false
	}
	seq, _ := c.of(from, h.SrcPort, h.DstPort)
	switch {
	case h.Flags.Has(packet.RST):
		return Closed, slot, h.Ack == seq+1 || h.Ack == seq
	case h.Flags.Has(packet.SYN):
		return Open, slot, h.Ack == seq+1
	}
	return 0, 0, false
}

// ping checks identifier and sequence number of an echo message.
func (c *checker) ping(addr netip.Addr, rest uint32) (slot uint16, ok bool) {
	base, _ := c.of(addr, 0, 0)
	slot = uint16(rest - base)
	return slot, c.echoes && rest-base < uint32(c.ports.count())
}

// quote checks the packet inside an ICMP error. Its sender is whoever noticed.
func (c *checker) quote(f *Found, slot *uint16) (ok bool) {
	q := &c.quoted
	if q.Src != c.src {
		return false
	}
	f.Addr = q.Dst
	switch {
	case q.Transport == packet.ICMP && q.ICMP.Type == packet.ICMPEchoRequest,
		q.Transport == packet.ICMPv6 && q.ICMP.Type == packet.ICMPv6EchoRequest:
		*slot, ok = c.ping(q.Dst, q.ICMP.Rest)
	case q.Transport == packet.TCP && q.TCP.DstPort != 0 && q.TCP.SrcPort >= c.ports.First && q.TCP.SrcPort <= c.ports.Last:
		f.Port = q.TCP.DstPort
		*slot = q.TCP.SrcPort - c.ports.First
		seq, _ := c.of(q.Dst, q.TCP.DstPort, q.TCP.SrcPort)
		ok = q.TCP.Seq == seq
	}
	return ok
}
