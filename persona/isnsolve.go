package persona

import (
	"cmp"
	"fmt"
	"math"
	"net/netip"
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

// coarse is the mean number of units in a step up to which random steps do not come
// near enough to what they should show.
const coarse = 40

// shapes are n steps of about that mean and deviation.
func (c candidate) shapes(n int, secret *method.Stream) (out [][]uint32) {
	if c.unit == 0 {
		return [][]uint32{nil}
	}
	if c.mean > coarse {
		for range 8 {
			out = append(out, c.scale(randomShape(n, secret)))
		}
	}
	out = append(out, c.enumerate(n)...)
	even := [...]float64{1, -1, 1, -1, 0}
	one := [...]float64{1, 0, 0, 0, 0} // the largest deviation that a mean allows
	return append(out, c.scale(even[:n]), c.scale(one[:n]))
}

// randomShape is a pattern without order. Sums of four uniform numbers come near
// enough to a bell.
func randomShape(n int, secret *method.Stream) []float64 {
	p := make([]float64, n)
	for i := range p {
		for range 4 {
			p[i] += float64(secret.Uint32()) / (1 << 32)
		}
	}
	return p
}

// scale gives a pattern the candidate's mean and sample deviation; nil if a step
// would not be positive or too large.
func (c candidate) scale(pattern []float64) []uint32 {
	mean, dev := moments(pattern)
	steps := make([]uint32, len(pattern))
	for i, p := range pattern {
		k := math.Round(c.mean + (p-mean)*c.dev/dev)
		if k < 0 || k*float64(c.unit) > maxStep {
			return nil
		}
		steps[i] = uint32(k)
	}
	return steps
}

func moments(p []float64) (mean, dev float64) {
	for _, v := range p {
		mean += v / float64(len(p))
	}
	for _, v := range p {
		dev += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(dev / float64(len(p)-1))
}

// most is the largest step tried by enumeration, in units.
const most = 12

// enumerate gives the combinations of small steps that come nearest to the
// candidate's mean and deviation.
func (c candidate) enumerate(n int) (out [][]uint32) {
	if c.mean > most {
		return nil
	}
	type found struct {
		steps []uint32
		miss  float64
	}
	var all []found
	steps := make([]uint32, n)
	var walk func(i int, least, sum, squares uint32)
	walk = func(i int, least, sum, squares uint32) {
		if i < n {
			for k := least; k <= most; k++ {
				steps[i] = k
				walk(i+1, k, sum+k, squares+k*k)
			}
			return
		}
		mean := float64(sum) / float64(n)
		dev := math.Sqrt((float64(squares) - mean*float64(sum)) / float64(n-1))
		if miss := math.Abs(mean-c.mean) + math.Abs(dev-c.dev); miss < (c.mean+c.dev)/4+0.4 {
			all = append(all, found{slices.Clone(steps), miss})
		}
	}
	walk(0, 0, 0, 0)
	slices.SortStableFunc(all, func(a, b found) int { return cmp.Compare(a.miss, b.miss) })
	for _, f := range all[:min(len(all), 32)] {
		out = append(out, f.steps)
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

func shuffle(s []uint32, secret *method.Stream) {
	for i := len(s) - 1; i > 0; i-- {
		j := secret.Between(0, i)
		s[i], s[j] = s[j], s[i]
	}
}

// trial is a scan with jitter: by how much each SYN leaves later than planned, and
// by how much later it is believed to have left.
type trial struct {
	late, wrong [6]time.Duration
}

// trials are some of what a loaded scanner does, and before them the ideal.
var trials = [...]trial{
	{},
	{late: [6]time.Duration{0, 180e3, 20e3, 150e3, 90e3, 10e3}},
	{late: [6]time.Duration{200e3, 0, 190e3, 10e3, 200e3, 0}},
	{late: [6]time.Duration{120e3, 60e3, 0, 170e3, 40e3, 200e3}},
	{late: [6]time.Duration{30e3, 190e3, 110e3, 110e3, 0, 150e3}},
	{late: [6]time.Duration{200e3, 100e3, 130e3, 20e3, 180e3, 90e3}},
	{late: [6]time.Duration{0, 200e3, 0, 200e3, 0, 200e3}},
	{wrong: [6]time.Duration{300e3, -300e3, 100e3, 250e3, -200e3, 0}},
	{wrong: [6]time.Duration{1e6, -1e6, 500e3, -500e3, 800e3, -900e3}},
}

// believed are the times at which the SYNs of a trial are believed to have left.
func (t *trial) believed() []time.Duration {
	out := make([]time.Duration, len(t.late))
	for i := range out {
		out[i] = time.Duration(i)*idealGap + t.late[i] + t.wrong[i]
	}
	return out
}

// stands counts the trials in which the generator shows what it should.
func (w growth) stands(g *isns) (n int) {
	start := time.Unix(0, 0)
	for i := range trials {
		var (
			secret  = (&method.Key{byte(i)}).Stream(netip.IPv4Unspecified(), "persona trial")
			s       sequence
			numbers = make([]uint32, w.gaps+1)
		)
		for k := range numbers {
			numbers[k] = g.draw(&s, start.Add(time.Duration(k)*idealGap+trials[i].late[k]), &secret)
		}
		if w.agrees(numbers, trials[i].believed()) {
			n++
		}
	}
	return n
}

// agrees asks the method itself what a scan would see of those numbers, in answer to SYNs
// of those times, and whether the reference says so.
func (w growth) agrees(isns []uint32, sent []time.Duration) bool {
	p, ok := gen2.PredictabilityOf(isns, sent)
	return ok && w.sp.Match(hex(p.SP)) && w.gcd.Match(hex(p.GCD)) && w.isr.Match(hex(p.ISR))
}

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
