package verdict

import (
	"math"

	"whorl/method/expr"
	"whorl/method/gen2"
	"whorl/osdb"
)

// References are the records of some databases prepared for the likelihood. They are
// only read after they are made.
type References struct {
	Entries []*osdb.Entry
	Prior   []float64 // of each entry, natural logarithm; 0 for all unless set
	Sharpen float64   // factor on all scores; 1 unless set
	columns []refColumn
}

// refColumn is one feature in all records.
type refColumn struct {
	of    []uint16 // by entry: place in exprs plus one; 0: the record does not say
	exprs []refExpr
}

// refExpr is one different expression of a feature, and how often the value of a
// random system agrees with it.
type refExpr struct {
	expr expr.Expr
	rare float64
}

// NewReferences prepares records. What is rare is learned from the records themselves.
func NewReferences(set osdb.Set) *References {
	r := &References{Sharpen: 1, columns: make([]refColumn, len(Features))}
	for _, e := range set.Entries() {
		if e.Gen2 != nil {
			r.Entries = append(r.Entries, e)
		}
	}
	r.Prior = make([]float64, len(r.Entries))
	for i, f := range Features {
		r.columns[i] = newColumn(f, r.Entries)
	}
	return r
}

func newColumn(f Feature, entries []*osdb.Entry) refColumn {
	c := refColumn{of: make([]uint16, len(entries))}
	places := map[string]uint16{}
	values := map[string]float64{} // what random systems show, one for each record
	total := 0.0
	for i, e := range entries {
		ex, ok := expressionOf(e.Gen2, f)
		if !ok {
			continue
		}
		at := places[ex.String()]
		if at == 0 {
			if len(c.exprs) == math.MaxUint16 {
				continue
			}
			c.exprs = append(c.exprs, refExpr{expr: f.Aspect.expression(ex)})
			at = uint16(len(c.exprs))
			places[ex.String()] = at
		}
		c.of[i] = at
		alts := ex.Alternatives()
		for _, alt := range alts {
			if v, ok := alt.Example(); ok {
				values[f.Aspect.of(v)] += 1 / float64(len(alts))
			}
		}
		total++
	}
	for i := range c.exprs {
		hits := 0.0
		for v, n := range values {
			if f.Aspect.agrees(c.exprs[i].expr, v) {
				hits += n
			}
		}
		// Two imaginary systems, one that agrees and one that does not, keep it from 0 and 1.
		c.exprs[i].rare = (hits + 1) / (total + 2)
	}
	return c
}

// expressionOf is what a record says of an attribute.
func expressionOf(r *gen2.Reference, f Feature) (expr.Expr, bool) {
	for _, term := range r.Test(f.Test).Terms(expr.Whorl) {
		if term.Attr == f.Attr {
			return term.Expr, true
		}
	}
	return expr.Expr{}, false
}

// Weigher computes likelihoods. It remembers what values agreed with, and must be
// used from one goroutine at a time.
type Weigher struct {
	refs     *References
	model    *Model
	agreed   []map[[2]string][]bool // by feature and value: which expressions agree
	scores   []float64
	compared []bool
}

// maxAgreed bounds what is remembered of one feature.
const maxAgreed = 2048

// NewWeigher makes one.
func NewWeigher(r *References, m *Model) *Weigher {
	w := &Weigher{refs: r, model: m, agreed: make([]map[[2]string][]bool, len(Features)), scores: make([]float64, len(r.Entries)), compared: make([]bool, len(r.Entries))}
	for i := range w.agreed {
		w.agreed[i] = map[[2]string][]bool{}
	}
	return w
}

// matches tells for each expression of a feature whether the observation agrees.
func (w *Weigher) matches(feature int, value [2]string) []bool {
	mem := w.agreed[feature]
	if out, ok := mem[value]; ok {
		return out
	}
	aspect, exprs := Features[feature].Aspect, w.refs.columns[feature].exprs
	out := make([]bool, len(exprs))
	for i := range exprs {
		out[i] = aspect.agrees(exprs[i].expr, value[0]) || value[1] != value[0] && aspect.agrees(exprs[i].expr, value[1])
	}
	if len(mem) >= maxAgreed {
		clear(mem)
	}
	mem[value] = out
	return out
}

// Scores gives, for each entry, the logarithm of how much better it explains the
// observation than a random stack does, by those weights, prior included; minus infinity for an entry
// that says nothing of what was seen. The slice is valid until the next call.
func (w *Weigher) Scores(o Observation, by *Weights) []float64 {
	clear(w.scores)
	clear(w.compared)
	var says []float64
	for i := range Features {
		if !o.known[i] {
			continue
		}
		c := &w.refs.columns[i]
		ok := w.matches(i, o.values[i])
		says = append(says[:0], 0) // a record that does not say
		for j := range c.exprs {
			says = append(says, by.says(i, ok[j], c.exprs[j].rare))
		}
		for e, at := range c.of {
			w.scores[e] += says[at]
			w.compared[e] = w.compared[e] || at > 0
		}
	}
	factor, _ := by.focus(o)
	for e := range w.scores {
		w.scores[e] = w.scores[e]*factor*w.refs.Sharpen + w.refs.Prior[e]
		if !w.compared[e] {
			w.scores[e] = math.Inf(-1)
		}
	}
	return w.scores
}

// explain gives what each attribute, TEST.ATTR, adds to the score of one entry.
func (w *Weigher) explain(entry int, o Observation) map[string]float64 {
	out := map[string]float64{}
	for i, f := range Features {
		at := w.refs.columns[i].of[entry]
		if !o.known[i] || at == 0 {
			continue
		}
		ok := w.matches(i, o.values[i])[at-1]
		f.Aspect = Whole
		out[f.String()] += w.model.Family.says(i, ok, w.refs.columns[i].exprs[at-1].rare)
	}
	return out
}

// says is the tempered log likelihood ratio of one feature. What agrees never speaks
// against a record, and what does not never for it: where that would follow, the
// feature drifts more than it distinguishes, and says nothing.
func (w *Weights) says(feature int, agrees bool, rare float64) float64 {
	if agrees {
		return max(w.Temper[feature]*math.Log((1-w.Drift[feature])/rare), 0)
	}
	return min(w.Temper[feature]*math.Log(w.Drift[feature]/(1-rare)), 0)
}

// unknown is the score of "no record describes this": its weight against all records
// together, so that a larger database is not believed more for its size.
func (w *Weigher) unknown() float64 {
	return w.model.Unknown + math.Log(float64(max(len(w.scores), 1)))
}

// shares turns scores into probabilities; unknown is what is left for no record.
func shares(scores []float64, unknown float64) (out []float64, rest float64) {
	top := unknown
	for _, s := range scores {
		top = max(top, s)
	}
	out = make([]float64, len(scores))
	total := math.Exp(unknown - top)
	for i, s := range scores {
		out[i] = math.Exp(s - top)
		total += out[i]
	}
	for i := range out {
		out[i] /= total
	}
	return out, math.Exp(unknown-top) / total
}
