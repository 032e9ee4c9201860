package persona

import (
	"cmp"
	"math"
	"time"

	"whorl/method"
	"whorl/method/backoff"
	"whorl/osdb"
)

// timing is when a stack repeats what is not acknowledged.
type timing struct {
	synAck   *backoff.Schedule // nil, or no gaps: SYN-ACKs are not repeated
	lastAck  *backoff.Schedule
	finWait1 *backoff.Schedule // of data too
	skew     float64           // by which part the gaps of this host are longer
	exact    bool              // SYN-ACKs are repeated to the moment
}

// maxSkew is the most by which the gaps of two hosts of one stack differ from the record.
const maxSkew = 0.01

// jitter is the standard deviation of a gap where a record does not tell it: a tick.
const jitter = 10 * time.Millisecond

// usualFIN repeats data and FINs of stacks of which nothing is known (RFC 6298 section 2).
// Only read.
var usualFIN = backoff.Schedule{State: backoff.FinWait1, Gaps: []time.Duration{
	time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second, 32 * time.Second}}

// newTiming chooses a schedule of each state by the record: what it does not tell of one
// state of an open connection is as in the other, or as with SYN-ACKs.
func newTiming(e *osdb.Entry, o *Options, secret *method.Stream) (t timing) {
	r, _ := backoff.NewReference(e.Extra) // what cannot be read is known of no host
	t.skew = maxSkew * (float64(secret.Between(-1000, 1000)) / 1000)
	one := func(state backoff.State) (s *backoff.Schedule) {
		n := 0
		for i := range r {
			if r[i].State != state {
				continue
			}
			if n++; secret.Between(1, n) == 1 { // each with the same chance
				s = &r[i]
			}
		}
		if s != nil {
			alone := *s // without the memory of the others
			s = &alone
		}
		return s
	}
	t.synAck = one(backoff.SynRcvd)
	last, first := one(backoff.LastAck), one(backoff.FinWait1)
	like := &usualFIN
	if t.synAck != nil && len(t.synAck.Gaps) > 0 {
		like = t.synAck
	}
	t.lastAck, t.finWait1 = firstOf(last, first, like), firstOf(first, last, like)
	if o.Resend != nil {
		t.synAck, t.exact = &backoff.Schedule{Gaps: o.Resend}, true
	}
	return t
}

// synAckGaps are the gaps between SYN-ACKs, of which the last one lies before the end,
// unless that is silence.
func (t *timing) synAckGaps() []time.Duration {
	switch s := t.synAck; {
	case s == nil:
		return nil
	case s.Least > 0 || s.Limit > 0:
		return s.GapsAt(0, true)
	default:
		return s.Gaps
	}
}

func firstOf(all ...*backoff.Schedule) *backoff.Schedule {
	for _, s := range all {
		if s != nil {
			return s
		}
	}
	return nil
}

// wait is the n-th gap of a schedule, from 0, for a host that has been up for that time.
func (t *timing) wait(s *backoff.Schedule, gaps []time.Duration, n int, up time.Duration) time.Duration {
	g := gaps[n]
	switch {
	case t.exact && s == t.synAck:
		return g
	case s.Wheel:
		return wheel(up, g)
	case n == 0 && s.First > 0:
		g += phase(up, s.First)
	default:
		most := float64(cmp.Or(s.Jitter, jitter))
		g += time.Duration(min(max(t.skew*float64(g), -most), most))
	}
	return max(g, time.Millisecond)
}

// phase is what a first gap has more than it has on average, on a stack that looks at all
// its timers at once: they have a tick that is as long as spreads the gap by that
// standard deviation.
func phase(up, deviation time.Duration) time.Duration {
	tick := time.Duration(math.Sqrt(12) * float64(deviation))
	return tick/2 - up%max(tick, 1)
}

// wheel is how long a timer takes in the timer wheel of Linux since 4.8: it expires with
// the next slot of its level, and those are as long as an eighth of the least delay that
// is kept there (kernel/time/timer.c; measured in docs/temporal.md).
func wheel(up, delay time.Duration) time.Duration {
	const (
		tick  = 4 * time.Millisecond // of CONFIG_HZ=250
		slots = 64                   // of a level
		finer = 8                    // slots of a level in one of the next
	)
	slot := tick
	for delay >= slot*(slots-1) {
		slot *= finer
	}
	due := up + delay
	return (due/slot+1)*slot - up
}
