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
	nearShare   = 0.5                    // how likely two devices stand together, if we do not see them
	nearTrip    = 10 * time.Millisecond  // mean round trip there, or a tenth of it on one segment
	leastScale  = time.Millisecond       // by which our round trip is off, at least
	longestTrip = 3 * time.Second        // otherwise it is anything up to that
	leastTrip   = 100 * time.Microsecond // the least that is tried
	tripDegrees = 4.0                    // of freedom, of how far off our round trip is
)

// tripDensity is that of the round trip that a host measured, under a condition: a
// logarithm, per second.
type tripDensity func(trip time.Duration, c *chances) float64

// seenTrip is the density if the host measured its round trip with us.
func (v *view) seenTrip(trip time.Duration, c *chances) float64 {
	off, scale := (trip - v.run.RTT).Seconds(), max(2*v.delays[1], leastScale.Seconds())
	l := v.trips.logDensity(off, scale)
	if c.stall == 0 {
		return l
	}
	return logAdd(c.kept+l, c.stalled+v.trips.logDensity(off, c.stall))
}

// hiddenTrip is the same if it did so with a device that we do not see.
func hiddenTrip(trip time.Duration, _ *chances) float64 {
	l := math.Log((1 - nearShare) / longestTrip.Seconds())
	for _, mean := range [...]time.Duration{nearTrip / 10, nearTrip} {
		l = logAdd(l, math.Log(nearShare/2)-trip.Seconds()/mean.Seconds()-math.Log(mean.Seconds()))
	}
	return l
}

// hidden are the scores of a run whose host did not measure its round trip with us.
func (v *view) hidden(l *law, floor float64) scores {
	t := v.central(l, hiddenTrip, floor)
	v.refine(&t, floor)
	return t.scores
}

const (
	weighedTrips = 3 // round trips that are weighed in full: those that seem best
	mostTrips    = 3 // round trips that a host may have measured, one after the other
	hopelessTrip = 8 // how much worse than the best one may seem, as a logarithm
)

// fitTrip finds the round trip that explains a run best.
func (v *view) fitTrip(s *Schedule, density tripDensity) (best trial) {
	trials := v.trials[:0]
	for _, trip := range s.tripsOf(v.run, v.Params) {
		var paid scores
		for i := range paid {
			paid[i] = min(density(trip, &v.conditions[i])+math.Log(v.tripWidth(s, trip)), 0)
		}
		for more := range mostTrips {
			if more > 0 && 2*trip <= s.Least {
				break // further ones change nothing
			}
			t := trial{trip: trip, more: more, cost: paid.times(float64(more) * v.moreTrips)}
			t.guess = v.misfit(s, &t, true)
			if s.Probe {
				t.guess = max(t.guess, v.misfit(s, &t, false)+v.noProbe)
			}
			t.guess += v.mixed(t.cost)
			trials = append(trials, t)
		}
	}
	v.trials = trials
	slices.SortStableFunc(trials, func(a, b trial) int { return cmp.Compare(b.guess, a.guess) })
	likeliest := math.Inf(-1)
	for i := range min(len(trials), weighedTrips) {
		t := &trials[i]
		if t.guess < trials[0].guess-hopelessTrip {
			break
		}
		v.follow(s, t)
		if l := v.mixed(t.scores); i == 0 || l > likeliest {
			best, likeliest = *t, l
		}
	}
	return best
}

// follow works out the scores of a trial, once for each round trip of a schedule: it is the
// same whatever the trip costs.
func (v *view) follow(s *Schedule, t *trial) {
	k := tripKey{s, t.trip, t.more}
	known, ok := v.followed[k]
	if !ok {
		known.plans, known.most = new(plans), same(math.Inf(1))
		*known.plans = v.Params.plans(s, t.trip, t.more)
		v.score(&known, math.Inf(-1))
		if v.followed == nil {
			v.followed = map[tripKey]trial{}
		}
		v.followed[k] = known
	}
	t.plans, t.scores = known.plans, t.cost.and(known.scores)
}

// tripKey is a schedule after a round trip and so many more.
type tripKey struct {
	*Schedule
	trip time.Duration
	more int
}

// misfit is how far each segment of the run is from the nearest of the schedule: a
// logarithm that grows with the likelihood.
func (v *view) misfit(s *Schedule, t *trial, probed bool) float64 {
	v.gaps = s.gaps(v.gaps[:0], t.trip, t.more, probed)
	off := v.tripOff(s)
	l, product := 0.0, 1.0
	for _, came := range v.segments[1:] {
		at, nearest := 0.0, math.Inf(1)
		for _, gap := range v.gaps {
			at += gap.Seconds()
			miss := at - came // early
			if late := -miss; late > 0 {
				if miss = late; s.Wheel {
					miss = max(late-v.Wheel*at, 0)
				}
			}
			if miss < nearest {
				nearest = miss
			} else if at > came {
				break // those after are further away
			}
		}
		if product *= 1 + nearest*nearest/off/off; product > 1e100 { // logarithms are dear
			l, product = l-math.Log(product), 1
		}
	}
	return l - math.Log(product)
}

// tripOff is by how many seconds a segment may be off when round trips are compared.
func (v *view) tripOff(s *Schedule) float64 {
	return math.Hypot(max(s.Jitter, time.Millisecond).Seconds(), v.delays[1])
}

// tripWidth is to how many seconds the gaps tell a round trip: the last one best.
func (v *view) tripWidth(s *Schedule, trip time.Duration) float64 {
	if s.Wheel {
		return v.Wheel * s.timeout(trip, 0).Seconds()
	}
	times := 1.0
	if n := min(len(v.run.Gaps), len(s.Gaps)); n > 0 {
		times = float64(s.Gaps[n-1]) / float64(s.Least)
	}
	return math.Sqrt(2*math.Pi) * v.tripOff(s) / times
}

// tripsOf are the round trip that we measured, next to none, and those by which a gap of
// the run would be one of the schedule, with and without a tail-loss probe before it, the
// last one also two of which the segment between was lost.
func (s *Schedule) tripsOf(r *Run, p Params) (out []time.Duration) {
	out = append(out, r.RTT, leastTrip)
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
	case s.Probe && at == 0 && rto > 3*s.Least: // before the RTO
		trip = (rto - s.Least) / 2
	case 2*trip < s.Least:
		trip = rto - s.Least
	}
	if trip <= 0 || trip > longestTrip {
		return out
	}
	return append(out, trip.Round(leastTrip))
}
