package persona

import (
	"fmt"
	"math"
	"time"

	"whorl/method"
)

// growth is how the initial sequence numbers of one 4-tuple follow each other, where
// a record tells it (ISN4 of package deep). The first on a 4-tuple is drawn by isns.
type succession struct {
	class byte    // T, I, G, K or R; 0: as on any other 4-tuple
	rate  float64 // per second, if T
	step  uint32  // if I
}

// Steps of an uneven growth: the small one in turn with a much larger one, so that
// it neither follows time nor has a large common divisor.
const (
	unevenStep = 251 // a prime
	unevenLeap = 16  // times that, and up to one step more
)

// next is the number after last on the same 4-tuple; nth counts from 1.
func (g *succession) next(last uint32, gap time.Duration, nth int, secret *method.Stream) uint32 {
	switch g.class {
	case 'T':
		sec, rest := float64(gap/time.Second), (gap % time.Second).Seconds()
		last += uint32(uint64(math.Mod(sec*g.rate, 1<<32) + rest*g.rate))
	case 'I':
		last += g.step
	case 'G':
		d := unevenStep
		if nth%2 == 0 {
			d = unevenLeap*unevenStep + secret.Between(0, unevenStep-1)
		}
		last += uint32(d)
	case 'R':
		last += 1<<30 + uint32(secret.Between(0, 1<<29))
	}
	if last == 0 && g.class != 'K' { // counts as no number at all
		last++
	}
	return last
}

// succession chooses what ISN4 says.
func (c *chooser) succession(i *instance) error {
	e := c.deep.Expr("ISN4", "C")
	if e == nil {
		return nil
	}
	class, err := textOf(e, "ISN4: C")
	if err != nil {
		return err
	}
	g := &i.succession
	if len(class) == 1 {
		g.class = class[0]
	}
	switch g.class {
	case 'T':
		const most = 28 * 8 // what is believed to be a clock
		r, err := numberOf(c.deep.Expr("ISN4", "R"), "ISN4: R", most, nil, 0xbf)
		g.rate = math.Exp2(float64(r) / 8)
		return err
	case 'I':
		d, err := numberOf(c.deep.Expr("ISN4", "D"), "ISN4: D", 1<<24, nil, 64000)
		g.step = uint32(d)
		return err
	case 'G', 'K', 'R':
		return nil
	}
	return fmt.Errorf("ISN4: C: %q is not T, I, G, K or R", class)
}

// maxTuples is how many 4-tuples are remembered.
const maxTuples = 4096

// tuples are the 4-tuples that were used last, with the latest number of each. The
// zero value is empty.
type tuples struct {
	all   map[flow]numbered
	order []flow // as they came first
}

// forget drops the one that came first.
func (s *tuples) forget() {
	delete(s.all, s.order[0])
	s.order = s.order[1:]
}

// expire forgets those that came first as long as they are not used any more.
func (s *tuples) expire(now time.Time) {
	for len(s.order) > 0 && now.Sub(s.all[s.order[0]].at) > peerIdle {
		s.forget()
	}
	if len(s.order) == 0 {
		*s = tuples{}
	}
}

type numbered struct {
	isn uint32
	at  time.Time
	nth int // number on this 4-tuple
}

// note remembers a number; the oldest 4-tuple makes room.
func (s *tuples) note(f flow, isn uint32, at time.Time) {
	if s.all == nil {
		s.all = map[flow]numbered{}
	}
	before, known := s.all[f]
	if !known {
		if len(s.order) >= maxTuples {
			s.forget()
		}
		s.order = append(s.order, f)
	}
	s.all[f] = numbered{isn, at, before.nth + 1}
}
