package syn

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"whorl/method"
)

// Hosts behind one address share it, and not their clocks and counters: SYNs to one server
// whose timestamps lie on two lines that take turns come from two hosts (Bellovin, A
// Technique for Counting NATted Hosts, 2002, of IP IDs). Stacks that draw either at random
// for each connection make no lines, hosts that follow on one another make lines that take
// no turns, and lines to different servers may be one host's, as many systems have an
// offset for each peer (Linux since 4.13).

// mostTracks is how many lines of an address are remembered; the weakest goes.
const mostTracks = 8

// FewestTurns is how often lines have to come back before they are of several hosts: one
// that is replaced makes one turn at most.
const FewestTurns = 3

// fewestOfTrack is how many SYNs make a line: the second fits by chance once in so many
// that a flood shows some.
const fewestOfTrack = 3

// Tracks are the lines that the SYNs of one address have shown, of timestamps or of IP
// IDs. It is a value of fixed size; its zero has seen nothing.
type Tracks struct {
	all   [mostTracks]track
	syns  uint16 // that could have been of a line
	fits  uint16 // that were
	turns uint16 // times that a line came back after another of the same peer
}

// track is one line. It holds no pointer, as there are many.
type track struct {
	at    int64  // of the last SYN, nanoseconds of Unix time
	value uint32 // that it showed
	peer  uint32 // hash of the address that it went to
	n     uint16 // SYNs; 0: none
}

// Several says how many hosts SYNs show, in a line:
//
//	Clocks(N=6,4%T=7%F=A%S=C)
//
// N are the connections of each line that took turns, T the turns, F the SYNs that were
// of any line, S all. Numbers are hexadecimal.
type Several struct {
	Counters bool // of IP IDs; else of timestamps
	N        []uint16
	Turns    uint16
	Fits     uint16
	SYNs     uint16
}

// Names of their lines.
const (
	TestClocks   = "Clocks"
	TestCounters = "Counters"
)

// Stamp takes the timestamp of a SYN to a peer, of a clock of that rate a second.
// Timestamps of zero tell nothing. It reports whether a line took the last turn that it
// needs in order to be one of several.
func (t *Tracks) Stamp(peer uint32, s Stamp, hz float64) (several bool) {
	return t.add(peer, s, func(l *track, at int64) bool { return l.near(at, s.Value, hz) })
}

// ID takes the IP ID of a SYN to a peer, as Stamp does. IDs of zero tell nothing.
func (t *Tracks) ID(peer uint32, s Stamp) (several bool) {
	return t.add(peer, s, func(l *track, at int64) bool { return l.peer == peer && l.goesOn(at, s.Value) })
}

// near reports whether a clock would show a value at a time.
func (l *track) near(at int64, value uint32, hz float64) bool {
	span := time.Duration(at - l.at).Seconds()
	off := int32(value - l.value - uint32(int64(hz*span)))
	const delay, drift = 0.1, 0.0005 // seconds; the worst oscillators are off by as much
	return math.Abs(float64(off)) <= hz*(delay+drift*math.Abs(span))
}

// goesOn reports whether a counter would show an IP ID at a time: packets to one peer
// between two SYNs, and some each second.
func (l *track) goesOn(at int64, id uint32) bool {
	const burst, rate, most = 32, 16, 512
	step, span := uint16(id-l.value), time.Duration(at-l.at).Seconds()
	return step > 0 && span >= 0 && float64(step) <= min(burst+rate*span, most)
}

// add finds the line of a SYN, or begins one in the place of the weakest.
func (t *Tracks) add(peer uint32, s Stamp, fits func(*track, int64) bool) (several bool) {
	if s.Value == 0 {
		return false
	}
	at := s.At.UnixNano()
	more(&t.syns)
	weakest := &t.all[0]
	for i := range t.all {
		l := &t.all[i]
		if l.n > 0 && fits(l, at) {
			before := t.turns
			t.fit(l, peer, at)
			l.value = s.Value
			return before < FewestTurns && t.turns == FewestTurns
		}
		if l.n < weakest.n || l.n == weakest.n && l.at < weakest.at {
			weakest = l
		}
	}
	*weakest = track{at: at, value: s.Value, peer: peer, n: 1}
	return false
}

// fit goes on with a line. It takes a turn if another one of that peer came since.
func (t *Tracks) fit(l *track, peer uint32, at int64) {
	for i := range t.all {
		if o := &t.all[i]; o.n > 1 && o.peer == peer && l.peer == peer && o.at > l.at {
			more(&t.turns)
			break
		}
	}
	more(&l.n)
	more(&t.fits)
	l.peer, l.at = peer, at
}

// Several is what the lines tell. ok is false if less than two are sure of one peer, or
// none came back.
func (t *Tracks) Several(counters bool) (s Several, ok bool) {
	s = Several{Counters: counters, Turns: t.turns, Fits: t.fits, SYNs: t.syns}
	if t.turns == 0 {
		return s, false
	}
	for i := range t.all {
		l := &t.all[i]
		for j := range t.all {
			if o := &t.all[j]; i != j && l.peer == o.peer && l.n >= fewestOfTrack && o.n >= fewestOfTrack {
				s.N = append(s.N, l.n)
				break
			}
		}
	}
	return s, len(s.N) > 1
}

// String is the line.
func (s *Several) String() string {
	l := method.Line{Test: TestClocks}
	if s.Counters {
		l.Test = TestCounters
	}
	var n []string
	for _, k := range s.N {
		n = append(n, hexOf(k))
	}
	l.Set("N", strings.Join(n, ","))
	l.Set("T", hexOf(s.Turns))
	l.Set("F", hexOf(s.Fits))
	l.Set("S", hexOf(s.SYNs))
	return l.String()
}

func hexOf(n uint16) string { return strings.ToUpper(strconv.FormatUint(uint64(n), 16)) }

// ParseSeveral reads what String writes.
func ParseSeveral(text string) (s Several, err error) {
	l, err := method.ParseLine(strings.TrimSpace(text))
	if err != nil {
		return s, fmt.Errorf("syn: %w", err)
	}
	if l.Test != TestClocks && l.Test != TestCounters {
		return s, fmt.Errorf("syn: %.20s(...); want %s(...) or %s(...)", l.Test, TestClocks, TestCounters)
	}
	s.Counters = l.Test == TestCounters
	list, _ := l.Value("N")
	for k := range strings.SplitSeq(list, ",") {
		n, err := parseHex(k, 16)
		if err != nil || len(s.N) == mostTracks {
			return Several{}, fmt.Errorf("syn: %s: N=%.60q; want up to %d hexadecimal numbers", l.Test, list, mostTracks)
		}
		s.N = append(s.N, uint16(n))
	}
	for _, a := range [...]struct {
		name string
		to   *uint16
	}{{"T", &s.Turns}, {"F", &s.Fits}, {"S", &s.SYNs}} {
		v, _ := l.Value(a.name)
		n, err := parseHex(v, 16)
		if err != nil {
			return Several{}, fmt.Errorf("syn: %s: %s=%.20q; want a hexadecimal number", l.Test, a.name, v)
		}
		*a.to = uint16(n)
	}
	if len(l.Attrs) != 4 || s.Fits > s.SYNs || s.Turns > s.Fits {
		return Several{}, fmt.Errorf("syn: %.60q; want %s(N=6,4%%T=7%%F=A%%S=C), T not above F and F not above S", text, l.Test)
	}
	return s, nil
}
