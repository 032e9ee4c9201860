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

	expiries [numTicks][]float64 // how long the gap before each is on a timer wheel, 0 if it is not known; nil: it has none
}

// tickVariance is the least that is believed of any gap: a tenth of a millisecond.
const tickVariance = 1e-8

// timetable works out a schedule without Least, Probe and Limit. No gap varies by less
// than least.
func (p Params) timetable(s *Schedule, least time.Duration) *timetable {
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
			t.expiries[i] = expiries(s.Gaps, tick.Tick)
		}
	}
	varies := math.Pow(max(jitter, least).Seconds(), 2) + tickVariance
	for i, gap := range s.Gaps {
		g := gap.Seconds()
		switch {
		case i == 0 && s.First > 0: // the phase of a tick: any as likely
			t.slack[1] = math.Sqrt(12) * s.First.Seconds()
		case s.Wheel:
			t.slack[i+1] = p.Wheel * g
			g += t.slack[i+1] / 2
		}
		t.at[i+1], t.variance[i+1], t.sharpest = t.at[i]+g, varies, varies
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
func (p Params) plan(s *Schedule, trip time.Duration, more int, least time.Duration) (out plan) {
	host := s.at(trip, more, true)
	out.probed = p.timetable(&host, least)
	if s.Probe {
		host = s.at(trip, more, false)
		out.plain = p.timetable(&host, least)
	}
	return out
}

// plans are those of a host that keeps its timers and of a busy one.
type plans struct{ prompt, busy plan }

func (p Params) plans(s *Schedule, trip time.Duration, more int) plans {
	return plans{p.plan(s, trip, more, 0), p.plan(s, trip, more, p.Conditions[busy].Late)}
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
