package verdict

import (
	"math"

	"whorl/method"
	"whorl/method/expr"
	"whorl/method/gen2"
	"whorl/osdb"
)

// The likelihood as the package says it in words, without anything that makes it fast:
// each feature of each record by itself.

func plainAgrees(a Aspect, e expr.Expr, value string) bool {
	e = a.expression(e)
	if e.Match(value) {
		return true
	}
	if a != Near {
		return false
	}
	v, err := expr.Parse(value)
	if err != nil {
		return false
	}
	n, _, ok := v.Alternatives()[0].Bounds()
	for _, alt := range e.Alternatives() {
		lo, hi, numbers := alt.Bounds()
		if ok && numbers && float64(n)+nearness >= float64(lo) && float64(n) <= float64(hi)+nearness {
			return true
		}
	}
	return false
}

// plainRare is how often a random system agrees with an expression.
func plainRare(entries []*osdb.Entry, f Feature, e expr.Expr) float64 {
	hits, total := 0.0, 0.0
	for _, other := range entries {
		said, ok := expressionOf(other.Gen2, f)
		if !ok {
			continue
		}
		total++
		alts := said.Alternatives()
		for _, alt := range alts {
			if v, ok := alt.Example(); ok && plainAgrees(f.Aspect, e, f.Aspect.of(v)) {
				hits += 1 / float64(len(alts))
			}
		}
	}
	return (hits + 1) / (total + 2)
}

// plain scores observations and remembers what is rare, as that takes very long.
type plain struct {
	entries []*osdb.Entry
	rare    map[Feature]map[string]float64
}

func newPlain(set osdb.Set) *plain {
	p := &plain{rare: map[Feature]map[string]float64{}}
	for _, e := range set.Entries() {
		if e.Gen2 != nil {
			p.entries = append(p.entries, e)
		}
	}
	return p
}

func (p *plain) rareness(f Feature, e expr.Expr) float64 {
	if p.rare[f] == nil {
		p.rare[f] = map[string]float64{}
	}
	r, ok := p.rare[f][e.String()]
	if !ok {
		r = plainRare(p.entries, f, e)
		p.rare[f][e.String()] = r
	}
	return r
}

// score is what [Weigher.Scores] gives for one entry, without priors.
func (p *plain) score(e *osdb.Entry, seen []method.Line, by *Weights) float64 {
	common, _ := Common(seen)
	sum, all, known := 0.0, 0.0, 0.0
	compared := false
	for i, f := range Features {
		all += by.Temper[i]
		form := gen2.Tests[f.Test]
		l, _ := find(seen, form.Name)
		v, ok := l.Value(form.Attrs[f.Attr].Name)
		if !ok || filtered(seen) && form.Attrs[f.Attr].Name == "R" && v == "N" {
			continue
		}
		known += by.Temper[i]
		l, _ = find(common, form.Name)
		c, _ := l.Value(form.Attrs[f.Attr].Name)
		ex, ok := expressionOf(e.Gen2, f)
		if !ok {
			continue
		}
		compared = true
		rare := p.rareness(f, ex)
		if plainAgrees(f.Aspect, ex, f.Aspect.of(v)) || plainAgrees(f.Aspect, ex, f.Aspect.of(c)) {
			sum += max(by.Temper[i]*math.Log((1-by.Drift[i])/rare), 0)
		} else {
			sum += min(by.Temper[i]*math.Log(by.Drift[i]/(1-rare)), 0)
		}
	}
	if !compared {
		return math.Inf(-1)
	}
	return sum * math.Pow(all/known, by.Focus)
}
