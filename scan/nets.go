package scan

import (
	"net/netip"
	"time"
)

// nets limits what goes to one network, a /24 or, for IPv6, a /64: behind one prefix
// there is often one thin line.
type nets struct {
	rate    float64 // packets per second to each; 0: no limit
	budgets map[netip.Prefix]*budget
}

const (
	netBits4 = 24
	netBits6 = 64
	maxNets  = 65536               // that are remembered; those idle the longest are forgotten
	netIdle  = 2 * time.Second     // an idle budget is full again long before
	planHost = planSeek + planGen2 // packets to a host that is up
)

// of is the budget of the network of an address; nil: there is no limit.
func (n *nets) of(addr netip.Addr, now time.Time) *budget {
	if n.rate == 0 {
		return nil
	}
	bits := netBits4
	if addr.Is6() {
		bits = netBits6
	}
	p := netip.PrefixFrom(addr.WithZone(""), bits).Masked()
	b := n.budgets[p]
	if b == nil {
		n.forget(now)
		fresh := newBudget(n.rate, now)
		b = &fresh
		if n.budgets == nil {
			n.budgets = map[netip.Prefix]*budget{}
		}
		n.budgets[p] = b
	}
	return b
}

// forget makes room for one more network.
func (n *nets) forget(now time.Time) {
	if len(n.budgets) < maxNets {
		return
	}
	for p, b := range n.budgets {
		if now.Sub(b.last) > netIdle {
			delete(n.budgets, p)
		}
	}
	for p := range n.budgets { // most are busy: some of them begin anew, with a full bucket
		if len(n.budgets) <= maxNets*7/8 {
			return
		}
		delete(n.budgets, p)
	}
}
