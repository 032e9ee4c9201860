package verdict

import (
	"fmt"

	"whorl"
)

// leastFit is the share of points that the likeliest records must reach for a name: a
// probability only compares records, and the best of bad ones is no answer. Of real
// hosts behind tunnels hardly one is below 80 %, hosts that answer nonsense hardly
// one above 60 %.
const leastFit = 0.6

// leastTieFit is the same for each record of a tie, which claims more than it shows.
const leastTieFit = 0.8

// fitting puts the verdict "unknown" before answers that no record carries.
func fitting(out []whorl.Verdict) []whorl.Verdict {
	if len(out) == 0 || out[0].Name == whorl.Unknown {
		return out
	}
	best, least := out[0].Accuracy, whorl.Fraction(leastFit)
	if isTie := out[0].Source.File == ""; isTie {
		best, least = 1, leastTieFit
		for _, v := range out[1:min(len(out), 3)] {
			best = min(best, v.Accuracy)
		}
	}
	if best >= least {
		return out
	}
	why := fmt.Sprintf("no record fits; even the likeliest agrees in %d %% of the points only", best.Percent())
	return append([]whorl.Verdict{nothing(why)}, out...)
}
