package verdict

import (
	"strings"
	"testing"

	"whorl"
)

// A proxy before many hosts is told of; hosts that are alike, or a few, are not.
func TestShared(t *testing.T) {
	for _, c := range []struct {
		name  string
		hosts int
		port  func(i int) uint8 // TTL of the SYN-ACK of port 80
		own   func(i int) uint8 // TTL of a reset; 0: none
		found bool
	}{
		{"a proxy", 20, func(int) uint8 { return 62 }, func(i int) uint8 { return uint8(50 + i%5) }, true},
		{"a proxy, and one host beside it", 20, func(i int) uint8 { return uint8(62 - 7*(i/19)) }, func(i int) uint8 { return uint8(50 + i%5) }, true},
		{"no proxy", 20, func(i int) uint8 { return uint8(50 + i%5) }, func(i int) uint8 { return uint8(50 + i%5) }, false},
		{"one network", 200, func(int) uint8 { return 54 }, func(int) uint8 { return 54 }, false},
		{"one NAT before all", 200, func(int) uint8 { return 54 }, func(int) uint8 { return 53 }, false},
		{"forged resets", 20, func(i int) uint8 { return uint8(50 + i%5) }, func(int) uint8 { return 62 }, false},
		{"few hosts", 7, func(int) uint8 { return 62 }, func(i int) uint8 { return uint8(50 + i%5) }, false},
		{"hosts that hide how far they are", 20, func(int) uint8 { return 62 }, func(int) uint8 { return 0 }, false},
		{"half of them", 20, func(i int) uint8 { return uint8(62 - 12*(i%2)) }, func(i int) uint8 { return uint8(50 - i%5) }, false},
	} {
		var s Shared
		for i := range c.hosts {
			s.Add(&whorl.Host{Ports: []whorl.Port{
				{Proto: "tcp", Number: 80, State: whorl.Open, TTL: c.port(i)},
				{Proto: "tcp", Number: 81, State: whorl.Closed, TTL: c.own(i)},
			}})
		}
		notes := s.Notes()
		if (len(notes) == 1 && strings.HasPrefix(notes[0], "port 80 is accepted from 2 routers away")) != c.found || len(notes) > 1 {
			t.Errorf("%s: %q", c.name, notes)
		}
	}
}

// However many ports there are, few are counted.
func TestSharedBounds(t *testing.T) {
	var s Shared
	for port := range uint16(5000) {
		s.Add(&whorl.Host{Ports: []whorl.Port{{Proto: "tcp", Number: port, State: whorl.Open, TTL: uint8(port)}, {State: whorl.Closed, TTL: uint8(port >> 3)}}})
	}
	if len(s.ports) > maxShared {
		t.Errorf("%d ports", len(s.ports))
	}
}
