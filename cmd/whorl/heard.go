package main

import (
	"cmp"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"whorl"
)

// heard is what listeners have heard of hosts before a scan asks them, by address. Any
// number of goroutines may use it; a nil one has heard nothing.
type heard struct {
	age time.Duration    // what was heard longer ago does not count
	now func() time.Time // of this machine

	mu       sync.Mutex // of all below
	hosts    map[netip.Addr]*sounds
	growing  []*growing
	asked    time.Time // when the files were read last
	problems []error
	bad      int // lines and files that could not be read whole
	unkept   int // hosts that had no room
	filled   int // hosts of the scan that something counts of
	old      int // others, of which all was heard too long ago
	ahead    int // others, of which something was heard in the future
}

// sounds are what was heard of one address.
type sounds struct {
	handshakes, claims []whorl.Observation
	counted            bool // in filled, old or ahead
}

const (
	// maxHeard bounds the addresses that are remembered, as whorl listen does.
	maxHeard = 500_000
	// maxSounds bounds the observations that are taken of one record; a listener writes 17.
	maxSounds = 32
	// clockSkew is how much later than now something may have been heard on another machine.
	clockSkew = time.Minute
	// defaultHeardAge is how long an address is taken to have the same host: a lease of DHCP
	// rarely is longer.
	defaultHeardAge = 24 * time.Hour
)

// take remembers what a listener's record has of an address, if it is not older than what is
// known. Addresses of a link are passed over: nobody knows of which.
func (m *heard) take(addr netip.Addr, all []whorl.Observation, where string) {
	addr = addr.Unmap()
	if !addr.IsValid() || addr.IsLinkLocalUnicast() {
		return
	}
	var handshakes, claims []whorl.Observation
	for _, o := range all[:min(len(all), maxSounds)] {
		if o.Conditions.Sent > 0 {
			continue
		}
		o.Conditions.Heard = cmp.Or(o.Conditions.Heard, where)
		switch o.Method {
		case "syn", "icmp":
			handshakes = append(handshakes, o)
		case "claim":
			claims = append(claims, o)
		}
	}
	if len(handshakes)+len(claims) == 0 {
		return
	}
	s := m.hosts[addr]
	if s == nil {
		if len(m.hosts) >= maxHeard {
			m.unkept++
			return
		}
		s = &sounds{}
		m.hosts[addr] = s
	}
	s.handshakes, s.claims = newer(s.handshakes, handshakes), newer(s.claims, claims)
}

// newer is the second of two lists unless the first has been heard later.
func newer(a, b []whorl.Observation) []whorl.Observation {
	if len(b) == 0 || len(a) > 0 && lastOf(a).After(lastOf(b)) {
		return a
	}
	return b
}

func lastOf(list []whorl.Observation) (last time.Time) {
	for i := range list {
		if at := list[i].Conditions.At; at.After(last) {
			last = at
		}
	}
	return last
}

// of gives what counts of an address. The records of a listener that goes on are read on
// before.
func (m *heard) of(addr netip.Addr) []whorl.Observation {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.readOn()
	s := m.hosts[addr.Unmap().WithZone("")]
	if s == nil {
		return nil
	}
	now := m.now()
	oldest, latest := now.Add(-m.age), now.Add(clockSkew)
	out, ahead := make([]whorl.Observation, 0, len(s.handshakes)+len(s.claims)), false
	for _, o := range slices.Concat(s.handshakes, s.claims) {
		switch at := o.Conditions.At; {
		case at.After(latest):
			ahead = true
		case !at.Before(oldest):
			out = append(out, o)
		}
	}
	if !s.counted {
		s.counted = true
		switch {
		case len(out) > 0:
			m.filled++
		case ahead:
			m.ahead++
		default:
			m.old++
		}
	}
	return out
}

// problem notes what could not be read.
func (m *heard) problem(err error) {
	if m.bad++; m.bad <= maxProblems {
		m.problems = append(m.problems, err)
	}
}

// told tells people what could not be read since the last time.
func (m *heard) told(people io.Writer) {
	for _, err := range m.problems {
		fmt.Fprintf(people, "whorl: --heard: %v\n", err)
	}
	m.problems = nil
}

// sum tells people what came of all that was heard. The error is that not all could be read.
func (m *heard) sum(people io.Writer) error {
	if m == nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, g := range m.growing {
		m.end(g)
	}
	m.told(people)
	if more := m.bad - maxProblems; more > 0 {
		fmt.Fprintf(people, "whorl: --heard: %d more that cannot be read\n", more)
	}
	fmt.Fprintf(people, "whorl: heard before: hosts of this scan: %d\n", m.filled)
	if m.old > 0 {
		fmt.Fprintf(people, "whorl: heard longer ago than %s and left out: %d; --heard-age takes older ones too\n", inUnits(m.age), m.old)
	}
	if m.ahead > 0 {
		fmt.Fprintf(people, "whorl: heard in the future and left out: %d; compare the clocks of both machines\n", m.ahead)
	}
	if m.unkept > 0 {
		fmt.Fprintf(people, "whorl: %d heard hosts had no room; name files with fewer\n", m.unkept)
	}
	if m.bad > 0 {
		return partial(fmt.Errorf("not everything that was heard could be read"), "records of whorl listen --json, or captures")
	}
	return nil
}

// inUnits is a time without the units that are zero.
func inUnits(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
