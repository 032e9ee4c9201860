package backoff

import "time"

// togetherOff is by how much two gaps differ at most that something has stretched at the
// same time.
const togetherOff = 15 * time.Millisecond

// together gives the part as which each run counts. LastAck and FinWait1 begin at the same
// time and have the same timers. If a host has no time for them, or fires its timers by the
// ticks of one wheel, both are late by the same: then they tell one thing, not two.
func together(runs []Run) []float64 {
	out := make([]float64, len(runs))
	for i := range runs {
		out[i] = 1
		for j := range runs {
			if i != j && runs[i].alongside(&runs[j]) {
				out[i] = 0.5
			}
		}
	}
	return out
}

// alongside reports whether two runs of FINs had the same gaps. The one that was watched
// for longer may have one more.
func (r *Run) alongside(o *Run) bool {
	n := min(len(r.Gaps), len(o.Gaps))
	if !r.State.fin() || !o.State.fin() || r.State == Held || o.State == Held || n < 2 || max(len(r.Gaps), len(o.Gaps)) > n+1 {
		return false
	}
	for i := range n {
		if (r.Gaps[i] - o.Gaps[i]).Abs() > togetherOff {
			return false
		}
	}
	return true
}
