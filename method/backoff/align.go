package backoff

import (
	"math"
	"time"
)

const (
	maxLost = 4  // most segments in a row that may be lost between two that came
	beam    = 25 // logarithm of how much less likely than the best a way is given up
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
	slack    []float64 // width of a one-sided gap, 0 if it is none
	copies   int       // segments after the first
	end      Ending
	logs
}

// logs are logarithms of what [Params] says.
type logs struct{ lost, got, stray, inlier, outlier, prompt, late float64 }

// cell is that the last segment seen is a certain one of the schedule.
type cell struct {
	weight float64 // logarithm
	belief
}

// logLikelihood is the logarithm of the density of a run under a schedule that is
// worked out for its round trip.
func (p Params) logLikelihood(s *Schedule, r *Run, delay float64) float64 {
	a := newAligner(p, s, delay, r.Heard.Seconds())
	segments, end := r.arrivals()
	cells := a.first()
	for i := 1; i < len(segments); i++ {
		cells = a.next(cells, segments[i])
	}
	total := math.Inf(-1)
	for j, c := range cells {
		if !math.IsInf(c.weight, -1) {
			total = logAdd(total, c.weight+a.ending(j, c.belief, r.End, end))
		}
	}
	return total
}

// tickVariance is the least that is believed of any gap: a tenth of a millisecond.
const tickVariance = 1e-8

func newAligner(p Params, s *Schedule, delay, heard float64) *aligner {
	n := len(s.Gaps)
	a := &aligner{Params: p, delay: delay, heard: max(heard, 1e-3), copies: s.copies(), end: s.End,
		at: make([]float64, n+1), variance: make([]float64, n+1), slack: make([]float64, n+1)}
	a.logs = logs{lost: math.Log(p.Loss), got: math.Log1p(-p.Loss), stray: math.Log(p.Stray / a.heard),
		inlier: math.Log1p(-p.Outlier), outlier: math.Log(p.Outlier), prompt: math.Log1p(-p.LateFirst), late: math.Log(p.LateFirst)}
	jitter := p.Jitter
	if s.Jitter > 0 {
		jitter = s.Jitter
	}
	jitter = max(jitter, p.leastJitter)
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
	}
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

// next takes the segment that came at t.
func (a *aligner) next(cells []cell, t float64) []cell {
	out := make([]cell, len(cells))
	least := math.Inf(-1)
	for _, c := range cells {
		least = max(least, c.weight-beam)
	}
	for j := range cells {
		out[j] = cells[j] // t is of another segment, unknown to the schedule
		out[j].weight += a.stray
		for k := max(j-1-maxLost, 0); k < j; k++ {
			if cells[k].weight < least {
				continue
			}
			density, after := a.step(k, j, cells[k].belief, t)
			out[j] = merge(out[j], cell{cells[k].weight + float64(j-k-1)*a.lost + a.got + density, after})
		}
	}
	return out
}

// step is the logarithm of the density of segment j at t, if segment k, the last one
// seen, left by a belief; and the belief of when j left.
func (a *aligner) step(k, j int, from belief, t float64) (density float64, after belief) {
	to := a.predict(k, j, from)
	density = to.logDensity(t)
	if w := a.slack[j]; w > 0 && j == k+1 {
		sharp := arrival{belief{to.mean - w/2, from.variance + a.variance[j]}, a.delay}
		part := sharp.after(t-w) - sharp.after(t)
		density = math.Log(max(part, 1e-300) / w)
	}
	scale := max(math.Sqrt(to.variance+2*a.delay*a.delay), a.OutlierScale*(a.at[j]-a.at[k]))
	density = logAdd(a.inlier+density, a.outlier+logStudent(t-to.mean, scale, a.OutlierDegrees))
	if k == 0 && a.at[j] > 0 {
		return a.lateFirst(j, density, to, t)
	}
	return density, to.seen(t)
}

// lateFirst allows the first segment to have been late by anything up to the gap.
func (a *aligner) lateFirst(j int, density float64, to arrival, t float64) (float64, belief) {
	gap := a.at[j]
	late := arrival{belief{to.mean - gap/2, to.variance}, a.delay}
	part := late.after(t-gap/2) - late.after(t+gap/2)
	mixed := logAdd(a.prompt+density, a.late+math.Log(max(part, 1e-300)/gap))
	after := to.seen(t)
	if trust := a.prompt + density - mixed; trust < -math.Ln2 {
		after = belief{t - a.delay, a.delay * a.delay} // the first segment tells nothing of the later
	}
	return mixed, after
}

// predict is when segment j comes, if k left by a belief.
func (a *aligner) predict(k, j int, from belief) arrival {
	to := arrival{belief{from.mean + a.at[j] - a.at[k], from.variance}, a.delay}
	for i := k + 1; i <= j; i++ {
		to.variance += a.variance[i] + a.slack[i]*a.slack[i]/12
	}
	return to
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
		density, _ := a.step(j, len(a.at)-1, from, at)
		full += density
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

// delays are mean delays to sum over, as the one of the run is an estimate of few
// packets.
func (p Params) delays(r *Run) [3]float64 {
	b := r.Delay
	if b == 0 {
		b = p.Delay
	}
	out := [3]float64{}
	for i, f := range [3]float64{0.5, 1, 2} {
		out[i] = max(time.Duration(float64(b)*f), p.DelayFloor).Seconds()
	}
	return out
}
