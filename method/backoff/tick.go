package backoff

import (
	"math"
	"time"
)

// Stacks that wake up for all connections at once repeat all that is due at the ends of the
// same ticks, most of half a second. A first gap is then any part of a tick shorter than it
// should be; but the connections of one host tell the phase of one tick, and once one of
// them has shown it, the first gaps of the others are known.

// The standard deviation of first gaps that a tick of about half a second gives.
const leastTick, mostTick = 100 * time.Millisecond, 200 * time.Millisecond

// ticks reports whether the stack wakes up for all connections at once.
func (s *Schedule) ticks() bool { return s.First >= leastTick && s.First <= mostTick }

// tick is how long one of its ticks is, in seconds: first gaps are spread evenly over it.
func (s *Schedule) tick() float64 { return math.Sqrt(12) * s.First.Seconds() }

const (
	phaseOff   = 0.005 // by how many seconds the ends of ticks are off,
	phaseDrift = 0.015 // and by what part of the time between them
)

// sameTick is how much likelier the first gap of a run is if a stack with that schedule ends
// it by the tick that another run has shown, as it does with a probability: a logarithm; 0 if
// nothing can be said. Runs are listened to until the same time.
func (w *Weights) sameTick(run, shown int, s *Schedule, probability float64) float64 {
	if shown < 0 || shown == run || !s.ticks() {
		return 0
	}
	at, end := w.runs[run].firstCopy()
	before, till := w.runs[shown].firstCopy()
	if !end || !till {
		return 0
	}
	scale := phaseOff + phaseDrift*math.Abs(at-before) + 2*w.views[run].delays[1]
	same := s.tick() * math.Exp(w.views[run].outliers.logDensity(math.Remainder(at-before, s.tick()), scale))
	return w.parts[run] * math.Log(1-probability+probability*same)
}

// firstCopy is when the first copy came, in seconds from the end of listening; ok is false
// if that was not the time or there is none.
func (r *Run) firstCopy() (at float64, ok bool) {
	if len(r.Gaps) == 0 || r.End != Silence {
		return 0, false
	}
	return (r.Gaps[0] - r.Heard).Seconds(), true
}
