package backoff

import "math"

const (
	maxLost = 4  // most segments in a row that may be lost between two that came
	beam    = 16 // logarithm of how much less likely than the best a way is given up
)

// aligner computes the likelihood of one run under one timetable. Which segment came is
// not known where some are lost: the sum over all ways goes segment by segment, and
// between them only the belief of when the last one left is carried on. That belief
// knows that a segment that came late left earlier, so a delay is not counted in two
// gaps.
type aligner struct {
	*view
	*timetable
	*chances
	delay float64 // mean queueing delay, seconds
	far   float64 // logarithm of the density of an outlier that is far off, at most
}

// cell is that the last segment seen is a certain one of the schedule.
type cell struct {
	weight float64 // logarithm
	lossy  float64 // how much likelier that is on a path that loses more: a logarithm
	belief
}

// most is the weight on the path on which it is larger.
func (c *cell) most() float64 { return c.weight + max(c.lossy, 0) }

// under is the logarithm of the density of a run under a timetable and a condition, and that
// of the same on a path that loses more; -Inf if both are found to be below floor.
func (v *view) under(t *timetable, c *chances, delay, floor float64) (l, lossy float64) {
	a := aligner{v, t, c, delay, 0}
	a.far = v.outlier + v.outliers.logDensity(farOff, 1) - math.Log(t.sharpest+2*delay*delay)/2
	densest := math.Log(1.05/max(delay, math.Sqrt(2*math.Pi*t.sharpest)) + v.Stray/v.heard + 1) // what one more segment multiplies by, at most
	cells, free := a.first()
	l, lossy = math.Inf(-1), math.Inf(-1)
	for i := 1; i < len(v.segments); i++ {
		top := heaviest(cells)
		most := top + math.Log(float64(len(cells))) + float64(len(v.segments)-i)*densest
		if v.run.End != Silence {
			most += densest
		}
		if most < floor {
			return l, lossy
		}
		a.next(cells, free, v.segments[i], top-beam)
		cells, free = free, cells
	}
	top := heaviest(cells)
	for j := range cells {
		if x := &cells[j]; x.most() > top-beam {
			end, more := a.ending(j, x.belief)
			l, lossy = logAdd(l, x.weight+end), logAdd(lossy, x.weight+x.lossy+more)
		}
	}
	return l, lossy
}

// heaviest is the weight of the likeliest cell.
func heaviest(cells []cell) float64 {
	top := math.Inf(-1)
	for i := range cells {
		top = max(top, cells[i].most())
	}
	return top
}

// first is that the first segment seen is any of the schedule, the ones before being
// lost.
func (a *aligner) first() (cells, free []cell) {
	n := a.copies + 1
	if cap(a.cells) < n {
		a.cells, a.free = make([]cell, 2*n), make([]cell, 2*n)
	}
	cells, free = a.cells[:n], a.free[:n]
	for j := range cells {
		cells[j] = cell{weight: math.Inf(-1)}
		if j <= maxLost {
			cells[j] = cell{float64(j) * a.lost, float64(j) * a.moreLost, belief{-a.delay, a.delay * a.delay}}
		}
	}
	return cells, free
}

// next takes the segment that came at t, of cells that weigh at least so much, into out.
func (a *aligner) next(cells, out []cell, t, least float64) {
	best := math.Inf(-1)
	for j := range cells {
		out[j] = cells[j] // t is of another segment, unknown to the schedule
		out[j].weight += a.stray
		best = max(best, out[j].most())
		for k := max(j-1-maxLost, 0); k < j; k++ {
			if cells[k].most() < least {
				continue
			}
			weight := cells[k].weight + float64(j-k-1)*a.lost + a.got
			lossy := cells[k].lossy + float64(j-k-1)*a.moreLost + a.lessGot
			gain := max(lossy, 0)
			to := a.predict(k, j, cells[k].belief)
			off := to.excludes(t-a.slack[j], t+a.slack[j])
			if off && k > 0 && weight+gain+a.farOut(a.at[j]-a.at[k], to, t) < best-beam {
				continue
			}
			s := a.step(k, j, cells[k].belief, to, t, off)
			weight += s.density
			if weight+gain > best-beam {
				best = max(best, weight+gain)
				out[j] = merge(out[j], cell{weight, lossy, s.after(a.delay)})
			}
		}
	}
}

// step is that a segment of the schedule came at t.
type step struct {
	to      arrival
	t       float64
	density float64 // logarithm
	late    bool    // it left late by anything: only when it came tells when it left
}

// after is the belief of when the segment left.
func (s *step) after(delay float64) belief {
	if s.late {
		return belief{s.t - delay, delay * delay}
	}
	return s.to.seen(s.t)
}

// step is that segment j came at t, if segment k, the last one seen, left by a belief. off is
// that only an outlier explains it.
func (a *aligner) step(k, j int, from belief, to arrival, t float64, off bool) step {
	s := step{to: to, t: t, density: a.outlying(k, j, to, t), late: off}
	if !off {
		var inlying float64
		if w := a.slack[j]; w > 0 && j == k+1 {
			inlying = a.inlier + a.expiring(j, arrival{belief{to.mean - w/2, from.variance + a.variance[j]}, a.delay}, t)
		} else {
			inlying = a.inlier + to.logDensity(t)
		}
		s.late = inlying < s.density
		s.density = logAdd(s.density, inlying)
	}
	if k == 0 && a.at[j] > 0 {
		a.lateFirst(&s, a.at[j])
	}
	return s
}

