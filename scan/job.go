package scan

import (
	"fmt"
	"net/netip"
	"time"

	"whorl/link"
	"whorl/method"
)

// Job is what to scan and within which limits. It is a value: it can be written
// down, sent and run elsewhere.
type Job struct {
	Targets *Targets
	TCP     []uint16   // candidates for the open and the closed port; nil means the likely ones
	UDP     uint16     // port for U1; 0 means a random high one
	SkipUp  bool       // take hosts for up without asking (-Pn)
	NoSweep bool       // do not ask large ranges who is there before each host is
	Gens    Gens       // of Nmap's probes
	Deep    When       // probes of method/deep, after gen2 or over IPv6; needed where the judge is undecided, see [Undecided]
	Boxes   When       // compare ports (method/survey), after gen2 or ipv6; needed with two open ports, or answers from several distances
	Key     method.Key // to be drawn (crypto/rand): who knows it can make answers up
	Timing
	Temporal Temporal
}

// When says to which hosts probes go that not all need.
type When uint8

// The choices.
const (
	IfNeeded When = iota // where what is known calls for them
	Always
	Never
)

// Timing limits a scan.
type Timing struct {
	Rate        float64       // packets per second over all hosts; 0 means no limit
	NetRate     float64       // packets per second to each network, a /24 or, for IPv6, a /64; 0 means no limit
	Parallel    int           // hosts under way at once
	Pause       time.Duration // least time between the starts of two hosts
	Tries       int           // how often an unanswered probe is sent
	HostTimeout time.Duration // a host that takes longer is given up, with what is known; 0 means never
}

// Timings are Nmap's templates -T0 to -T5, in our terms. The cadence of the
// probes to one host is the same in all: it is part of the measurement.
var Timings = [...]Timing{
	{Rate: 20, Parallel: 1, Pause: 5 * time.Minute, Tries: 2},
	{Rate: 50, Parallel: 1, Pause: 15 * time.Second, Tries: 2},
	{Rate: 200, Parallel: 4, Pause: 400 * time.Millisecond, Tries: 2},
	{Rate: 5000, NetRate: 5000, Parallel: 4096, Tries: 2},
	{Rate: 20000, NetRate: 5000, Parallel: 16384, Tries: 2, HostTimeout: 15 * time.Minute},
	{Rate: 0, Parallel: 65536, Tries: 2, HostTimeout: 15 * time.Minute},
}

// Template is -T n.
func Template(n int) (Timing, error) {
	if n < 0 || n >= len(Timings) {
		return Timing{}, fmt.Errorf("scan: timing template %d: there are 0 to %d", n, len(Timings)-1)
	}
	return Timings[n], nil
}

// Network finds ways to addresses and opens them. That of this machine is an afpacket.Network.
type Network interface {
	Route(addr netip.Addr) (link.Route, error)
	Open(r link.Route) (link.Conn, error)
}

// Target is one address to scan, the names that led to it and its place in the walk.
type Target struct {
	Addr     netip.Addr
	Names    []string
	Position uint64 // see [Targets]
}
