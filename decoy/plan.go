package decoy

import (
	"iter"
	"net/netip"

	"whorl/osdb"
	"whorl/packet"
	"whorl/persona"
)

// Decoy is what stands at an address.
type Decoy struct {
	Addr    netip.Addr
	Also    netip.Addr // its address of the other version of IP; the zero Addr: none
	MAC     packet.MAC
	Entry   *osdb.Entry // nil: nothing that can be shown
	Why     error       // then
	Persona persona.Options
}

// Decoys makes the decoys of all live addresses in order, without remembering or answering.
func (n *Network) Decoys() iter.Seq[Decoy] {
	return func(yield func(Decoy) bool) {
		n.groups.each(func(g *Group, addr netip.Addr) bool {
			if !g.live(n.o.Key, addr) {
				return true
			}
			h, why := n.hosts.build(g, addr)
			d := Decoy{Addr: addr, Also: h.also, MAC: h.mac, Entry: h.entry, Why: why}
			if why == nil {
				d.Persona = n.hosts.options(g, addr, h.entry)
			}
			return yield(d)
		})
	}
}
