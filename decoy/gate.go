package decoy

import (
	"net/netip"

	"whorl/packet"
)

// welcome reports whether a packet may be answered: it comes from an address of one host
// that is none of ours, and was sent to one station. A decoy that answered another's address
// would talk to itself, on and on.
func (n *Network) welcome(p *packet.Packet) bool {
	s := p.Src
	switch {
	case !single(s):
		return false
	case n.link == packet.Ethernet && (!station(p.DstMAC) || !station(p.SrcMAC)):
		return false
	case n.ours(s) || n.forAll(s) || len(n.o.Peers) > 0 && !within(n.o.Peers, s):
		return false
	}
	return true
}

// single reports whether an address can be that of one host.
func single(a netip.Addr) bool {
	switch {
	case a.IsUnspecified() || a.IsMulticast() || a.IsLoopback():
		return false
	case a.Is4():
		return a.As4()[0] != 0 && a.As4()[0] < 240
	}
	return a.Is6() && !a.Is4In6()
}

// station reports whether a hardware address is that of one station.
func station(m packet.MAC) bool { return m[0]&1 == 0 && !m.IsZero() }

// ours reports whether an address is a decoy's or the gateway's. One that somebody else uses
// is his.
func (n *Network) ours(addr netip.Addr) bool {
	return (n.groups.of(addr) != nil || n.o.isGateway(addr)) && !n.claims.isLost(addr)
}

// forAll reports whether an address stands for all hosts of a network that we know.
func (n *Network) forAll(addr netip.Addr) bool {
	for _, p := range n.o.Networks {
		if p.Bits() < 31 && p.Contains(addr) {
			if r := RangeOf(p); addr == r.First || addr == r.Last {
				return true
			}
		}
	}
	return false
}

func within(all []netip.Prefix, addr netip.Addr) bool {
	for _, p := range all {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}
