package backoff

import "math"

const (
	maxLost = 4  // most segments in a row that may be lost between two that came
	beam    = 16 // logarithm of how much less likely than the best a way is given up
)

// aligner computes the likelihood of one run under one schedule. Which segment came is
// not known where some are lost: the sum over all ways goes segment by segment, and
// between them only the belief of when the last one left is carried on. That belief
// knows that a segment that came late left earlier, so a delay is not counted in two
// gaps.
type aligner struct {
	Params
	delay    float64   // mean queueing delay, seconds
	heard    float64   // seconds
	at       []float64 // when segments should leave, seconds after the first; wheel: the mean
	variance []float64 // of each gap
	off      []float64 // variance of at, the phase of a tick and the wheel included
	slack    []float64 // width of a one-sided gap, 0 if it is none
	copies   int       // segments after the first
	end      Ending
	densest  float64 // logarithm of what one more segment can multiply a likelihood by, at most
	logs
}

// logs are logarithms of what [Params] says.
type logs struct {
	lost, got, stray, inlier, outlier, prompt, late float64
	student                                         student
}

// cell is that the last segment seen is a certain one of the schedule.
type cell struct {
	weight float64 // logarithm
	belief
}

// logLikelihood is the logarithm of the density of a run under a schedule that is
// worked out for its round trip; -Inf if it is found to be below floor.
func (p Params) logLikelihood(s *Schedule, r *Run, delay, floor float64) float64 {
	a := newAligner(p, s, delay, r.Heard.Seconds())
	segments, end := r.arrivals()
	cells, free := a.first(), make([]cell, a.copies+1)
	for i := 1; i < len(segments); i++ {
		top := heaviest(cells)
		most := top + math.Log(float64(len(cells))) + float64(len(segments)-i)*a.densest
		if r.End != Silence {
			most += a.densest
		}
		if most < floor {
			return math.Inf(-1)
		}
		a.next(cells, free, segments[i], top-beam)
		cells, free = free, cells
	}
	top, total := heaviest(cells), math.Inf(-1)
	for j, c := range cells {
		if c.weight > top-beam {
			total = logAdd(total, c.weight+a.ending(j, c.belief, r.End, end))
		}
	}
	return total
}

// heaviest is the weight of the likeliest cell.
func heaviest(cells []cell) float64 {
	top := math.Inf(-1)
	for _, c := range cells {
		top = max(top, c.weight)
	}
	return top
}

// tickVariance is the least that is believed of any gap: a tenth of a millisecond.
const tickVariance = 1e-8

func newAligner(p Params, s *Schedule, delay, heard float64) *aligner {
	n := len(s.Gaps)
	a := &aligner{Params: p, delay: delay, heard: max(heard, 1e-3), copies: s.copies(), end: s.End,
		at: make([]float64, n+1), variance: make([]float64, n+1), off: make([]float64, n+1), slack: make([]float64, n+1)}
	a.logs = logs{lost: math.Log(p.Loss), got: math.Log1p(-p.Loss), stray: math.Log(p.Stray / a.heard),
		inlier: math.Log1p(-p.Outlier), outlier: math.Log(p.Outlier), prompt: math.Log1p(-p.LateFirst), late: math.Log(p.LateFirst), student: newStudent(p.OutlierDegrees)}
	jitter := p.Jitter
	if s.Jitter > 0 {
		jitter = s.Jitter
	}
	jitter = max(jitter, p.leastJitter)
	narrow := math.Inf(1) // the least variance of a gap
	for i, gap := range s.Gaps {
		g := gap.Seconds()
		a.variance[i+1] = jitter.Seconds()*jitter.Seconds() + tickVariance
		switch {
		case i == 0 && s.First > 0: // the phase of a tick: any as likely
			a.slack[1] = math.Sqrt(12) * s.First.Seconds()
		case s.Wheel:
			a.slack[i+1] = p.Wheel * g
			g += a.slack[i+1] / 2
		}
		a.at[i+1] = a.at[i] + g
		a.off[i+1] = a.off[i] + a.variance[i+1] + a.slack[i+1]*a.slack[i+1]/12
		narrow = min(narrow, a.variance[i+1])
	}
	a.densest = math.Log(1.05/max(delay, math.Sqrt(2*math.Pi*narrow)) + p.Stray/a.heard + 1)
	return a
}

// first is that the first segment seen is any of the schedule, the ones before being
// lost.
func (a *aligner) first() []cell {
	cells := make([]cell, a.copies+1)
	for j := range cells {
		cells[j] = cell{weight: math.Inf(-1)}
		if j <= maxLost {
			cells[j] = cell{float64(j) * a.lost, belief{-a.delay, a.delay * a.delay}}
		}
	}
	return cells
}

