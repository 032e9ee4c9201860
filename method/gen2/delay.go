package gen2

import (
	"math"
	"time"
)

// trips sums up the round trips of an exchange, in seconds.
type trips struct {
	n            int
	sum, squares float64
}

func (t *trips) add(d time.Duration) {
	s := d.Seconds()
	t.n++
	t.sum += s
	t.squares += s * s
}

// Jitter is how much the round trips of probes vary that were sent once: their standard
// deviation, 0 if fewer than three were answered.
func (e *Exchange) Jitter() time.Duration {
	t := &e.trips
	if t.n < 3 {
		return 0
	}
	variance := (t.squares - t.sum*t.sum/float64(t.n)) / float64(t.n-1)
	return time.Duration(math.Sqrt(max(variance, 0)) * float64(time.Second))
}

const (
	// leastJitter is that of a path which shows in SP. On a segment it is a tenth of that.
	leastJitter = time.Millisecond
	// unsteady is the deviation of the rates, as a share of their mean, from which on no
	// clock makes the ISNs. Those drawn at random deviate by 0.3 at least (measured: RFC 6528
	// stacks, and Linux before it).
	unsteady = 0.25
	// delayShare is how much more than the jitter the rates may deviate for it to explain
	// them: of five gaps nobody knows the deviation better.
	delayShare = 2
)

// DelayExplainsSP reports whether the ISNs may be those of an even clock: its rates, taken
// between the times when SYNs leave, deviate because SYNs take longer or shorter on their
// way. The host's own SP is SP at most, and nobody knows how much less.
func (e *Exchange) DelayExplainsSP() bool {
	jitter := e.Jitter()
	s := e.samples()
	if jitter < leastJitter || len(s) < 4 || !e.CadenceGood() {
		return false
	}
	var sum, squares float64
	for i := 1; i < len(s); i++ {
		step := int32(s[i].isn - s[i-1].isn)
		if step < 0 {
			return false
		}
		r := float64(step) / max(s[i].sent-s[i-1].sent, time.Microsecond).Seconds()
		sum += r
		squares += r * r
	}
	n := float64(len(s) - 1)
	mean := sum / n
	deviation := math.Sqrt(max(squares/n-mean*mean, 0) * n / (n - 1))
	// A gap between arrivals deviates as a round trip does: both are of two frames.
	return deviation <= mean*min(unsteady, delayShare*jitter.Seconds()/SeqGap.Seconds())
}
