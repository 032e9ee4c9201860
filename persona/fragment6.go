package persona

import (
	"time"

	"whorl/link"
	"whorl/packet"
)

// A persona puts no fragments together. Whoever does gives it each of them, so that it tells
// the sender what is wrong. In these Transport is packet.Fragment, of the first too, and
// Payload what is behind the chain, so that errors can quote it.

// Keeps reports whether a fragment over IPv6 is of use for its packet. One that is not is
// to be given to Receive, which tells the sender why.
func (p *Persona) Keeps(in *packet.Packet) bool {
	return p.six != nil && p.six.fault(in).kind == faultNone
}

// Expire tells that the packet that begins with a fragment did not become whole in time (RFC
// 4443 section 3.3). Over IPv4 nothing is told.
func (p *Persona) Expire(now time.Time, first *packet.Packet, out link.Outlet) {
	if p.six != nil && p.mine6(first) {
		p.wake(now)
		p.fail6(now, first, packet.ICMPHeader{Type: packet.ICMPv6TimeExceed, Code: codeReassembly}, out)
	}
}

// fragment is what is wrong with one whose Fragment header stands at that byte (RFC 8200
// section 4.5). In what was cut is neither a second such header nor one of hop-by-hop options:
// stacks differ in what they do then, so that nothing is done.
func (c *care) fragment(in *packet.Packet, at int) fault {
	h, _ := in.IPv6.Fragment()
	size := int(in.IPv6.PayloadLen) - (at + packet.FragmentLen - header6)
	switch {
	case h.Offset == 0 && (h.Next == packet.ExtFragment || h.Next == packet.ExtHopByHop):
		return fault{kind: faultMute}
	case h.Offset == 0 && !c.cut && in.Odd&(packet.OddShort|packet.OddExtension) != 0:
		return problem(codeCutChain, 0)
	case h.More && size%8 != 0:
		return problem(codeBadField, lengthField)
	case h.Offset+size > 0xffff:
		return problem(codeBadField, at+2)
	}
	return fault{}
}

// isError6 reports whether a packet is an error of ICMPv6, or begins like one.
func isError6(in *packet.Packet) bool {
	switch in.Transport {
	case packet.ICMPv6:
		return in.ICMP.Type < packet.ICMPv6EchoRequest
	case packet.Fragment:
		h, _ := in.IPv6.Fragment()
		return h.Offset == 0 && in.Proto == packet.ProtoICMPv6 && len(in.Payload) > 0 && in.Payload[0] < packet.ICMPv6EchoRequest
	}
	return false
}
