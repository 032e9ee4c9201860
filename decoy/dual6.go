package decoy

import "net/netip"

// A host can have an address of each version of IP. It is known by its first one, that in
// Addrs of its group.

// first is the address that a host is known by.
func (g *Group) first(addr netip.Addr) netip.Addr {
	if g.Addrs.Contains(addr) {
		return addr
	}
	return g.Addrs.At(int(g.Also.place(addr)))
}

// also is the other address of a host; the zero Addr if it has none.
func (g *Group) also(first netip.Addr) netip.Addr {
	if !g.Also.First.IsValid() {
		return netip.Addr{}
	}
	return g.Also.At(int(g.Addrs.place(first)))
}

// good reports whether a range can be that of a group.
func (r Range) good() bool {
	return r.First.IsValid() && r.First.BitLen() == r.Last.BitLen() && !r.Last.Less(r.First) && r.near()
}
