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
	v, l := p.view(r), p.law(s)
	t := v.central(&l, v.seenTrip, math.Inf(-1))
	v.refine(&t, math.Inf(-1))
	return v.mixed(t.scores)
}

// trial is a schedule worked out for a round trip that the host may have measured and so
// many more, what that costs, and what the run is like under it.
type trial struct {
	trip  time.Duration
	more  int
	cost  scores
	guess float64 // logarithm, to choose among trials
	most  scores  // about what the scores are at most
	plans *plans
	scores
}

// central is the trial that explains a run best, with its scores for the mean delay as it
// was estimated. Those whose part in the likelihood is below floor may be anything below.
func (v *view) central(l *law, density tripDensity, floor float64) trial {
	if l.Least > 0 {
		return v.fitTrip(l.Schedule, density)
	}
	t := trial{plans: &l.plans, most: v.estimate(l)}
	v.score(&t, floor)
	return t
}

// score works out the scores of a trial for the mean delay.
func (v *view) score(t *trial, floor float64) {
	at := func(c int) float64 { return floor - little - t.cost[c] - v.conditions[c].share }
	under := func(c int, p *plan) float64 {
		if t.most[c] < at(c) {
			return math.Inf(-1)
		}
		l, _ := v.underDelay(p, &v.conditions[c], v.delays[1], at(c))
		return t.cost[c] + l
	}
	l, more := v.underDelay(&t.plans.prompt, &v.conditions[usual], v.delays[1], at(usual))
	t.scores[usual], t.scores[lossy] = t.cost[usual]+l, t.cost[lossy]+more
	floor = max(floor, v.mixed(never.with(usual, t.scores[usual]).with(lossy, t.scores[lossy])))
	t.scores[busy] = under(busy, &t.plans.busy)
	for i := range t.plans.slow {
		c := slow + i
		if worse := t.most[c] - t.most[usual]; worse < 0 {
			t.scores[c] = t.scores[usual] + worse
		} else {
			t.scores[c] = under(c, &t.plans.slow[i])
		}
	}
	t.withoutTicks()
}

// withoutTicks notes that a host that has no ticks is as usual where others are slow.
func (t *trial) withoutTicks() {
	for c := slow + len(t.plans.slow); c < numConditions; c++ {
		t.scores[c] = t.scores[usual]
	}
}

// refine sums the scores of a host that keeps its timers over delays, unless they are much
// smaller than what timers vary by anyway.
func (v *view) refine(t *trial, floor float64) {
	way := &t.plans.prompt
	if v.delays[2]*v.delays[2] < way.probed.sharpest/16 {
		return
	}
	c := &v.conditions[usual]
	l, more := t.scores[usual]+v.delayed[1], t.scores[lossy]+v.delayed[1]
	for _, n := range [...]int{2, 0} {
		cost := v.delayed[n] + t.cost[usual]
		x, y := v.underDelay(way, c, v.delays[n], max(floor-c.share, min(l, more))-little-cost)
		l, more = logAdd(l, cost+x), logAdd(more, cost+y)
	}
	t.scores[usual], t.scores[lossy] = l, more
	t.withoutTicks()
}

// little is how much less likely than a sum its least part is, as a logarithm, that
// counts.
const little = 7

// underDelay is the likelihood under a plan and a condition, for a mean delay in seconds, and
// the same on a path that loses more. If both are below floor they may be -Inf or anything
// between.
func (v *view) underDelay(p *plan, c *chances, delay, floor float64) (l, lossy float64) {
	if p.plain == nil {
		return v.under(p.probed, c, delay, floor)
	}
	l, lossy = v.under(p.probed, c, delay, floor-little-v.probe)
	l, lossy = l+v.probe, lossy+v.probe
	x, y := v.under(p.plain, c, delay, max(floor, l)-little-v.noProbe)
	return logAdd(l, v.noProbe+x), logAdd(lossy, v.noProbe+y)
}
