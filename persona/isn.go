package persona

import (
	"math"
	"time"

	"whorl/method"
	"whorl/method/expr"
)

// isns is how initial sequence numbers grow. Between two SYNs 100 ms apart a number
// grows by one of the steps, in units; the steps repeat. So whichever SYN a scan
// begins with, as many gaps as there are steps show each of them once, and mean,
// deviation and common divisor are those of the steps.
type isns struct {
	constant bool
	value    uint32   // if constant
	unit     uint32   // every difference is a multiple of it
	steps    []uint32 // in units
	// exact steps do not follow small variations of the gaps: stacks that count
	// connections do not either, and few units cannot be scaled.
	exact  bool
	noise  uint32     // in units, what a secret adds to or takes from each step
	signed bool       // steps go up or down, by a secret
	gcd    *expr.Expr // of all differences, what it may be
}

// A gap between SYNs within these bounds counts as the ideal one for exact steps.
const (
	idealGap    = 100 * time.Millisecond
	shortestGap = 70 * time.Millisecond
	longestGap  = 150 * time.Millisecond
)

// maxStep keeps differences below the half of the number space, where a growing
// number looks like a falling one.
const maxStep = 1<<31 - 1

// sequence is the state of one peer's initial sequence numbers.
type sequence struct {
	last uint32
	at   time.Time // of last; zero: none yet
	next uint8     // step to take
	seen [4]uint32 // the last differences in units, the newest first; zero: not yet
}

// draw gives the next number of a peer.
func (g *isns) draw(s *sequence, now time.Time, secret *method.Stream) uint32 {
	if g.constant {
		return g.value
	}
	if s.at.IsZero() {
		s.last = secret.Uint32() | 1
		s.next = uint8(secret.Between(0, len(g.steps)-1))
	} else {
		d := g.step(s, now.Sub(s.at), secret)
		copy(s.seen[1:], s.seen[:])
		s.seen[0] = d
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
	if gap > longestGap {
		return uint32(math.Mod(max(k, 0), 1<<32))
	}
	d := uint32(min(max(k, least)+0.5, maxStep/float64(g.unit)))
	if g.exact {
		return d
	}
	return g.coprime(d, s.seen[:len(g.steps)-1])
}

// coprime moves d by as little as makes the common divisor of it and the
// differences before it a possible one.
func (g *isns) coprime(d uint32, before []uint32) uint32 {
	common := uint32(0)
	for _, b := range before {
		if b == 0 {
			return d
		}
		common = gcd(common, b)
	}
	for i := range uint32(8) {
		for _, c := range [...]uint32{d + i, d - i} {
			if g.may(gcd(common, c)) {
				return c
			}
		}
	}
	return d
}

// may reports whether all differences may have that common divisor, in units. Nmap
// counts deviations in common divisors if these are above 9, so that one changes
// SP with it.
func (g *isns) may(common uint32) bool {
	whole := common * g.unit
	return (common == 1 || whole <= 9) && g.gcd.Match(hex(whole))
}

func gcd(a, b uint32) uint32 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
