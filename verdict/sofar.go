package verdict

import (
	"cmp"
	"slices"

	"whorl"
	"whorl/method/backoff"
)

// SoFar is what times say of the family of a host while it is listened to: the likeliest
// first, and those that have a share of at least a fiftieth. It is nothing that a verdict
// claims: other methods have a say in that.
func (j *Judges) SoFar(runs []backoff.Run) (out []whorl.Behind) {
	ranking := j.timing.ranker.Rank(runs)
	if ranking.Records == nil {
		return nil
	}
	for n, share := range j.timing.families.sums(ranking.Records) {
		if c := j.timing.families.names[n]; share >= leastShare {
			out = append(out, whorl.Behind{Name: joinName(c.Vendor, c.Family), Confidence: whorl.Fraction(min(share, surest))})
		}
	}
	slices.SortStableFunc(out, func(a, b whorl.Behind) int { return cmp.Compare(b.Confidence, a.Confidence) })
	return out
}
