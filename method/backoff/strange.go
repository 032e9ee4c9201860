package backoff

import "math"

// mostStrange is how many gaps that a schedule does not explain make it hopeless, if
// another explains them: each is more than six standard deviations off.
const mostStrange = 2

// strange counts the gaps of a run after the first that are neither one of the schedule
// nor several in a row, with segments between them that were lost. It costs next to
// nothing; no likelihood has to be computed of a schedule to which much is strange.
func (s *Schedule) strange(r *Run, p Params) (n int) {
	if s.Least > 0 || len(r.Gaps) < 2 {
		return 0
	}
	slack := 6 * math.Hypot(max(s.Jitter, p.Jitter, p.Starved).Seconds(), 2*p.delays(r)[2])
	for _, gap := range r.Gaps[1:] {
		if !s.explains(gap.Seconds(), slack, p) {
			n++
		}
	}
	return n
}

// explains reports whether a gap in seconds is one of the schedule or several in a row.
func (s *Schedule) explains(gap, slack float64, p Params) bool {
	for i := range s.Gaps {
		sum := 0.0
		for j := i; j < len(s.Gaps) && j <= i+maxLost; j++ {
			sum += s.Gaps[j].Seconds()
			late := slack + 6*p.OutlierScale*sum
			if i == 0 { // the phase of a tick
				late += 2 * s.First.Seconds()
			}
			early := late
			if s.Wheel {
				late += p.Wheel * sum
			}
			if gap > sum-early && gap < sum+late {
				return true
			}
		}
	}
	return false
}
