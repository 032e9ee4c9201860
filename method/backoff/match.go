package backoff

import "math"

// LogLikelihood is the logarithm of the density of a run under a schedule of the same
// state, in 1/s for each gap. It needs a run whose first segment was seen.
//
// Segments may be lost, late and unknown, the run cut short by the host or by the end
// of listening; [Params] says how likely each is.
func LogLikelihood(s *Schedule, r *Run, p Params) float64 {
	delays := p.delays(r)
	total := math.Inf(-1)
	for i, share := range delayShares {
		total = logAdd(total, math.Log(share)+p.underDelay(s, r, delays[i]))
	}
	return total
}

// delayShares are how likely each of the delays of [Params.delays] is.
var delayShares = [3]float64{0.25, 0.5, 0.25}

// roughly is a lower bound of LogLikelihood, for a third of the price: that with the
// mean delay as it was estimated.
func roughly(s *Schedule, r *Run, p Params) float64 {
	return math.Log(delayShares[1]) + p.underDelay(s, r, p.delays(r)[1])
}

// underDelay works the schedule out for the round trip, with and without a tail-loss
// probe if the host knows them.
func (p Params) underDelay(s *Schedule, r *Run, delay float64) float64 {
	probed := s.at(r.RTT, true)
	l := p.logLikelihood(&probed, r, delay)
	if s.Probe {
		plain := s.at(r.RTT, false)
		l = logAdd(math.Log1p(-p.NoProbe)+l, math.Log(p.NoProbe)+p.logLikelihood(&plain, r, delay))
	}
	return l
}
