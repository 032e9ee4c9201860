package packet

import "net/netip"

// Neighbor is a neighbour solicitation or advertisement (RFC 4861 sections 4.3, 4.4).
type Neighbor struct {
	Target netip.Addr // whose hardware address is asked for or told
	// MAC is the option of a hardware address: the sender's in a solicitation, the target's
	// in an advertisement. Zero: not there.
	MAC MAC

	// Of an advertisement.
	Router    bool // the target forwards packets
	Solicited bool // it answers a solicitation
	Override  bool // it replaces what is known of the target
}

// Flags of an advertisement, in the second word of its header.
const (
	neighborRouter    = 1 << 31
	neighborSolicited = 1 << 30
	neighborOverride  = 1 << 29
)

// Options of hardware addresses (RFC 4861 section 4.6.1). Both have 8 bytes on Ethernet;
// lengths count in units of 8 bytes.
const (
	optSourceMAC = 1
	optTargetMAC = 2
)

// Neighbor reads a neighbour solicitation or advertisement; p.ICMP.Type tells which. ok
// is false if p is neither, or must not be believed: it came through a router, is too
// short, or has an option of no length (RFC 4861 section 7.1). Checksums are told by Odd.
func (p *Packet) Neighbor() (n Neighbor, ok bool) {
	if p.Transport != ICMPv6 || p.TTL != 255 || p.ICMP.Code != 0 || len(p.Payload) < 16 {
		return n, false
	}
	option := byte(optTargetMAC)
	switch p.ICMP.Type {
	case ICMPv6NeighborSol:
		option = optSourceMAC
	case ICMPv6NeighborAdv:
		n.Router = p.ICMP.Rest&neighborRouter != 0
		n.Solicited = p.ICMP.Rest&neighborSolicited != 0
		n.Override = p.ICMP.Rest&neighborOverride != 0
	default:
		return n, false
	}
	n.Target = netip.AddrFrom16([16]byte(p.Payload))
	for raw := p.Payload[16:]; len(raw) > 0; {
		if len(raw) < 8 || raw[1] == 0 || int(raw[1])*8 > len(raw) {
			return Neighbor{}, false
		}
		if raw[0] == option && n.MAC.IsZero() {
			copy(n.MAC[:], raw[2:])
		}
		raw = raw[int(raw[1])*8:]
	}
	return n, true
}

// SetNeighbor makes p a message of that type, [ICMPv6NeighborSol] or [ICMPv6NeighborAdv],
// with the hop limit that it must have. Addresses of network and link stay as they are.
func (p *Packet) SetNeighbor(kind uint8, n Neighbor) {
	p.Network, p.Transport, p.TTL = IPv6, ICMPv6, 255
	p.ICMP = ICMPHeader{Type: kind}
	option := byte(optSourceMAC)
	if kind == ICMPv6NeighborAdv {
		option = optTargetMAC
		p.ICMP.Rest = flag(n.Router, neighborRouter) | flag(n.Solicited, neighborSolicited) | flag(n.Override, neighborOverride)
	}
	target := n.Target.As16()
	p.Payload = append(make([]byte, 0, 24), target[:]...)
	if !n.MAC.IsZero() {
		p.Payload = append(append(p.Payload, option, 1), n.MAC[:]...)
	}
}

func flag(set bool, bit uint32) uint32 {
	if set {
		return bit
	}
	return 0
}

// SolicitedNode is the group in which the owner of an IPv6 address hears solicitations
// for it (RFC 4291 section 2.7.1).
func SolicitedNode(addr netip.Addr) netip.Addr {
	a := addr.As16()
	return netip.AddrFrom16([16]byte{0: 0xff, 1: 0x02, 11: 0x01, 12: 0xff, 13: a[13], 14: a[14], 15: a[15]})
}

// GroupMAC is the Ethernet address of an IPv6 multicast group (RFC 2464 section 7).
func GroupMAC(group netip.Addr) MAC {
	a := group.As16()
	return MAC{0x33, 0x33, a[12], a[13], a[14], a[15]}
}