// next takes the segment that came at t, of cells that weigh at least so much, into out.
func (a *aligner) next(cells, out []cell, t, least float64) {
	best := math.Inf(-1)
	for j := range cells {
		out[j] = cells[j] // t is of another segment, unknown to the schedule
		out[j].weight += a.stray
		best = max(best, out[j].weight)
		for k := max(j-1-maxLost, 0); k < j; k++ {
			if cells[k].weight < least {
				continue
			}
			weight := cells[k].weight + float64(j-k-1)*a.lost + a.got
			to := a.predict(k, j, cells[k].belief)
			off := to.excludes(t-a.slack[j], t+a.slack[j])
			if off && k > 0 && weight+a.outlying(k, j, to, t) < best-beam {
				continue
			}
			s := a.step(k, j, cells[k].belief, to, t, off)
			weight += s.density
			if weight > best-beam {
				best = max(best, weight)
				out[j] = merge(out[j], cell{weight, s.after(a.delay)})
			}
		}
	}
}

// step is that a segment of the schedule came at t.
type step struct {
	to      arrival
	t       float64
	density float64 // logarithm
	late    bool    // the one before was late by anything, and tells nothing of the later
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
	s := step{to: to, t: t, density: a.outlying(k, j, to, t)}
	switch w := a.slack[j]; {
	case off:
	case w > 0 && j == k+1:
		sharp := arrival{belief{to.mean - w/2, from.variance + a.variance[j]}, a.delay}
		part := sharp.after(t-w) - sharp.after(t)
		s.density = logAdd(s.density, a.inlier+math.Log(max(part, 1e-300)/w))
	default:
		s.density = logAdd(s.density, a.inlier+to.logDensity(t))
	}
	if k == 0 && a.at[j] > 0 {
		a.lateFirst(&s, a.at[j])
	}
	return s
}

// outlying is the part of a density that is of gaps that are off by more than all that is
// known.
func (a *aligner) outlying(k, j int, to arrival, t float64) float64 {
	scale := max(math.Sqrt(to.variance+2*a.delay*a.delay), a.OutlierScale*(a.at[j]-a.at[k]))
	return a.outlier + a.student.logDensity(t-to.mean, scale)
}

// lateFirst allows the first segment to have been late by anything up to the gap.
func (a *aligner) lateFirst(s *step, gap float64) {
	late := arrival{belief{s.to.mean - gap/2, s.to.variance}, a.delay}
	part := late.after(s.t-gap/2) - late.after(s.t+gap/2)
	prompt := a.prompt + s.density
	s.density = logAdd(prompt, a.late+math.Log(max(part, 1e-300)/gap))
	s.late = prompt-s.density < -math.Ln2
}

// predict is when segment j comes, if k left by a belief.
func (a *aligner) predict(k, j int, from belief) arrival {
	return arrival{belief{from.mean + a.at[j] - a.at[k], from.variance + a.off[j] - a.off[k]}, a.delay}
}

// ending is the logarithm of the density of how the run ends after segment j: with
// what is still to come lost, not yet due, or never sent.
func (a *aligner) ending(j int, from belief, seen Ending, at float64) float64 {
	full := math.Log1p(-a.Truncated)
	switch {
	case seen == Silence || seen == Error:
		for k := j + 1; k <= a.copies; k++ {
			full += a.unseen(j, k, from, a.Loss)
		}
		if a.end != Silence {
			full += a.unseen(j, len(a.at)-1, from, a.Loss+a.NoReset)
		}
	case seen == a.end:
		full += float64(a.copies-j)*a.lost + a.got
		full += a.step(j, len(a.at)-1, from, a.predict(j, len(a.at)-1, from), at, false).density
	default:
		full = math.Log(a.StrayEnd / a.heard)
	}
	if j < a.copies || a.end != Silence && seen == Silence {
		early := math.Log(a.Truncated / float64(len(a.at)))
		if seen != Silence && seen != Error {
			early -= math.Log(a.heard)
		}
		full = logAdd(full, early)
	}
	return full
}

// unseen is the logarithm of the probability that segment k did not come until the end
// of listening.
func (a *aligner) unseen(j, k int, from belief, lost float64) float64 {
	return math.Log(min(lost+(1-lost)*a.predict(j, k, from).after(a.heard), 1))
}

// merge is one cell for two ways to the same segment: weights add up, and the belief
// has the moments of both.
func merge(a, b cell) cell {
	weight := logAdd(a.weight, b.weight)
	if math.IsInf(weight, -1) {
		return a
	}
	wa, wb := math.Exp(a.weight-weight), math.Exp(b.weight-weight)
	mean := wa*a.mean + wb*b.mean
	da, db := a.mean-mean, b.mean-mean
	return cell{weight, belief{mean, wa*(a.variance+da*da) + wb*(b.variance+db*db)}}
}
