package main

import (
	"context"
	"fmt"
	"net/netip"
	"slices"

	"whorl/link"
	"whorl/packet"
	"whorl/scan"
)

// next gives addresses until there are no more.
type next = func() (addr netip.Addr, ok bool)

// walk begins to give the addresses that are reached in one way.
type walk = func(context.Context, link.Route) next

// ways sorts targets by how they are reached, without keeping any: every walk goes
// over all of them and passes over those of other ways.
type ways struct {
	targets scan.Targets // at their beginning
	route   func(netip.Addr) (link.Route, error)
	missed  int // targets that could not be understood
	begun   []way
	tell    func(error) // people, of what keeps addresses from being asked

	// What the latest walk has met.
	other             link.Route // the first of a way that has not begun
	onLink, unreached int
	why               error // of the first that is not reached
}

// way is what the addresses behind one next hop have in common.
type way struct {
	index int // of the interface
	hop   netip.Addr
	src   netip.Addr
}

// wayOf is the way of a route. Where only IP is sent there is no next hop to choose.
func wayOf(r link.Route) way {
	w := way{index: r.Index, src: r.Src}
	if r.Link == packet.Ethernet {
		w.hop = r.NextHop
	}
	return w
}

const (
	tellUnreached = 1000 // addresses, the first ones, of which people want to know at once
	ctxEvery      = 1000 // addresses between two looks at whether the sweep is to end
)

// more gives the next way that has addresses. The walks over the one before have
// ended.
func (w *ways) more(ctx context.Context) (r link.Route, ok bool) {
	if len(w.begun) == 0 {
		w.walk(ctx, link.Route{})()
	}
	if r = w.other; !r.Src.IsValid() {
		return r, false
	}
	w.begun = append(w.begun, wayOf(r))
	return r, true
}

// walk gives the addresses of a way; of no way for the zero route, but then it stops
// at the first address of any. It ends with the context, however few addresses are reached.
func (w *ways) walk(ctx context.Context, r link.Route) next {
	targets, mine := w.targets, wayOf(r)
	w.other, w.onLink, w.unreached, w.why = link.Route{}, 0, 0, nil
	return func() (netip.Addr, bool) {
		for passed := 1; ; passed++ {
			t, ok := targets.Next()
			if !ok || passed%ctxEvery == 0 && ctx.Err() != nil {
				return netip.Addr{}, false
			}
			if w.leads(t.Addr, mine) {
				return t.Addr, true
			}
			if mine == (way{}) && w.other.Src.IsValid() {
				return netip.Addr{}, false
			}
		}
	}
}

// leads reports whether an address is reached in that way, and notes why it is not.
func (w *ways) leads(addr netip.Addr, mine way) bool {
	r, err := w.route(addr)
	switch {
	case err != nil:
		if w.unreached++; w.why == nil {
			w.why = err
		}
		if w.unreached == tellUnreached && mine == (way{}) && w.onLink == 0 {
			w.tell(w.gap(fmt.Errorf("none of the first %d addresses can be reached, the others are looked at: %w", tellUnreached, w.why)))
		}
		return false
	case r.Link == packet.Ethernet && r.OnLink(addr), addr.Is6() && addr.IsLinkLocalUnicast():
		w.onLink++
		return false
	case wayOf(r) == mine:
		return true
	case !w.other.Src.IsValid() && !slices.Contains(w.begun, wayOf(r)):
		w.other = r
	}
	return false
}

// shortfall is an error if not every target could be asked.
func (w *ways) shortfall() error {
	switch {
	case w.onLink > 0:
		return partial(fmt.Errorf("addresses left out, as they are on a segment of this machine: %d", w.onLink),
			"whorl scan, which finds such hosts by ARP and neighbour discovery")
	case w.unreached > 0:
		return w.gap(fmt.Errorf("addresses that could not be reached: %d, the first: %w", w.unreached, w.why))
	case w.missed > 0:
		return partial(fmt.Errorf("not every target could be used (%d), the others were swept", w.missed), "addresses, or names that resolve")
	}
	return nil
}

// gap is an error about addresses that are not reached.
func (w *ways) gap(err error) error {
	return partial(err, "another interface with -e, or a route to them")
}
