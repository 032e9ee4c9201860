package sweep

import (
	"context"
	"net/netip"
	"sync"
)

// ahead lets walks run in goroutines of their own, a little ahead of whoever takes the
// addresses: to find the next one can take as long as to send a packet. They end with
// the context, and can be waited for.
type ahead struct {
	ctx  context.Context
	walk func() func() (netip.Addr, bool)
	sync.WaitGroup
}

// Addresses are handed over in portions.
const (
	portion  = 256
	portions = 4
)

// begin begins a walk.
func (a *ahead) begin() (next func() (netip.Addr, bool)) {
	full, empty := make(chan []netip.Addr, portions), make(chan []netip.Addr, portions)
	for range portions {
		empty <- make([]netip.Addr, 0, portion)
	}
	a.Go(func() {
		defer close(full)
		a.run(a.walk(), full, empty)
	})
	var at int
	var now []netip.Addr
	return func() (addr netip.Addr, ok bool) {
		for at == len(now) {
			if cap(now) > 0 {
				empty <- now[:0]
			}
			at = 0
			if now, ok = <-full; !ok {
				return addr, false
			}
		}
		at++
		return now[at-1], true
	}
}

// run fills portions until the walk or the context ends.
func (a *ahead) run(next func() (netip.Addr, bool), full chan<- []netip.Addr, empty <-chan []netip.Addr) {
	for more := true; more; {
		var p []netip.Addr
		select {
		case p = <-empty:
		case <-a.ctx.Done():
			return
		}
		for more && len(p) < portion {
			var addr netip.Addr
			if addr, more = next(); more {
				p = append(p, addr)
			}
		}
		full <- p // there are never more than fit
	}
}
