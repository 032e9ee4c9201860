package backoff

import (
	"math"
	"time"
)

// timetable is a schedule worked out for the round trip that a host has measured, in
// seconds. It is only read once made.
type timetable struct {
	at       []float64 // when segments should leave, after the first; wheel: the mean
	variance []float64 // of the gap before each
	off      []float64 // variance of at, the phase of a tick and the wheel included
	slack    []float64 // width of the gap before each if it is one-sided, 0 if it is not
	copies   int       // segments after the first
	end      Ending
	sharpest float64 // least variance of a gap

	expiries [numTicks][]expiry // how long the gap before each is on a timer wheel; nil: it has none
}

// tickVariance is the least that is believed of any gap: a tenth of a millisecond.
const tickVariance = 1e-8

// slowVaries is the standard deviation of how slow a tick is, as a part of it.
const slowVaries = 0.4

// timetable works out a schedule without Least, Probe and Limit, under a condition.
func (p Params) timetable(s *Schedule, c *Condition) *timetable {
	n := len(s.Gaps) + 1
	all := make([]float64, 4*n)
	t := &timetable{at: all[:n], variance: all[n : 2*n], off: all[2*n : 3*n], slack: all[3*n:],
		copies: s.copies(), end: s.End, sharpest: math.Inf(1)}
	jitter := p.Jitter
	if s.Jitter > 0 {
		jitter = s.Jitter
	}
	if s.Wheel {
		for i, tick := range p.Ticks {
			t.expiries[i] = expiries(s.Gaps, tick.Hertz)
		}
	}
	steady := math.Pow(max(jitter, c.Late).Seconds(), 2) + tickVariance
	for i, gap := range s.Gaps {
		late := c.Slow * gap.Seconds()
		g, varies := gap.Seconds()+late, steady+late*late*slowVaries*slowVaries
		switch {
		case i == 0 && s.First > 0: // the phase of a tick: any as likely
			t.slack[1] = math.Sqrt(12) * s.First.Seconds()
		case s.Wheel:
			t.slack[i+1] = p.Wheel * g
			g += t.slack[i+1] / 2
		}
		t.at[i+1], t.variance[i+1], t.sharpest = t.at[i]+g, varies, min(t.sharpest, varies)
		t.off[i+1] = t.off[i] + varies + t.slack[i+1]*t.slack[i+1]/12
	}
	return t
}

// plan is how a host follows a schedule.
type plan struct {
	probed *timetable // with a tail-loss probe, if it knows them
	plain  *timetable // without one; nil: it knows none
}

// plan works out a schedule for a host that has measured that round trip and so many more.
func (p Params) plan(s *Schedule, trip time.Duration, more int, c *Condition) (out plan) {
	host := s.at(trip, more, true)
	out.probed = p.timetable(&host, c)
	if s.Probe {
		host = s.at(trip, more, false)
		out.plain = p.timetable(&host, c)
	}
	return out
}

// plans are those of a host that keeps its timers, of a busy one, and, if it has ticks, of
// one whose ticks are slow.
type plans struct {
	prompt, busy plan
	slow         []plan
}

func (p Params) plans(s *Schedule, trip time.Duration, more int) (out plans) {
	out.prompt, out.busy = p.plan(s, trip, more, &p.Conditions[usual]), p.plan(s, trip, more, &p.Conditions[busy])
	if s.ticks() {
		for i := slow; i < numConditions; i++ {
			out.slow = append(out.slow, p.plan(s, trip, more, &p.Conditions[i]))
		}
	}
	return out
}

// law is a schedule as runs are compared with it.
type law struct {
	*Schedule
	plans plans  // empty if they follow the round trip
	spans []span // the same
}

func (p Params) law(s *Schedule) law {
	l := law{Schedule: s}
	if s.Least == 0 {
		l.plans, l.spans = p.plans(s, 0, 0), p.spans(s)
	}
	return l
}
