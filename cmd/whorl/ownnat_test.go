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
		tap          bool
		ttl          uint8 // of answers
		container    string
		leftOut      int // tests; -1: no box
	}{
		{"a home", "192.168.1.5", "192.168.1.1", packet.MAC{2, 0, 0, 0, 0, 1}, false, 63, "", -1},
		{"libslirp", "10.0.2.100", "10.0.2.2", packet.MAC{0x52, 0x55, 10, 0, 2, 2}, true, 64, "", len(verdict.EveryTest())},
		{"its vendor bytes alone", "10.0.2.100", "10.0.2.2", packet.MAC{0x52, 0x55, 10, 0, 2, 9}, true, 63, "", -1},
		{"pasta", "192.0.2.5", "192.0.2.1", packet.MAC{2, 0, 0, 0, 0, 1}, true, 255, "", len(verdict.EveryTest())},
		{"a tunnel", "192.0.2.5", "192.0.2.1", packet.MAC{2, 0, 0, 0, 0, 1}, true, 63, "", -1},
		{"a firewall that raises TTLs", "192.0.2.5", "192.0.2.1", packet.MAC{2, 0, 0, 0, 0, 1}, false, 255, "", -1},
		{"a container", "172.17.0.2", "172.17.0.1", packet.MAC{2, 0x42, 1, 2, 3, 4}, false, 63, "Docker", 0},
		{"a container with an address of the world", "192.0.2.5", "192.0.2.1", packet.MAC{2, 0, 0, 0, 0, 1}, false, 63, "Docker", -1},
	} {
		r := link.Route{Src: netip.MustParseAddr(c.src), NextHop: netip.MustParseAddr(c.gateway)}
		h := &whorl.Host{Ports: []whorl.Port{{TTL: c.ttl}, {TTL: c.ttl}, {}}}
		b, found := ownNAT(r, c.mac, h, c.tap, c.container)
		if found != (c.leftOut >= 0) || found && (b.Kind != whorl.BoxOwnNAT || len(b.Evidence) != 1 || len(b.LeftOut) != c.leftOut) {
			t.Errorf("%s: %v %+v", c.name, found, b)
		}
	}
}
