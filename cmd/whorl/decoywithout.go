package main

import (
	"net/netip"

	"whorl/decoy"
)

// without takes an address out of the groups and reports whether it was in one. A host that
// has another address stays there.
func (p *decoyPlan) without(addr netip.Addr) (found bool) {
	var out []decoy.Group
	for _, g := range p.options.Groups {
		one, other := g.Addrs, g.Also
		if !one.Contains(addr) {
			one, other = other, one
		}
		if !one.First.IsValid() || !one.Contains(addr) {
			out = append(out, g)
			continue
		}
		found = true
		i := decoy.Range{First: one.First, Last: addr}.Len() - 1
		if i > 0 {
			out = append(out, hostsOf(g, 0, i))
		}
		if left := hostsOf(g, i, i+1); other.First.IsValid() {
			left.Addrs, left.Also = section(other, i, i+1), decoy.Range{}
			out = append(out, left)
		}
		if n := one.Len(); i+1 < n {
			out = append(out, hostsOf(g, i+1, n))
		}
	}
	p.options.Groups = out
	return found
}

// hostsOf is the hosts of a group from one place up to another.
func hostsOf(g decoy.Group, from, to int) decoy.Group {
	g.Addrs, g.Also = section(g.Addrs, from, to), section(g.Also, from, to)
	return g
}
