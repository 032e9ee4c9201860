package main

import (
	"net/netip"
	"testing"

	"whorl"
	"whorl/link"
	"whorl/packet"
	"whorl/verdict"
)

// What of our own stands in the way is told by its marks, and by nothing less.
func TestOwnNAT(t *testing.T) {
	for _, c := range []struct {
		name         string
		src, gateway string
		mac          packet.MAC
		answerer     bool
		container    string
		leftOut      int // tests; -1: no box
	}{
		{"a home", "192.168.1.5", "192.168.1.1", packet.MAC{2, 0, 0, 0, 0, 1}, false, "", -1},
		{"libslirp", "10.0.2.100", "10.0.2.2", packet.MAC{0x52, 0x55, 10, 0, 2, 2}, false, "", len(verdict.EveryTest())},
		{"its vendor bytes alone", "10.0.2.100", "10.0.2.2", packet.MAC{0x52, 0x55, 10, 0, 2, 9}, false, "", -1},
		{"pasta", "192.0.2.5", "192.0.2.1", packet.MAC{2, 0, 0, 0, 0, 1}, true, "", len(verdict.EveryTest())},
		{"a container", "172.17.0.2", "172.17.0.1", packet.MAC{2, 0x42, 1, 2, 3, 4}, false, "Docker", 0},
		{"a container with an address of the world", "192.0.2.5", "192.0.2.1", packet.MAC{2, 0, 0, 0, 0, 1}, false, "Docker", -1},
	} {
		r := link.Route{Src: netip.MustParseAddr(c.src), NextHop: netip.MustParseAddr(c.gateway)}
		b, found := ownNAT(r, c.mac, c.answerer, c.container)
		if found != (c.leftOut >= 0) || found && (b.Kind != whorl.BoxOwnNAT || len(b.Evidence) != 1 || len(b.LeftOut) != c.leftOut) {
			t.Errorf("%s: %v %+v", c.name, found, b)
		}
	}
}

// A gateway answers for every host if some of them, and no less, come unrouted as one stack.
func TestGateway(t *testing.T) {
	host := func(ttl uint8, window string) *whorl.Host {
		return &whorl.Host{Ports: []whorl.Port{{TTL: ttl}, {TTL: ttl}, {}},
			Observations: []whorl.Observation{{Method: "gen2", Print: "OPS(O1=M5B4)\nWIN(W1=" + window + ")\n"}}}
	}
	six := func(window string) *whorl.Host {
		h := host(64, "")
		h.Observations[0] = whorl.Observation{Method: "ipv6", Print: "OPS6(O1=M5A0)\nWIN6(W1=" + window + ")\n"}
		return h
	}
	mute := &whorl.Host{Ports: []whorl.Port{{TTL: 64}}}
	a, b, far := host(64, "FAF0"), host(64, "FFFF"), host(63, "FAF0")
	for _, c := range []struct {
		name  string
		hosts []*whorl.Host
		want  bool
	}{
		{"pasta", []*whorl.Host{a, a, a}, true},
		{"its TTL raised", []*whorl.Host{host(255, "FAF0"), host(255, "FAF0"), host(255, "FAF0")}, true},
		{"a router's own addresses", []*whorl.Host{a, a}, false},
		{"hosts that show too little", []*whorl.Host{a, a, mute, mute}, false},
		{"a tunnel", []*whorl.Host{far, far, far, far}, false},
		{"a router and hosts behind it", []*whorl.Host{a, a, a, far}, false},
		{"several stacks", []*whorl.Host{a, b, a, a, a}, false},
		{"one stack over IPv6", []*whorl.Host{six("FAF0"), six("FAF0"), six("FAF0")}, true},
		{"several over IPv6", []*whorl.Host{six("FAF0"), six("FFFF"), six("FAF0"), six("FAF0")}, false},
	} {
		g := new(gateway)
		for _, h := range c.hosts {
			g.add(h)
		}
		if got := g.answers(); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