// expiring is the density of segment j that comes at t, by up to the slack of its gap after the
// least: by any part of it, or as ticks of a timer wheel have it.
func (a *aligner) expiring(j int, least arrival, t float64) float64 {
	l, rest, w := math.Inf(-1), 1.0, a.slack[j]
	for i, tick := range a.Ticks {
		if all := a.expiries[i]; all != nil && all[j-1].n > 0 {
			first := least
			first.mean += all[j-1].first - (a.at[j] - a.at[j-1] - w/2)
			l, rest = logAdd(l, math.Log(tick.Share)+all[j-1].logDensity(first, t)), rest-tick.Share
		}
	}
	return logAdd(l, math.Log(rest*max(least.after(t-w)-least.after(t), 1e-300)/w))
}

// outlying is the part of a density that is of gaps that are off by more than all that is
// known: any, and those over which the host had no time at all.
func (a *aligner) outlying(k, j int, to arrival, t float64) float64 {
	scale := max(math.Sqrt(to.variance+2*a.delay*a.delay), a.OutlierScale*(a.at[j]-a.at[k]))
	l := a.outlier + a.outliers.logDensity(t-to.mean, scale)
	if a.stall > 0 {
		to.delay = a.stall
		l = logAdd(l, a.stalled+to.logDensity(t))
	}
	return l
}

// lateFirst allows the first segment to have been late by anything up to the gap. What is
// known of when the next one comes blurs both ends of that.
func (a *aligner) lateFirst(s *step, gap float64) {
	blur := 2 * (math.Sqrt(s.to.variance) + a.delay)
	early := s.to.mean + a.delay - s.t // how much sooner it came
	part := min(ramp(early/blur), ramp((gap-early)/blur))
	if s.density += a.prompt; part == 0 {
		return
	}
	prompt := s.density
	s.density = logAdd(prompt, a.late+math.Log(part/gap))
	s.late = s.late || prompt-s.density < -math.Ln2
}

// ramp rises from 0 at -1 to 1 at 1.
func ramp(x float64) float64 { return min(max((1+x)/2, 0), 1) }

// farOff is how many standard deviations an outlier is far off.
const farOff = 8

// farOut is what outlying is at most of what an arrival excludes, for next to nothing. gap is
// the one that was expected.
func (a *aligner) farOut(gap float64, to arrival, t float64) float64 {
	miss, wide, l := t-to.mean, a.OutlierScale*gap, a.far
	if miss*miss < farOff*farOff*max(to.variance+2*a.delay*a.delay, wide*wide) {
		return math.Inf(1)
	}
	if a.stall > 0 && miss > 0 {
		l = max(l, a.stalled-math.Log(a.stall)-miss/a.stall+to.variance/(2*a.stall*a.stall)) + math.Ln2
	}
	return l
}

// predict is when segment j comes, if k left by a belief.
func (a *aligner) predict(k, j int, from belief) arrival {
	return arrival{belief{from.mean + a.at[j] - a.at[k], from.variance + a.off[j] - a.off[k]}, a.delay}
}

// ending is the logarithm of the density of how the run ends after segment j, with what is
// still to come lost, not yet due, or never sent; and the same on a path that loses more.
func (a *aligner) ending(j int, from belief) (l, lossy float64) {
	seen := a.run.End
	switch {
	case seen == Silence || seen == Error:
		for k := j + 1; k <= a.copies; k++ {
			late := a.predict(j, k, from).after(a.heard)
			l, lossy = l+unseen(a.loss, late), lossy+unseen(a.moreLoss, late)
		}
		if a.end != Silence {
			late := a.predict(j, len(a.at)-1, from).after(a.heard)
			l, lossy = l+unseen(a.loss+a.NoReset, late), lossy+unseen(a.moreLoss+a.NoReset, late)
		}
	case seen == a.end:
		last, n := len(a.at)-1, float64(a.copies-j)
		at := a.step(j, last, from, a.predict(j, last, from), a.ended, false).density
		l, lossy = at+n*a.lost+a.got, at+n*(a.lost+a.moreLost)+a.got+a.lessGot
	default:
		l = math.Log(a.StrayEnd/a.heard) - a.full
		lossy = l
	}
	l, lossy = l+a.full, lossy+a.full
	if j < a.copies || a.end != Silence && seen == Silence {
		early := math.Log(a.Truncated / float64(len(a.at)))
		if seen != Silence && seen != Error {
			early -= math.Log(a.heard)
		}
		l, lossy = logAdd(l, early), logAdd(lossy, early)
	}
	return l, lossy
}

// unseen is the logarithm of the probability that a segment did not come until the end of
// listening: it is lost, or it comes later.
func unseen(loss, later float64) float64 { return math.Log(min(loss+(1-loss)*later, 1)) }

// merge is one cell for two ways to the same segment: weights add up, and the belief
// has the moments of both.
func merge(a, b cell) cell {
	if a.weight < b.weight {
		a, b = b, a
	}
	if b.most() < a.weight-beam || math.IsInf(a.weight, -1) {
		return a
	}
	weight := logAdd(a.weight, b.weight)
	wa, wb := math.Exp(a.weight-weight), math.Exp(b.weight-weight)
	mean, lossy := wa*a.mean+wb*b.mean, a.lossy
	if a.lossy != b.lossy {
		lossy = math.Log(wa*math.Exp(a.lossy) + wb*math.Exp(b.lossy))
	}
	da, db := a.mean-mean, b.mean-mean
	return cell{weight, lossy, belief{mean, wa*(a.variance+da*da) + wb*(b.variance+db*db)}}
}
