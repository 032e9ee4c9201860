package backoff

import (
	"math"
	"slices"
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
// longer. Any other gives one without gaps.
func (s *Schedule) asFIN() Schedule {
	if s.State != SynRcvd {
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

// likeSYNs are the scores of a FIN run if a stack repeats FINs as it does SYN-ACKs, roughly,
// by schedule, of the records that are asked for; never if they are below floor.
func (w *Weights) likeSYNs(n int, records []bool, floor float64) []scores {
	r, v, part := w.Ranker, w.views[n], w.parts[n]
	out, done := slices.Repeat([]scores{never}, len(r.schedules)), make([]bool, len(r.schedules))
	for i := range r.members {
		if !records[i] {
			continue
		}
		for _, n := range r.members[i].schedules[SynRcvd] {
			if l := &r.asFINs[n]; !done[n] && len(l.Gaps) > 0 && (len(v.run.Gaps) < 2 || v.strays(l, usual) > floor/part) {
				x, more := v.underDelay(&l.plans.prompt, &v.conditions[usual], v.delays[1], floor/part)
				out[n] = same(x).with(lossy, more).times(v.delayed[1]).counted(part)
			}
			done[n] = true
		}
	}
	return out
}

// likeSYN are the scores of a FIN run under a record if its stack repeats FINs as it does
// SYN-ACKs, perhaps by the tick that the run of those has shown.
func (w *Weights) likeSYN(record, run, shown int) scores {
	l, best := w.members[record].under(SynRcvd, w.asSYN[run])
	if best < 0 {
		return l
	}
	return l.times(w.sameTick(run, shown, &w.schedules[best], w.params.LikeTick))
}

// mean are the scores of a run under all schedules of a state that are known, each as
// likely as the others; never if there are none.
func (r *Ranker) mean(state State, logs []scores) scores {
	out, n := never, 0.0
	for _, i := range r.tell[state] {
		if r.schedules[i].State == state.record() {
			out, n = out.or(0, logs[i]), n+1
		}
	}
	return out.times(-math.Log(max(n, 1)))
}

// untold are the scores of a run that a record does not tell of, from those under the
// schedules of others, under its own of SYN-ACKs and under none that is known.
func (p *Params) untold(others, own scores, fit float64) scores {
	l := same(math.Log1p(-p.LikeOthers-p.LikeSYN) + fit)
	return l.or(math.Log(p.LikeOthers), others).or(math.Log(p.LikeSYN), own)
}
