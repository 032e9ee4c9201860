package verdict

import (
	"math"
	"slices"

	"whorl"
	"whorl/method"
	"whorl/method/expr"
	"whorl/method/gen2"
	"whorl/osdb"
)

// candidate is one record and how well it explains what was seen.
type candidate struct {
	entry    *osdb.Entry
	score    gen2.Score
	ratio    float64 // log likelihood ratio against a random stack, tempered
	share    float64 // posterior probability
	evidence []whorl.Evidence
}

// weigh gives the posterior of every record with a second-generation part, best
// first, and that of none of them.
func weigh(db osdb.Set, seen []method.Line) (out []candidate, unknown float64) {
	common, _ := Common(seen)
	for d, e := range db.Entries() {
		if e.Gen2 == nil {
			continue
		}
		c := candidate{entry: e}
		c.score, c.evidence = compare(e.Gen2, &d.Points, seen, common)
		c.ratio = ratio(c.evidence)
		out = append(out, c)
	}
	slices.SortStableFunc(out, func(a, b candidate) int {
		switch {
		case a.ratio > b.ratio:
			return -1
		case a.ratio < b.ratio:
			return 1
		}
		return 0
	})
	if len(out) == 0 {
		return nil, 1
	}
	top := max(out[0].ratio, priorUnknown)
	total := math.Exp(priorUnknown - top)
	for i := range out {
		out[i].share = math.Exp(out[i].ratio - top)
		total += out[i].share
	}
	for i := range out {
		out[i].share /= total
	}
	return out, math.Exp(priorUnknown-top) / total
}

// compare explains an observation by a record, as it was seen and as it would have
// been on a common path; either may agree, as the MSS of some stacks is their own.
func compare(r *gen2.Reference, p *gen2.Points, seen, common []method.Line) (s gen2.Score, ev []whorl.Evidence) {
	s, ev = r.Explain(seen, p, expr.Whorl)
	if &seen[0] == &common[0] {
		return s, ev
	}
	_, brought := r.Explain(common, p, expr.Whorl)
	for i, e := range brought {
		if e.Agrees && !ev[i].Agrees {
			ev[i].Agrees = true
			s.Num += e.Points
		}
	}
	return s, ev
}

// ratio adds up the facts and fills in the weights of the evidence. Attributes of
// one fact share what it can say: n of them count as the square root of n.
func ratio(ev []whorl.Evidence) (total float64) {
	var sums [64]float64
	var counts [64]int
	for i := range ev {
		if w, ok := weights[ev[i].Test+"."+ev[i].Attr]; ok {
			sums[w.fact] += w.of(ev[i].Agrees)
			counts[w.fact]++
		}
	}
	for i := range ev {
		if w, ok := weights[ev[i].Test+"."+ev[i].Attr]; ok {
			ev[i].Weight = temper * w.of(ev[i].Agrees) / math.Sqrt(float64(counts[w.fact]))
		}
	}
	for i := range facts {
		if counts[i] > 0 {
			total += temper * sums[i] / math.Sqrt(float64(counts[i]))
		}
	}
	return total
}

func (w weight) of(agrees bool) float64 {
	if agrees {
		return w.for_
	}
	return w.against
}
