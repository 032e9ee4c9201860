package sweep

import (
	"context"
	"errors"
	"net/netip"
	"testing"

	"whorl/link"
	"whorl/link/sim"
	"whorl/packet"
)

// The gateway is asked if the system does not know it.
func TestResolve(t *testing.T) {
	n := network(func(a netip.Addr) link.Node {
		if a == router {
			return alive()
		}
		return nil
	})
	r := route
	r.NextHop, r.NextMAC = router, packet.MAC{}
	if mac, err := Resolve(t.Context(), n, r); mac != sim.MAC || err != nil {
		t.Errorf("%v, %v", mac, err)
	}
	begun := n.Now()
	r.NextHop = ours.Next()
	if _, err := Resolve(t.Context(), n, r); !errors.Is(err, ErrNoMAC) || n.Now().Sub(begun) > 1e9 {
		t.Errorf("nobody is there: %v after %v", err, n.Now().Sub(begun))
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Resolve(ended, n, r); !errors.Is(err, ErrNoMAC) {
		t.Errorf("after the end of the context: %v", err)
	}
	for _, known := range []link.Route{route, {Link: packet.Raw}} {
		if mac, err := Resolve(t.Context(), nil, known); mac != known.NextMAC || err != nil {
			t.Errorf("known: %v, %v", mac, err)
		}
	}
}
