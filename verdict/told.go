package verdict

import "math"

// told is what one kind of evidence says against a record: a natural logarithm, at most 0;
// ok is false if the record tells nothing of it.
type told struct {
	log float64
	ok  bool
}

// reshare shares the probability of the records that tell of some evidence out anew. It
// moves among these alone, and none gains more than most, a natural logarithm. It is false,
// and nothing moves, if none of them is possible.
func reshare(all []float64, list []told, most float64) bool {
	before, after := 0.0, 0.0
	for place, t := range list {
		if t.ok {
			before, after = before+all[place], after+all[place]*math.Exp(t.log)
		}
	}
	if after == 0 {
		return false
	}
	for place, t := range list {
		if t.ok {
			all[place] *= min(math.Exp(t.log)*before/after, math.Exp(most))
		}
	}
	return true
}
