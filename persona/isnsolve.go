package persona

import (
	"fmt"
	"math"
	"slices"
	"time"

	"whorl/method"
	"whorl/method/expr"
	"whorl/method/gen2"
	"whorl/packet"
)

// growth is what a reference says of initial sequence numbers; nil is nothing.
type growth struct {
	sp, gcd, isr *expr.Expr
	gaps         int // between numbers of one scan, 3 to 5
}

// What is taken where the reference is silent: numbers drawn at random show an ISR
// of about 10A and an SP of about 104.
var (
	randomSP  = expr.MustParse("FE-10A")
	randomISR = expr.MustParse("105-10F")
	anyGCD    = expr.MustParse("1-6")
)

// unpredictable is the least SP of stacks whose numbers are meant to be random.
const unpredictable = 0xC0

// solve finds steps that are measured as the reference says: the first ones that
// stand all trials with jitter, else those that stand most.
func (w growth) solve(secret *method.Stream) (best isns, err error) {
	w = w.complete()
	most, found := -1, 0
	all := w.candidates()
	for _, pick := range all[:min(len(all), maxCandidates)] {
		for _, steps := range pick.shapes(w.gaps, secret) {
			g, ok := w.try(steps, pick, secret)
			if !ok {
				continue
			}
			if n := w.stands(&g); n > most {
				best, most = g, n
			}
			if found++; most == len(trials) || found == enough {
				return best, nil
			}
		}
	}
	if found == 0 {
		err = fmt.Errorf("SEQ: no steps of initial sequence numbers show SP=%v, GCD=%v and ISR=%v", w.sp, w.gcd, w.isr)
	}
	return best, err
}

// Bounds of the search: points of the ranges, and possible steps put to trial.
const (
	maxCandidates = 1024
	enough        = 48
)

func (w growth) complete() growth {
	switch {
	case w.sp == nil && w.isr == nil:
		w.sp, w.isr = &randomSP, &randomISR
	case w.sp == nil:
		w.sp = w.isr
	case w.isr == nil:
		w.isr = w.sp
	}
	if w.gcd == nil {
		w.gcd = &anyGCD
	}
	return w
}

// candidate is a point of the reference's ranges.
type candidate struct {
	unit      uint32
	mean, dev float64 // of the steps, in units
}

// candidates are the points worth trying: the middle of the ranges before their
// ends, small units before large ones.
func (w growth) candidates() (out []candidate) {
	const perGap = float64(idealGap) / float64(time.Second)
	for _, isr := range points(*w.isr) {
		step := math.Exp2(isr/8) * perGap
		for _, unit := range units(*w.gcd, step) {
			if unit == 0 {
				out = append(out, candidate{})
				continue
			}
			div := 1.0
			if unit > 9 { // the deviation is counted in units then
				div = float64(unit)
			}
			for _, sp := range points(*w.sp) {
				dev := math.Exp2(sp/8) * perGap * div / float64(unit)
				if sp < 0.5 {
					dev = 0
				}
				out = append(out, candidate{unit, step / float64(unit), dev})
			}
		}
	}
	return out
}

// points are numbers to aim at, the safest first.
func points(e expr.Expr) (out []float64) {
	for _, at := range [...]float64{0.5, 0.25, 0.75, 0, 1} {
		for _, a := range few(e.Alternatives()) {
			lo, hi, ok := a.Bounds()
			if !ok {
				continue
			}
			if hi > 0x200 { // more than any scan can show
				hi = lo + 0x20
			}
			if p := float64(lo) + at*float64(hi-lo); !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
	}
	return out
}

// units are the common divisors that the expression allows. step is the mean
// difference, which bounds those of an expression without an end.
func units(e expr.Expr, step float64) (out []uint32) {
	const inRange = 16
	for _, a := range few(e.Alternatives()) {
		lo, hi, ok := a.Bounds()
		switch {
		case !ok || lo > maxStep:
		case hi > maxStep:
			for k := 1.0; k <= 5; k++ {
				if u := step / k; u >= float64(lo) && u < maxStep {
					out = append(out, uint32(u))
				}
			}
		default:
			for u := lo; u <= hi && u < lo+inRange; u++ {
				out = append(out, uint32(u))
			}
		}
	}
	return out
}

// try makes a generator of steps if they are measured as wanted.
func (w growth) try(steps []uint32, c candidate, secret *method.Stream) (isns, bool) {
	switch {
	case c.unit == 0:
		return isns{constant: true, value: secret.Uint32() | 1}, w.agrees(make([]uint32, w.gaps+1), trials[0].believed())
	case steps == nil:
		return isns{}, false
	}
	steps = slices.Clone(steps)
	g := isns{unit: c.unit, steps: steps, exact: slices.Max(steps) <= exactly, want: w}
	g.drawn = !g.exact && c.dev > c.mean*unsteady
	numbers := make([]uint32, len(steps)+1)
	for i, k := range steps {
		numbers[i+1] = numbers[i] + k*c.unit
	}
	if !w.agrees(numbers, trials[0].believed()) {
		return isns{}, false
	}
	if lowest, _, ok := w.sp.Alternatives()[0].Bounds(); ok && lowest >= unpredictable && !g.exact {
		g.noise, g.signed = uint32(c.dev/16), true
	}
	shuffle(g.steps, secret)
	return g, true
}

const (
	// exactly is the largest step in units that does not follow variations of the gap: so few
	// are connections that are counted, more are ticks of a clock.
	exactly = 12
	// unsteady is the deviation, as a share of the mean, beyond which steps are no clock's.
	unsteady = 1. / 8
)

// isns chooses how initial sequence numbers grow.
func (c *chooser) isns(i *instance) (err error) {
	gaps := -1
	for p := gen2.S1; p <= gen2.S6; p++ {
		s := &i.segments[p]
		if own := s.seq == other || p == gen2.S1 && s.seq == same; own && !s.silent && s.flags.Has(packet.SYN|packet.ACK) {
			gaps++
		}
	}
	w := growth{c.expr(gen2.TestSEQ, "SP"), c.expr(gen2.TestSEQ, "GCD"), c.expr(gen2.TestSEQ, "ISR"), gaps}
	if gaps < 3 { // nothing can be measured, so anything goes
		w = growth{gaps: 5}
	}
	i.isns, err = w.solve(c.secret)
	return err
}
