package verdict

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"whorl"
)

// Shared looks over the hosts of a scan for a proxy before many of them: a port that is
// accepted from one distance for all hosts, nearer than they are themselves, wherever those
// are. It holds counts alone, of few ports.
type Shared struct {
	ports map[uint16]*sharedPort
}

// sharedPort counts hosts by distances in routers: that of the port, that of the host.
type sharedPort map[[2]uint8]int

const (
	maxShared    = 256 // ports that are counted; further ones are not
	fewestShared = 8   // hosts
	fewestPlaces = 3   // distances that they have themselves
	mostShared   = 0.9 // share of the hosts
)

// Add counts a host. Those that do not show how far they are themselves tell nothing.
func (s *Shared) Add(h *whorl.Host) {
	own, ok := ownHops(h)
	if !ok {
		return
	}
	for _, p := range h.Ports {
		if p.Proto != "tcp" || p.State != whorl.Open || p.TTL == 0 {
			continue
		}
		c := s.ports[p.Number]
		if c == nil {
			if len(s.ports) == maxShared {
				continue
			}
			if s.ports == nil {
				s.ports = map[uint16]*sharedPort{}
			}
			c = &sharedPort{}
			s.ports[p.Number] = c
		}
		(*c)[[2]uint8{uint8(hopsOf(p.TTL)), uint8(own)}]++
	}
}

// ownHops is how far closed ports of a host have answered from, if that is one distance.
func ownHops(h *whorl.Host) (hops int, ok bool) {
	for _, p := range h.Ports {
		if p.State != whorl.Closed || p.TTL == 0 {
			continue
		}
		if n := hopsOf(p.TTL); ok && n != hops || n > mostHops {
			return 0, false
		} else {
			hops, ok = n, true
		}
	}
	return hops, ok
}

// Notes say which ports a proxy answers, and what to do, the lowest port first.
func (s *Shared) Notes() (out []string) {
	for _, port := range slices.Sorted(maps.Keys(s.ports)) {
		if note := s.ports[port].note(port); note != "" {
			out = append(out, note)
		}
	}
	return out
}

func (c sharedPort) note(port uint16) string {
	at, all := [256]int{}, 0
	for d, n := range c {
		at[d[0]] += n
		all += n
	}
	from := slices.Index(at[:], slices.Max(at[:]))
	beyond, places := 0, map[uint8]bool{}
	for d, n := range c {
		if int(d[0]) == from && int(d[1]) > from {
			beyond += n
			places[d[1]] = true
		}
	}
	weight := float64(beyond)*math.Log(boxAway/oldTTL) + float64(all-beyond)*math.Log(1-mostShared)
	if beyond < fewestShared || len(places) < fewestPlaces || float64(beyond) < mostShared*float64(all) || !proves(weight) {
		return ""
	}
	sorted := slices.Sorted(maps.Keys(places))
	return fmt.Sprintf("port %d is accepted from %s for %d of %d hosts, which are themselves %d to %d away: a proxy of the network answers for them; name other ports with -p",
		port, hopWords(from), beyond, all, sorted[0], sorted[len(sorted)-1])
}
