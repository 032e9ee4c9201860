package gen2

import (
	"math"
	"time"
)

// trips sums up the round trips of an exchange, in seconds (Welford 1962: what is summed are
// deviations from the mean so far). It is small, as scans hold many.
type trips struct {
	n             uint32
	mean, squares float32
}

func (t *trips) add(d time.Duration) {
	s := float32(d.Seconds())
	t.n++
	off := s - t.mean
	t.mean += off / float32(t.n)
	t.squares += off * (s - t.mean)
}

// Jitter is how much the round trips of probes vary that were sent once: their standard
// deviation, 0 if fewer than three were answered.
func (e *Exchange) Jitter() time.Duration {
	t := &e.trips
	if t.n < 3 {
		return 0
	}
	return time.Duration(math.Sqrt(float64(t.squares)/float64(t.n-1)) * float64(time.Second))
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

// DelayExplainsSP reports whether the ISNs may be those of an even clock: its rates deviate
// because SYNs take longer or shorter on their way. The host's own SP is SP at most, and
// nobody knows how much less.
func (e *Exchange) DelayExplainsSP() bool {
	s, off := e.timed()
	if off == 0 || !e.CadenceGood() {
		return false
	}
	// A gap between arrivals deviates as a round trip does: both are of two frames.
	return evenness(s) <= min(unsteady, delayShare*off.Seconds()/SeqGap.Seconds())
}

// evenness is the deviation of the rates at which ISNs grow, as a share of their mean;
// infinite if they fall.
func evenness(s []sample) float64 {
	var sum, squares float64
	for i := 1; i < len(s); i++ {
		step := int32(s[i].isn - s[i-1].isn)
		if step < 0 {
			return math.Inf(1)
		}
		r := float64(step) / max(s[i].sent-s[i-1].sent, time.Microsecond).Seconds()
		sum += r
		squares += r * r
	}
	if sum == 0 {
		return 0
	}
	n := float64(len(s) - 1)
	mean := sum / n
	return math.Sqrt(max(squares/n-mean*mean, 0)*n/(n-1)) / mean
}

const (
	// hostTick is the tick of a clock that times SYNs better than a path with jitter.
	hostTick = time.Millisecond
	// hostOff is the standard deviation of a time between two of its ticks: each is cut off
	// to a tick, so it is the tick over the root of six.
	hostOff = hostTick * 41 / 100
)

// timed are the samples with the best times known, and by how much a gap between two is off,
// as a standard deviation; 0 if that shows in nothing, or there are too few. ISNs that run
// by time are timed by the host itself where its timestamps are of 1000 Hz; others, and all
// on a path without jitter, by when the SYNs left.
func (e *Exchange) timed() (s []sample, off time.Duration) {
	s, off = e.samples(), e.Jitter()
	if off < leastJitter || len(s) < 4 {
		return s, 0
	}
	if own, ok := timedByHost(s, off); ok && evenness(own) <= min(unsteady, evenness(s)) {
		return own, hostOff
	}
	return s, off
}

// timedByHost puts the times of a host's clock in place of ours; ok is false if the
// timestamps are no such clock, which keeps time with us but for the jitter.
func timedByHost(s []sample, jitter time.Duration) (own []sample, ok bool) {
	const most = 4 // standard deviations
	own = make([]sample, len(s))
	for i := range s {
		own[i] = s[i]
		own[i].sent = s[0].sent + time.Duration(s[i].ticks-s[0].ticks)*hostTick
		if off := own[i].sent - s[i].sent; s[i].ticks == 0 || max(off, -off) > most*jitter || i > 0 && own[i].sent <= own[i-1].sent {
			return nil, false
		}
	}
	return own, true
}
