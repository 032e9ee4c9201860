package backoff

import (
	"math"
	"time"
)

// LogLikelihood is the logarithm of the density of a run under a schedule of the same
// state, in 1/s for each gap. It needs a run whose first segment was seen.
//
// Segments may be lost, late and unknown, the run cut short by the host or by the end
// of listening; [Params] says how likely each is.
func LogLikelihood(s *Schedule, r *Run, p Params) float64 {
	return p.likelihood(s, r, math.Inf(-1))
}

// likelihood is LogLikelihood; if that is below floor it may be -Inf or anything between.
func (p Params) likelihood(s *Schedule, r *Run, floor float64) float64 {
	t := p.central(s, r, p.seenTrip(r), floor)
	return p.given(s, &t, floor)
}

// central is the round trip that explains a run best, and what its likelihood is with the
// mean delay as it was estimated, of a host that keeps its timers.
func (p Params) central(s *Schedule, r *Run, density func(time.Duration) float64, floor float64) trial {
	if s.Least > 0 {
		return p.fitTrip(s, r, density, floor-little)
	}
	return trial{run: *r, score: p.underDelay(s, r, 0, p.delays(r)[1], floor-little)}
}

// given is likelihood for a round trip that is known, and so many more.
func (p Params) given(s *Schedule, t *trial, floor float64) float64 {
	delays := p.delays(&t.run)
	total := t.rough(p)
	add := func(share float64, p Params, delay float64) {
		share = math.Log(share) + t.cost
		total = logAdd(total, share+p.underDelay(s, &t.run, t.more, delay, max(floor, total)-little-share))
	}
	add((1-p.Busy)*delayShares[2], p, delays[2])
	add((1-p.Busy)*delayShares[0], p, delays[0])
	starved := p
	starved.leastJitter = p.Starved
	add(p.Busy, starved, delays[1])
	return total
}

// rough is a lower bound of the likelihood, for a quarter of the price.
func (t *trial) rough(p Params) float64 {
	return math.Log1p(-p.Busy) + math.Log(delayShares[1]) + t.score
}

// little is how much less likely than a sum its least part is, as a logarithm, that
// counts.
const little = 7

// delayShares are how likely each of the delays of [Params.delays] is.
var delayShares = [3]float64{0.25, 0.5, 0.25}

// underDelay works the schedule out for the round trips that the host has measured, with
// and without a tail-loss probe if it knows them.
func (p Params) underDelay(s *Schedule, r *Run, more int, delay, floor float64) float64 {
	probed := s.at(r.RTT, more, true)
	if !s.Probe {
		return p.logLikelihood(&probed, r, delay, floor)
	}
	with, without := math.Log1p(-p.NoProbe), math.Log(p.NoProbe)
	l := with + p.logLikelihood(&probed, r, delay, floor-little-with)
	plain := s.at(r.RTT, more, false)
	return logAdd(l, without+p.logLikelihood(&plain, r, delay, max(floor, l)-little-without))
}
