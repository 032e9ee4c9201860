package watch

import (
	"hash/maphash"
	"net/netip"
	"time"
)

// flows are connections that a server waits for, with its SYN-ACK or its FIN out. A flow
// may stand in one of the few places of its set. A new one takes the place of one that
// nothing was repeated of, or else of the one that is silent longest, so a flood displaces
// itself first. The seed keeps senders from choosing a set.
type flows struct {
	seed uint64
	sets [][ways]flow
}

const ways = 4

// stage is where a flow stands.
type stage uint8

// The stages. A flow that is free holds nothing.
const (
	free     stage = iota
	opening        // a SYN was seen
	accepted       // ... and a SYN-ACK that nobody has answered yet
	closing        // a FIN was seen that nobody has acknowledged yet
)

// flow is one such connection.
type flow struct {
	client, server netip.AddrPort
	stage          stage
	hint           hint
	ours           uint32 // sequence number of the client's SYN
	theirs         uint32 // of the server's SYN or FIN
	half           bool   // the client has sent its FIN before
	from           uint32 // closing: the first byte of the segment with the FIN
	spared         bool   // closing: the client has acknowledged the data of that segment and not the FIN
	begun, last    int64  // of the segment that is repeated; nanoseconds of Unix time
	repeats        uint8
	gaps           [maxGaps]uint32 // before each repetition, milliseconds
	reset          bool            // the server ended it
}

// maxGaps is how many repetitions are timed.
const maxGaps = 12

// hint is what a SYN says of its tool.
type hint uint8

// The hints.
const (
	ordinary hint = iota
	handmade      // an MSS alone or no option
	scanTool      // zmap's header with a full set of options and the time of day
)

// init makes room for so many sets.
func (t *flows) init(sets int) {
	t.seed, t.sets = maphash.Comparable(maphash.MakeSeed(), sets), make([][ways]flow, sets)
}

// find gives the flow between two ends, whichever of them is the client, and the set that
// it belongs to; nil if it is not known.
func (t *flows) find(a, b netip.AddrPort) (*flow, *[ways]flow) {
	h := mix(t.seed^numberOf(a.Addr(), a.Port())) + mix(t.seed^numberOf(b.Addr(), b.Port()))
	s := &t.sets[h%uint64(len(t.sets))]
	for i := range s {
		if f := &s[i]; f.stage != free && (f.client == a && f.server == b || f.client == b && f.server == a) {
			return f, s
		}
	}
	return nil, s
}

// placeIn gives the place of a new flow in a set.
func placeIn(s *[ways]flow, now int64) *flow {
	worst := &s[0]
	for i := range s {
		f := &s[i]
		switch {
		case f.stage == free || now-f.last > int64(quiet):
			return f
		case (f.repeats == 0) != (worst.repeats == 0):
			if f.repeats == 0 {
				worst = f
			}
		case f.last < worst.last:
			worst = f
		}
	}
	return worst
}

// schedule is the times between repetitions.
func (f *flow) schedule() (gaps []time.Duration) {
	for _, g := range f.gaps[:min(int(f.repeats), maxGaps)] {
		gaps = append(gaps, time.Duration(g)*time.Millisecond)
	}
	return gaps
}
