package backoff

import (
	"math"
	"time"
)

// A record need not tell of a state. Its stack may then do what another does that is
// known, or repeat FINs as it repeats SYN-ACKs, as stacks do that start with a fixed
// timeout, or something else. [Params] says how likely each is.

// longestGap is where stacks stop to double (RFC 6298 section 2.5 wants at least that).
const longestGap = 64 * time.Second

// tickPhase is the standard deviation of a first gap that a tick of half a second, which
// SYN-ACKs need not share, shortens or lengthens.
const tickPhase = 290 * time.Millisecond

// asFIN reads a schedule of SYN-ACKs as one of FINs, which most stacks repeat for
// longer. One of FINs gives one without gaps.
func (s *Schedule) asFIN() Schedule {
	if s.State.fin() {
		return Schedule{}
	}
	out := *s
	out.State, out.End = LastAck, Silence
	out.Gaps = append([]time.Duration{}, s.Gaps[:max(s.copies(), 0)]...)
	out.First = max(out.First, tickPhase)
	for n := len(out.Gaps); n > 0 && n < counted; n++ {
		out.Gaps = append(out.Gaps, min(2*out.Gaps[n-1], max(longestGap, out.Gaps[n-1])))
	}
	return out
}

// likeSYNs are the likelihoods of a FIN run if a stack repeats FINs as each schedule of
// SYN-ACKs says, roughly; -Inf if it is below floor.
func (r *Ranker) likeSYNs(run *Run, floor float64) []float64 {
	out := make([]float64, len(r.schedules))
	for i := range r.schedules {
		out[i] = math.Inf(-1)
		if s := &r.asFINs[i]; len(s.Gaps) > 0 && s.strange(run, r.params) < mostStrange {
			t := r.params.central(s, run, nil, floor)
			out[i] = t.rough(r.params)
		}
	}
	return out
}

// mean is the likelihood of a run under all schedules of a state that are known, each as
// likely as the others; -Inf if there are none.
func (r *Ranker) mean(state State, logs []float64) float64 {
	l, n := math.Inf(-1), 0.0
	for _, i := range r.tell[state] {
		if r.schedules[i].State == state.record() {
			l, n = logAdd(l, logs[i]), n+1
		}
	}
	return l - math.Log(max(n, 1))
}

// untold is the likelihood of a run that a record does not tell of, from those under the
// schedules of others, under its own of SYN-ACKs and under none that is known.
func (p Params) untold(others, own, fit float64) float64 {
	l := math.Log1p(-p.LikeOthers-p.LikeSYN) + fit
	l = logAdd(l, math.Log(p.LikeOthers)+others)
	return logAdd(l, math.Log(p.LikeSYN)+own)
}
