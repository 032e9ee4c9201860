package backoff

import (
	"math"
	"time"
)

// The timer wheel of Linux since 4.8 counts in ticks (CONFIG_HZ) and has levels of 64 slots,
// those of each level eight times as wide as those of the one below. A timer expires at the
// next edge of the slots of its level, and never at the one on which it falls (Linux,
// kernel/time/timer.c, calc_wheel_index and calc_index; measured with 250 Hz).
//
// A copy leaves when a timer expires, at an edge. If the next timer is of the same level,
// its gap is then known to the tick: 204 ms, what Linux makes of 200.7 ms at 250 Hz, are 51
// ticks that take 52; the 204 ticks of the third copy take 208. The 1000 of 4 s are of the
// next level and take 1008, 1016, or so on to 1064.

// Tick is how many ticks a second a timer wheel has, and the part of hosts whose wheel does.
type Tick struct {
	Hertz int64
	Share float64
}

// numTicks is how many settings of CONFIG_HZ there are.
const numTicks = 4

// slot is how many ticks wide the slots are of a timer of so many.
func slot(timer int64) int64 {
	width := int64(1)
	for timer >= 63*width {
		width *= 8
	}
	return width
}

// expiry is how long a gap is that begins at an edge of the slots of the timer before, in
// seconds: any of n, as likely as the others; 0: it is not known, as there was none.
type expiry struct {
	first, step float64
	n           int
}

// expiries are those of gaps. If the slots in which one ends are wider than those of the one
// before, it ends at any of the edges of the narrow ones.
func expiries(gaps []time.Duration, hertz int64) []expiry {
	out := make([]expiry, len(gaps))
	var timer, before int64 // ticks of the timer, and the slot of the one before
	for i, gap := range gaps {
		n := (int64(gap)*hertz + int64(time.Second) - 1) / int64(time.Second)
		if i > 0 && gaps[i-1] > 0 {
			times := float64(gap) / float64(gaps[i-1])
			if whole := math.Round(times); whole > 0 && math.Abs(times-whole) < 1e-6 {
				n = timer * int64(whole) // timers double in whole ticks
			}
		}
		width := slot(n)
		if before > 0 {
			step := min(width, before)
			out[i] = expiry{float64((n/step+1)*step) / float64(hertz), float64(step) / float64(hertz), int(width / step)}
		}
		timer, before = n, width
	}
	return out
}

// logDensity is the logarithm of the density of a segment that comes at t; to is its arrival
// after the shortest gap. Where edges are nearer to each other than what blurs them, it may
// have been any time.
func (e *expiry) logDensity(to arrival, t float64) float64 {
	if e.n == 1 {
		return to.logDensity(t)
	}
	if all := float64(e.n) * e.step; math.Sqrt(to.variance)+to.delay > e.step/4 {
		to.mean -= e.step / 2
		return math.Log(max(to.after(t-all)-to.after(t), 1e-300) / all)
	}
	k := min(max(math.Floor((t-to.mean)/e.step), 0), float64(e.n-1))
	to.mean += k * e.step
	l := to.logDensity(t)
	if to.mean += e.step; int(k) < e.n-1 {
		l = logAdd(l, to.logDensity(t))
	}
	return l - math.Log(float64(e.n))
}
