package backoff

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Gaps that follow the round trip depend on what the host measured of it, from its
// SYN-ACK to our ACK. We measure another one, from our SYN to its SYN-ACK. The two differ
// by what packets were held up; and if somebody in between answers in the place of one of
// us, they have nothing to do with each other. So the gaps themselves are asked, and what
// they tell of the round trip is paid for by the part of its range that they leave open.

const (
	nearShare   = 0.5                   // how likely two devices stand together, if we do not see them
	nearTrip    = 10 * time.Millisecond // mean round trip there, or a tenth of it on one segment
	leastScale  = time.Millisecond      // by which our round trip is off, at least
	longestTrip = 3 * time.Second       // otherwise it is anything up to that
	tripDegrees = 4.0                   // of freedom, of how far off our round trip is
)

// seenTrip is the density of the round trip that the host measured, if it did so with us.
func (p Params) seenTrip(r *Run) func(trip time.Duration) float64 {
	scale := max(2*p.delays(r)[1], leastScale.Seconds())
	return func(trip time.Duration) float64 {
		return logStudent((trip - r.RTT).Seconds(), scale, tripDegrees)
	}
}

// hiddenTrip is the same if it did so with a device that we do not see.
func hiddenTrip(trip time.Duration) float64 {
	l := math.Log((1 - nearShare) / longestTrip.Seconds())
	for _, mean := range [...]time.Duration{nearTrip / 10, nearTrip} {
		l = logAdd(l, math.Log(nearShare/2)-trip.Seconds()/mean.Seconds()-math.Log(mean.Seconds()))
	}
	return l
}

// hidden is the likelihood of a run whose host did not measure its round trip with us.
func (p Params) hidden(s *Schedule, r *Run, floor float64) float64 {
	t := p.central(s, r, hiddenTrip, floor)
	return p.given(s, &t, floor)
}

const (
	weighedTrips = 3 // round trips that are weighed in full: those that seem best
	mostTrips    = 3 // round trips that a host may have measured, one after the other
)

// trial is a run with a round trip that may explain it, how many more the host measured,
// and what that costs.
type trial struct {
	run         Run
	more        int
	cost, score float64 // logarithms; the score is a likelihood once it was weighed, cost included
}

// fitTrip finds the round trip that explains a run best.
func (p Params) fitTrip(s *Schedule, r *Run, density func(time.Duration) float64, floor float64) (best trial) {
	var trials []trial
	for _, trip := range s.tripsOf(r, p) {
		t := trial{run: *r}
		t.run.RTT = trip
		paid := min(density(trip)+math.Log(p.tripWidth(s, &t.run)), 0)
		for t.more = range mostTrips {
			if t.more > 0 && 2*trip <= s.Least {
				break // further ones change nothing
			}
			t.cost = paid + float64(t.more)*math.Log(p.MoreTrips)
			t.score = t.cost + max(p.misfit(s, &t, true), p.misfit(s, &t, false)+math.Log(p.NoProbe))
			trials = append(trials, t)
		}
	}
	slices.SortStableFunc(trials, func(a, b trial) int { return cmp.Compare(b.score, a.score) })
	best = trials[0]
	best.score = math.Inf(-1)
	for _, t := range trials[:min(len(trials), weighedTrips)] {
		t.score = t.cost + p.underDelay(s, &t.run, t.more, p.delays(r)[1], max(floor, best.score)-t.cost)
		if t.score > best.score {
			best = t
		}
	}
	return best
}

// misfit is how far each segment of the run is from the nearest of the schedule: a
// logarithm that grows with the likelihood.
func (p Params) misfit(s *Schedule, t *trial, probed bool) (l float64) {
	host := s.at(t.run.RTT, t.more, probed)
	segments, _ := t.run.arrivals()
	off := math.Hypot(max(s.Jitter, time.Millisecond).Seconds(), p.delays(&t.run)[1])
	for _, came := range segments[1:] {
		at, nearest := 0.0, math.Inf(1)
		for _, g := range host.Gaps {
			early, late := at+g.Seconds()-came, came-at-g.Seconds()
			if s.Wheel {
				late -= p.Wheel * (at + g.Seconds())
			}
			nearest = min(nearest, max(early, late, 0))
			at += g.Seconds()
		}
		l -= math.Log1p(nearest * nearest / off / off)
	}
	return l
}

// tripWidth is to how many seconds the gaps tell a round trip: the last one best.
func (p Params) tripWidth(s *Schedule, r *Run) float64 {
	rto := s.timeout(r.RTT, 0).Seconds()
	off := math.Hypot(max(s.Jitter, time.Millisecond).Seconds(), p.delays(r)[1])
	times := 1.0
	if n := min(len(r.Gaps), len(s.Gaps)); n > 0 {
		times = float64(s.Gaps[n-1]) / float64(s.Least)
	}
	if s.Wheel {
		return p.Wheel * rto
	}
	return math.Sqrt(2*math.Pi) * off / times
}

// tripsOf are the round trip that we measured, none at all, and those by which a gap of
// the run would be one of the schedule, with and without a tail-loss probe before it, the
// last one also two of which the segment between was lost.
func (s *Schedule) tripsOf(r *Run, p Params) (out []time.Duration) {
	out = append(out, r.RTT, 0)
	late := []float64{0}
	if s.Wheel {
		late = []float64{p.Wheel / 8, p.Wheel / 2}
	}
	gaps := r.Gaps[:min(len(r.Gaps), len(s.Gaps))]
	for i, g := range gaps {
		last := i == len(gaps)-1
		if i > 2 && !last { // those between tell no more
			continue
		}
		for at := i; at <= i+1 && at < len(s.Gaps); at++ {
			for _, l := range late {
				out = s.tripOf(out, at, s.Gaps[at], float64(g)/(1+l))
				if last && at > 0 && at+1 < len(s.Gaps) {
					out = s.tripOf(out, at, s.Gaps[at]+s.Gaps[at+1], float64(g)/(1+l))
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// tripOf appends the round trip by which a gap in nanoseconds, from segment at on, would be
// what it is without one.
func (s *Schedule) tripOf(out []time.Duration, at int, without time.Duration, gap float64) []time.Duration {
	rto := time.Duration(gap * float64(s.Least) / float64(without))
	trip := rto / 3
	switch {
	case s.Probe && at == 0:
		trip = (rto - s.Least) / 2
	case 2*trip < s.Least:
		trip = rto - s.Least
	}
	if trip <= 0 || trip > longestTrip {
		return out
	}
	return append(out, trip.Round(100*time.Microsecond))
}
