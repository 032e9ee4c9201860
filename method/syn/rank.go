package syn

import (
	"cmp"
	"math"
	"slices"
)

// Candidate is a record to rank.
type Candidate struct {
	Family    string  // records of one family are one answer
	Prior     float64 // how common such hosts are, as a weight against the others
	Reference Reference
}

// Ranking is what a packet says of all candidates.
type Ranking struct {
	Families []Share // the most probable first; only those that count
	Unknown  float64 // probability that no candidate describes the sender
	Between  bool    // the packet is [NearEnd]: no family is an answer
}

// Share is one family.
type Share struct {
	Family      string
	Probability float64
	Records     []Ranked // the likeliest first: those that the packet does not tell from the best
}

// Ranked is a candidate of a family.
type Ranked struct {
	Place         int     // in the list that was ranked
	Form          *Form   // of its reference, the one that describes the packet best
	LogLikelihood float64 // of the packet
}

// Figures of rankings.
const (
	Confident = 0.75 // from which probability on a family is an answer

	genericShare = 0.1  // what a last resort counts beside a specific form
	unknownPrior = 30   // weight of all stacks that no candidate describes
	near         = 3    // log likelihood by which records of a family are told apart, a factor of 20
	leastShare   = 0.01 // probability below which a family does not count
)

// Rank weighs all candidates for a packet. offer is what a SYN-ACK answers.
func Rank(candidates []Candidate, s Signature, offer Offer) (r Ranking) {
	best := map[string]float64{}
	ranked := make([]Ranked, len(candidates))
	top := unknown(&s) + math.Log(unknownPrior)
	r.Unknown, r.Between = top, NearEnd(&s, offer)
	for i := range candidates {
		c := &candidates[i]
		ranked[i] = c.rank(i, &s, offer)
		if ranked[i].Form == nil {
			continue
		}
		weight := ranked[i].LogLikelihood + math.Log(c.Prior)
		if old, ok := best[c.Family]; !ok || weight > old {
			best[c.Family] = weight
		}
		top = max(top, weight)
	}
	sum := math.Exp(r.Unknown - top)
	for _, w := range best {
		sum += math.Exp(w - top)
	}
	r.Unknown = math.Exp(r.Unknown-top) / sum
	for family, w := range best {
		if p := math.Exp(w-top) / sum; p >= leastShare {
			r.Families = append(r.Families, Share{Family: family, Probability: p})
		}
	}
	slices.SortFunc(r.Families, func(a, b Share) int {
		return cmp.Or(cmp.Compare(b.Probability, a.Probability), cmp.Compare(a.Family, b.Family))
	})
	for i := range r.Families {
		r.Families[i].Records = nearest(candidates, ranked, r.Families[i].Family)
	}
	return r
}

// rank finds the form that describes the packet best.
func (c *Candidate) rank(place int, s *Signature, offer Offer) Ranked {
	out := Ranked{Place: place, LogLikelihood: math.Inf(-1)}
	for i := range c.Reference {
		f := &c.Reference[i]
		l := f.LogLikelihood(s, offer)
		if f.Generic {
			l += math.Log(genericShare)
		}
		if l > out.LogLikelihood {
			out.Form, out.LogLikelihood = f, l
		}
	}
	return out
}

// nearest are the records of a family that the packet does not tell from the best one.
func nearest(candidates []Candidate, ranked []Ranked, family string) (out []Ranked) {
	for i, r := range ranked {
		if r.Form != nil && candidates[i].Family == family {
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, func(a, b Ranked) int { return cmp.Compare(b.LogLikelihood, a.LogLikelihood) })
	end := slices.IndexFunc(out, func(r Ranked) bool { return r.LogLikelihood < out[0].LogLikelihood-near })
	if end >= 0 {
		out = out[:end]
	}
	return out
}

// Answer is the family that is sure enough. ok is false if none is, or if something
// between answers.
func (r *Ranking) Answer() (s Share, ok bool) {
	if r.Between || len(r.Families) == 0 || r.Families[0].Probability < Confident {
		return Share{}, false
	}
	return r.Families[0], true
}
