package sweep

import (
	"context"
	"net/netip"
	"testing"
)

// A walk ahead gives what the walk gives, each time.
func TestAhead(t *testing.T) {
	for _, prefix := range []string{"198.18.0.7/32", "198.18.0.0/24", "198.18.0.0/20", "198.18.0.0/17"} {
		a := &ahead{ctx: t.Context(), walk: over(prefix)}
		for range 2 {
			got, want := a.begin(), over(prefix)()
			for {
				g, gok := got()
				w, wok := want()
				if gok != wok || gok && g != w {
					t.Fatalf("%s: %v %v, want %v %v", prefix, g, gok, w, wok)
				}
				if !gok {
					break
				}
			}
			if _, ok := got(); ok {
				t.Errorf("%s goes on after its end", prefix)
			}
		}
		a.Wait()
	}
	none := &ahead{ctx: t.Context(), walk: func() func() (netip.Addr, bool) {
		return func() (netip.Addr, bool) { return netip.Addr{}, false }
	}}
	if _, ok := none.begin()(); ok {
		t.Error("nothing has a first address")
	}
}

// The end of the context ends a walk that nobody takes.
func TestAheadEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	a := &ahead{ctx: ctx, walk: forever}
	next := a.begin()
	next()
	cancel()
	a.Wait()
	n := 0
	for _, ok := next(); ok && n <= portion*portions; _, ok = next() {
		n++
	}
	if n > portion*portions {
		t.Errorf("%d addresses after the end", n)
	}
}
