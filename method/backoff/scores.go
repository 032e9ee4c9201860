package backoff

import (
	"math"
	"slices"
)

// scores are logarithms of likelihoods, one for each of [Params.Conditions].
type scores [numConditions]float64

// never are the scores of what cannot be.
var never = same(math.Inf(-1))

// same are scores that do not depend on the condition.
func same(l float64) (s scores) {
	for i := range s {
		s[i] = l
	}
	return s
}

// with are the scores with one replaced.
func (s scores) with(condition int, l float64) scores {
	s[condition] = l
	return s
}

// and multiplies likelihoods of what is so under the same condition.
func (s scores) and(t scores) scores {
	for i := range s {
		s[i] += t[i]
	}
	return s
}

// or adds likelihoods, the second of which holds with a share, as a logarithm.
func (s scores) or(share float64, t scores) scores {
	for i := range s {
		s[i] = logAdd(s[i], share+t[i])
	}
	return s
}

// times multiplies likelihoods by what does not depend on the condition, as a logarithm.
func (s scores) times(l float64) scores {
	for i := range s {
		s[i] += l
	}
	return s
}

// counted are the scores of what counts as only a part of an observation.
func (s scores) counted(part float64) scores {
	if part == 1 {
		return s
	}
	for i := range s {
		s[i] *= part
	}
	return s
}

// atLeast are the larger ones.
func (s scores) atLeast(t scores) scores {
	for i := range s {
		s[i] = max(s[i], t[i])
	}
	return s
}

// mixed is the likelihood if nothing else is known of the condition.
func (p *Params) mixed(s scores) float64 {
	top := slices.Max(s[:])
	if math.IsInf(top, -1) {
		return top
	}
	sum := 0.0
	for i, x := range s {
		if x > top-40 {
			sum += p.Conditions[i].Share * math.Exp(x-top)
		}
	}
	return top + math.Log(sum)
}
