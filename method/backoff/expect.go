package backoff

import (
	"math"
	"time"
)

// Window is when a segment is due: from the earliest to the latest, after the first
// segment of its run.
type Window struct{ From, To time.Duration }

// Expect is when the segments after the first are due by the schedule; the last one is
// the end, unless that is silence. Where gaps follow the round trip that the host
// measured, it is the one that explains the run best, and so is whether a tail-loss probe
// was sent.
//
// Windows grow by what the record and the timer wheel leave open. Delays of the path and
// the jitter of later gaps, which are small, are not in them.
func (s *Schedule) Expect(r *Run, p Params) []Window {
	host := s.explaining(r, p)
	var at Window
	out := make([]Window, 0, len(host.Gaps))
	for i, g := range host.Gaps {
		early, late := time.Duration(0), time.Duration(0)
		switch {
		case i == 0 && s.First > 0: // the phase of a tick: any as likely
			late = time.Duration(math.Sqrt(12) / 2 * float64(s.First))
			early = min(late, g)
		case s.Wheel:
			late = time.Duration(p.Wheel * float64(g))
		}
		at = Window{at.From + g - early, at.To + g + late}
		out = append(out, at)
	}
	return out
}

// explaining is the schedule worked out as it explains the run best.
func (s *Schedule) explaining(r *Run, p Params) (host Schedule) {
	if s.Least == 0 {
		return s.at(r.RTT, 0, true)
	}
	v := p.view(r)
	t := v.fitTrip(s, v.seenTrip)
	host = s.at(t.trip, t.more, true)
	way, c := &t.plans.prompt, &v.conditions[usual]
	if way.plain == nil {
		return host
	}
	with, _ := v.under(way.probed, c, v.delays[1], math.Inf(-1))
	if without, _ := v.under(way.plain, c, v.delays[1], with); without > with {
		return s.at(t.trip, t.more, false)
	}
	return host
}
