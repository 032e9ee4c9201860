package persona

import (
	"math"
	"time"

	"whorl/method"
)

// isns is how initial sequence numbers grow. Between two SYNs 100 ms apart a number
// grows by one of the steps, in units; the steps repeat. So whichever SYN a scan
// begins with, as many gaps as there are steps show each of them once, and mean,
// deviation and common divisor are those of the steps.
type isns struct {
	constant bool
	// exact steps do not follow small variations of the gaps: stacks that count
	// connections do not either, and few units cannot be scaled.
	exact bool
	// drawn steps follow the number of SYNs and not the time between them, as those of
	// stacks that draw each number by chance.
	drawn  bool
	signed bool     // steps go up or down, by a secret
	value  uint32   // if constant
	unit   uint32   // every difference is a multiple of it
	noise  uint32   // in units, what a secret adds to or takes from each step
	steps  []uint32 // in units
	want   growth   // what is to be measured of as many gaps as there are steps
}

const (
	idealGap = 100 * time.Millisecond
	// A gap between SYNs within these bounds counts as the ideal one for exact steps.
	shortestGap = 70 * time.Millisecond
	longestGap  = 150 * time.Millisecond
	// aheadGap is by how much less than n ideal gaps may still be n of them for drawn steps.
	aheadGap = 30 * time.Millisecond
	// SYNs of one scan, some of which are late, are no nearer and no farther apart.
	hastyGap  = 10 * time.Millisecond
	latestGap = 800 * time.Millisecond
)

// isnClock is by how much a second moves the first number that a peer is given, so that one
// who was forgotten does not meet the same again (RFC 9293 section 3.4.1).
const isnClock = 250_000

// maxStep keeps differences below the half of the number space, where a growing
// number looks like a falling one.
const maxStep = 1<<31 - 1

// earlier is how many gaps are remembered: with the one at hand, those of one scan.
const earlier = 4

// sequence is the state of one peer's initial sequence numbers.
type sequence struct {
	last uint32
	at   time.Time              // of last; zero: none yet
	next uint8                  // step to take
	seen uint8                  // gaps in a row within bounds, at most earlier
	gaps [earlier]time.Duration // the newest first
	grew [earlier]uint32        // the differences, in units
}

// draw gives the next number of a peer.
func (g *isns) draw(s *sequence, now time.Time, secret *method.Stream) uint32 {
	if g.constant {
		return g.value
	}
	if s.at.IsZero() {
		s.last = (secret.Uint32() + isnClock*uint32(now.Unix())) | 1
		s.next = uint8(secret.Between(0, len(g.steps)-1))
	} else {
		gap := g.counted(now.Sub(s.at))
		d := g.step(s, gap, secret)
		s.note(gap, d)
		if d *= g.unit; g.signed && secret.Uint64()&1 == 0 {
			d = -d
		}
		if s.last += d; s.last == 0 {
			s.last += d // zero counts as no number at all
		}
	}
	s.at = now
	return s.last
}

// follow lets the next number grow from one that was not drawn: some stacks take the
// first from the segment, and others go on from there.
func (s *sequence) follow(isn uint32, now time.Time) {
	s.last, s.at, s.seen = isn, now, 0
}

// note remembers a difference as long as SYNs keep coming as a scan sends them.
func (s *sequence) note(gap time.Duration, d uint32) {
	if gap < hastyGap || gap > latestGap {
		s.seen = 0
		return
	}
	copy(s.gaps[1:], s.gaps[:])
	copy(s.grew[1:], s.grew[:])
	s.gaps[0], s.grew[0] = gap, d
	s.seen = min(s.seen+1, earlier)
}

// counted is the time that a difference is made for: that between the SYNs, or for drawn
// steps as many ideal gaps as it may have been, with SYNs lost between. The line may have
// brought them nearer together or farther apart than they left.
func (g *isns) counted(gap time.Duration) time.Duration {
	if !g.drawn || gap < hastyGap || gap > latestGap {
		return gap
	}
	return max((gap+aheadGap)/idealGap, 1) * idealGap
}

// step is the next difference in units, for the time since the last number.
func (g *isns) step(s *sequence, gap time.Duration, secret *method.Stream) uint32 {
	k := float64(g.steps[s.next])
	least := min(k, 1)
	s.next = (s.next + 1) % uint8(len(g.steps))
	if !g.exact || gap < shortestGap || gap > longestGap {
		k *= float64(gap) / float64(idealGap)
	}
	if g.noise > 0 {
		k += float64(secret.Between(-int(g.noise), int(g.noise)))
	}
	if gap > latestGap {
		return uint32(math.Mod(max(k, 0), 1<<32))
	}
	return g.fit(s, gap, uint32(min(max(k, least)+0.5, maxStep/float64(g.unit))), secret)
}

const (
	reach  = 8  // by how many units a difference is moved at most
	draws  = 24 // how many others are tried if that is not enough
	fewest = 3  // gaps of which anything is measured
)

// fit moves a difference by as little as makes it and those before it show what they
// should: whole units that follow uneven gaps deviate by their rounding too, and have a
// common divisor by chance. Where a gap is so long that a step cannot follow it, as it
// would come round, others are tried.
func (g *isns) fit(s *sequence, gap time.Duration, d uint32, secret *method.Stream) uint32 {
	n := min(int(s.seen)+1, len(g.steps))
	if n < fewest || n < len(g.steps) && g.exact || gap < hastyGap {
		return d // a few of few units say nothing of the others
	}
	for i := range uint32(reach) {
		if g.shows(s, n, gap, d+i) {
			return d + i
		}
		if i < d && g.shows(s, n, gap, d-i) {
			return d - i
		}
	}
	if g.exact {
		return d
	}
	most := int(min(2*float64(d), maxStep/float64(g.unit)))
	for range draws {
		if other := uint32(secret.Between(1, max(most, 1))); g.shows(s, n, gap, other) {
			return other
		}
	}
	return d
}

// shows reports whether the last n differences, with d as the last, are measured as wanted.
func (g *isns) shows(s *sequence, n int, gap time.Duration, d uint32) bool {
	var (
		isns [earlier + 2]uint32
		at   [len(isns)]time.Duration
	)
	for i := n - 1; i >= 1; i-- { // the oldest first
		k := n - i
		isns[k], at[k] = isns[k-1]+s.grew[i-1]*g.unit, at[k-1]+s.gaps[i-1]
	}
	isns[n], at[n] = isns[n-1]+d*g.unit, at[n-1]+gap
	return g.want.agrees(isns[:n+1], at[:n+1])
}
