package scan

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"whorl/link"
	"whorl/link/sim"
	"whorl/packet"
)

var gateway = netip.MustParseAddr("192.0.2.254")

// routed is a network whose hosts are all behind the gateway, but for the gateway.
type routed struct{ network }

func (r routed) Route(addr netip.Addr) (link.Route, error) {
	route, err := r.network.Route(addr)
	route.NextHop = gateway
	return route, err
}

// Hosts behind one gateway and hosts on the segment share their routes, and are still
// told apart: who is asked over ARP, whose hardware address is known, how far they are.
func TestGateway(t *testing.T) {
	for _, there := range []bool{true, false} {
		n := sim.New(sim.Options{Link: packet.Ethernet})
		n.Otherwise(func(a netip.Addr) link.Node {
			if a == gateway && !there {
				return nil
			}
			return &plain{rtt: time.Millisecond}
		})
		o := scan(context.Background(), t, routed{network{n}}, Job{Timing: Timings[3]}, nil, "198.18.0.1", gateway.String(), "198.18.0.2")
		for _, addr := range []string{"198.18.0.1", "198.18.0.2"} {
			h := o.hosts[addr][0]
			if h.Status.Up != there || h.MAC != "" || there && h.Status.Reason == "arp-response" {
				t.Errorf("gateway %v: %s is %+v, MAC %q", there, addr, h.Status, h.MAC)
			}
		}
		if n := o.warned("the gateway 192.0.2.254 does not tell its hardware address"); n != 0 == there {
			t.Errorf("gateway %v: %d warnings", there, n)
		}
		if h := o.hosts[gateway.String()][0]; h.Status.Up != there || there && (h.MAC != sim.MAC.String() || h.Status.Reason != "arp-response") {
			t.Errorf("gateway %v: it is %+v, MAC %q", there, h.Status, h.MAC)
		}
	}
}

// A flow shares the route of the one before where it is the same but for the neighbour.
func TestVia(t *testing.T) {
	e := newEngine(&Job{}, &mirror{now: epoch})
	from := func(addr, hop string) *flow {
		f := &flow{Target: Target{Addr: netip.MustParseAddr(addr)}}
		e.via(f, link.Route{Interface: "a", NextHop: netip.MustParseAddr(hop)})
		if got := f.nextHop().String(); got != hop {
			t.Errorf("next hop of %s is %s", addr, got)
		}
		return f
	}
	a, b := from("192.0.2.1", "192.0.2.1"), from("192.0.2.2", "192.0.2.2")
	c, d := from("198.18.0.1", "192.0.2.254"), from("198.18.0.2", "192.0.2.254")
	if a.route != b.route || c.route != d.route || a.route == c.route {
		t.Errorf("%+v, %+v, %+v, %+v", a.route, b.route, c.route, d.route)
	}
}
