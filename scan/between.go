package scan

import (
	"whorl"
	"whorl/link"
	"whorl/packet"
)

// Between is what a Network may be too: it knows what of our own stands between us and the
// hosts behind a gateway, such as a container's bridge or a user-mode network.
type Between interface {
	// Between gives the box that packets of a route to a host pass; false: none is known.
	// next is the hardware address of the next hop, zero on links without. Several
	// goroutines may call it.
	Between(r link.Route, next packet.MAC, h *whorl.Host) (whorl.Box, bool)
}

// between adds to a record what of our own stands before the host.
func (r *runner) between(h *whorl.Host, f *flow) {
	n, ok := r.Network.(Between)
	if !ok || f.route.Local || f.onLink {
		return
	}
	if b, ok := n.Between(*f.route, f.mac, h); ok {
		h.Boxes = append(h.Boxes, b)
	}
}
