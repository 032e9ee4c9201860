package backoff

import (
	"math"
	"time"
)

// Ranges of what the unknown class may be, evenly spread.
const (
	bases   = 10.0 // of the first gap, seconds
	ratios  = 1.2  // of the ratio of gaps, 1 to 2.2
	caps    = 60.0 // of the longest gap, seconds
	counted = 12   // of the number of copies
)

// Fit is the schedule of a stack that no record describes: a geometric series from a
// base, up to a cap, and its end. It is a record line to submit. The likelihood is
// that of the run under any such schedule, as [LogLikelihood] counts: the best one
// pays for each figure the part of its range that the run leaves open.
func Fit(r *Run, p Params) (s Schedule, logLikelihood float64) {
	s = Schedule{State: r.State, End: r.End}
	if r.End == Error {
		s.End = Silence
	}
	gaps := r.Gaps
	if r.End != Silence && len(gaps) > 0 {
		gaps = gaps[:len(gaps)-1]
	}
	series, capped := geometric(gaps)
	width := p.widths(series, r)
	l := -math.Log(counted) - price(series, width, capped)
	for i, g := range gaps {
		s.Gaps = append(s.Gaps, time.Duration(series[i]*1e9).Round(10*time.Millisecond))
		switch {
		case i > 0:
			l += logStudent(g.Seconds()-series[i], width[i], p.OutlierDegrees)
		case len(gaps) > 1:
			l -= math.Log(2 * series[0]) // it is not trusted
		}
	}
	if r.End != Silence && len(r.Gaps) > 0 {
		l -= math.Log(max(r.Heard.Seconds(), 1))
		if r.End != Error {
			s.Gaps = append(s.Gaps, r.Gaps[len(r.Gaps)-1].Round(10*time.Millisecond))
		}
	}
	if s.Gaps == nil {
		s.Gaps = []time.Duration{}
	}
	return s, l
}

// widths are how far off each gap of a series may be, in seconds.
func (p Params) widths(series []float64, r *Run) []float64 {
	out := make([]float64, len(series))
	b := p.delays(r)[1]
	for i, want := range series {
		out[i] = max(p.OutlierScale*want, math.Hypot(p.Jitter.Seconds(), math.Sqrt2*b))
	}
	return out
}

// price is the logarithm of how much the figures of a series are fitted: their range
// over what the gaps leave open of it.
func price(series, width []float64, capped bool) (l float64) {
	n := len(series)
	if n > 0 {
		l += math.Log(bases)
	}
	if n > 1 {
		l -= math.Log(min(width[1], bases))
	}
	if n > 2 {
		open := width[n-1] / series[n-1] / float64(n-2)
		l += math.Log(max(ratios/open, 1))
	}
	if capped {
		l += math.Log(max(caps/width[n-1], 1))
	}
	return l
}

// geometric fits base * ratio^i, at most a cap, to gaps in seconds. The first gap is
// not trusted where there are others, and a ratio is one of 1 to 2.2.
func geometric(gaps []time.Duration) (series []float64, capped bool) {
	n := len(gaps)
	series = make([]float64, n)
	g := make([]float64, n)
	for i := range gaps {
		g[i] = max(gaps[i].Seconds(), 1e-3)
	}
	if n < 2 {
		copy(series, g)
		return series, false
	}
	last := n - 1 // the last gap that grew
	for last > 1 && math.Abs(g[last-1]/g[n-1]-1) < 0.05 {
		last--
	}
	capped = last > 1 && last < n-1
	ratio := g[1] / g[0]
	switch {
	case !capped && last > 1:
		ratio = math.Pow(g[last]/g[1], 1/float64(last-1))
	case !capped && n > 2:
		ratio = 1
	case last > 2:
		ratio = math.Pow(g[last-1]/g[1], 1/float64(last-2))
	}
	ratio = min(max(ratio, 1), 2.2)
	for i := range series {
		if series[i] = g[1] * math.Pow(ratio, float64(i-1)); capped {
			series[i] = min(series[i], g[n-1])
		}
	}
	return series, capped
}
