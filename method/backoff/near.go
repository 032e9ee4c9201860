package backoff

import (
	"cmp"
	"math"
	"slices"
)

// Most schedules are nothing like a run, and it costs next to nothing to see that: a gap is
// one of the schedule or several in a row, whose segments between were lost, or it is
// strange to it. What is so estimated is more than the likelihood, but for little.

// distant is how much less than the best an estimate is, as a logarithm, that no likelihood
// need be computed for.
const distant = 20

// span is what a gap may be by a schedule, in seconds.
type span struct {
	from, to float64
	lost     float64 // how likely it is that segments between were, and
	peak     float64 // the density of a gap that is spread over it: logarithms
}

// spans are those of a schedule, the shortest first.
func (p Params) spans(s *Schedule) (out []span) {
	for i := range s.Gaps {
		sum := 0.0
		for j := i; j < len(s.Gaps) && j <= i+maxLost; j++ {
			sum += s.Gaps[j].Seconds()
			x := span{from: sum, to: sum, lost: float64(j-i) * math.Log(p.Conditions[lossy].Loss)}
			width := 0.0
			switch {
			case i == 0 && s.First > 0:
				width = math.Sqrt(12) * s.First.Seconds()
				x.from, x.to = sum-width/2, sum+width/2
			case s.Wheel:
				width = p.Wheel * sum
				x.to += width
			}
			x.peak = -math.Log(width) // of none, what the jitter leaves
			out = append(out, x)
		}
	}
	slices.SortFunc(out, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	return out
}

// estimate is about the likelihood of a run under a law and each condition, and hardly less
// than it.
func (v *view) estimate(l *law) (s scores) {
	if l.Least > 0 || len(v.run.Gaps) < 2 {
		return same(math.Inf(1))
	}
	s[usual] = v.strays(l, usual)
	s[lossy], s[busy] = s[usual], v.strays(l, busy)
	for c := slow; c < numConditions; c++ {
		if s[c] = s[usual]; l.ticks() {
			s[c] = v.strays(l, c)
		}
	}
	return s
}

// most is what a law that is so estimated is at most, of the conditions whatever is known.
func (v *view) most(s scores) float64 {
	return max(s[usual], v.conditions[busy].share+s[busy], v.conditions[slow].share+slices.Max(s[slow:]))
}

// strays is estimate for a condition.
func (v *view) strays(l *law, condition int) (total float64) {
	c := &v.Conditions[condition]
	sigma := math.Hypot(max(cmp.Or(l.Jitter, v.Jitter), c.Late).Seconds(), math.Sqrt2*v.delays[2])
	off, stall := v.outlier, c.Stall.Seconds()
	if stall > 0 {
		off = v.conditions[condition].stalled
	}
	for i, gap := range v.run.Gaps {
		g, best, nearest := gap.Seconds(), math.Inf(-1), math.Inf(1)
		if i == 0 { // it is not trusted
			best = v.late - math.Log(g+1)
		}
		sharpest := -math.Log(math.Sqrt(2*math.Pi) * sigma)
		for k := range l.spans {
			s := &l.spans[k]
			late, sigma, sharpest := c.Slow*s.from, sigma, sharpest
			if late > 0 {
				sigma = math.Hypot(sigma, slowVaries*late)
				sharpest = -math.Log(math.Sqrt(2*math.Pi) * sigma)
			}
			if s.from-g > 8*sigma && s.from > g*1.2 {
				break
			}
			miss := max(s.from+late-g, g-s.to-late, 0)
			if z := miss / sigma; z < 4 {
				best = max(best, min(sharpest, s.peak)+s.lost-z*z/2)
			}
			if s.lost == 0 && miss < nearest {
				nearest = miss
			}
		}
		if z := nearest / sigma; z > 3 { // off by more: Student-t, by a wide margin, or stalled
			x := off - 2.5*math.Log1p(z*z/16)
			if stall > 0 {
				x = max(x, off-nearest/stall-math.Log(stall)-sharpest)
			}
			best = max(best, sharpest+x)
		}
		total += best
	}
	return total
}

// candidates are the schedules that a run is not too strange to, the nearest first.
func (r *Ranker) candidates(v *view) []int {
	near, most := make([]float64, len(r.schedules)), math.Inf(-1)
	of := r.tell[v.run.State]
	for _, i := range of {
		if near[i] = v.most(v.estimate(&r.laws[i])); !math.IsInf(near[i], 1) {
			most = max(most, near[i])
		}
	}
	out := slices.DeleteFunc(slices.Clone(of), func(i int) bool { return near[i] < most-distant })
	slices.SortStableFunc(out, func(a, b int) int { return cmp.Compare(near[b], near[a]) })
	return out
}
