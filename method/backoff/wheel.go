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
// ticks that take 52; the 204 ticks of the third copy take 208, the 408 of the fourth 416.

// Tick is one of timer wheels, and the part of hosts that have it.
type Tick struct {
	Tick  time.Duration
	Share float64
}

// numTicks is how many ticks are told apart.
const numTicks = 2

// slot is how many ticks wide the slots are of a timer of so many.
func slot(timer int64) int64 {
	width := int64(1)
	for timer >= 63*width {
		width *= 8
	}
	return width
}

// expiries are how long gaps are, in seconds, that begin at an edge of the slots in which
// they end; 0: the one before has wider edges only by chance, or is none.
func expiries(gaps []time.Duration, tick time.Duration) []float64 {
	out := make([]float64, len(gaps))
	var timer, before int64 // ticks of the timer, and the slot of the one before
	for i, gap := range gaps {
		n := int64((gap + tick - 1) / tick)
		if i > 0 && gaps[i-1] > 0 {
			times := float64(gap) / float64(gaps[i-1])
			if whole := math.Round(times); whole > 0 && math.Abs(times-whole) < 1e-6 {
				n = timer * int64(whole) // timers double in whole ticks
			}
		}
		width := slot(n)
		if width <= before {
			out[i] = float64((n/width+1)*width) * tick.Seconds()
		}
		timer, before = n, width
	}
	return out
}
