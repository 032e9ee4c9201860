package sim

import (
	"time"

	"whorl/link"
	"whorl/packet"
)

// Balancer spreads the TCP connections to its ports over several hosts of one address,
// by a hash of the other side's source port. All else is the first host's.
type Balancer struct {
	Nodes []link.Node
	Ports map[uint16]bool
}

// Receive gives the packet to one of the hosts.
func (b *Balancer) Receive(now time.Time, p *packet.Packet, out link.Outlet) {
	n := 0
	if p.Transport == packet.TCP && b.Ports[p.TCP.DstPort] {
		n = int(p.TCP.SrcPort*0x9e37>>8) % len(b.Nodes)
	}
	b.Nodes[n].Receive(now, p, out)
}
