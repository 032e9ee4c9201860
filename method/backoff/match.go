package backoff

import "math"

// LogLikelihood is the logarithm of the density of a run under a schedule of the same
// state, in 1/s for each gap. It needs a run whose first segment was seen.
//
// Segments may be lost, late and unknown, the run cut short by the host or by the end
// of listening; [Params] says how likely each is.
func LogLikelihood(s *Schedule, r *Run, p Params) float64 {
	if s.Least == 0 {
		return p.given(s, r, 0)
	}
	t := p.fitTrip(s, r, p.seenTrip(r))
	return t.cost + p.given(s, &t.run, t.more)
}

// given is LogLikelihood for a round trip that is known, and so many more.
func (p Params) given(s *Schedule, r *Run, more int) float64 {
	delays := p.delays(r)
	starved := p
	starved.leastJitter = p.Starved
	total := math.Log(p.Busy) + starved.underDelay(s, r, more, delays[1])
	for i, share := range delayShares {
		total = logAdd(total, math.Log1p(-p.Busy)+math.Log(share)+p.underDelay(s, r, more, delays[i]))
	}
	return total
}

// delayShares are how likely each of the delays of [Params.delays] is.
var delayShares = [3]float64{0.25, 0.5, 0.25}

// roughly is a lower bound of LogLikelihood, for a quarter of the price: that with the
// mean delay as it was estimated, of a host that keeps its timers.
func roughly(s *Schedule, r *Run, p Params) float64 {
	l := math.Log1p(-p.Busy) + math.Log(delayShares[1])
	if s.Least == 0 {
		return l + p.underDelay(s, r, 0, p.delays(r)[1])
	}
	t := p.fitTrip(s, r, p.seenTrip(r))
	return l + t.cost + p.underDelay(s, &t.run, t.more, p.delays(r)[1])
}

// underDelay works the schedule out for the round trips that the host has measured, with
// and without a tail-loss probe if it knows them.
func (p Params) underDelay(s *Schedule, r *Run, more int, delay float64) float64 {
	probed := s.at(r.RTT, more, true)
	l := p.logLikelihood(&probed, r, delay)
	if s.Probe {
		plain := s.at(r.RTT, more, false)
		l = logAdd(math.Log1p(-p.NoProbe)+l, math.Log(p.NoProbe)+p.logLikelihood(&plain, r, delay))
	}
	return l
}
