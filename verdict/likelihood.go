package verdict

import (
	"math"

	"whorl/method/gen2"
)

// Weigher computes likelihoods. It remembers what values agreed with and what lines
// scored, and must be used from one goroutine at a time.
type Weigher struct {
	refs   *References
	model  *Model
	agreed []map[sighting][]bool // by feature and value: which claims agree; shared by all weights
	lines  map[*Weights]*lineMemory

	everyone []int // the places of all entries
	scores   []float64
	says     []float64
	key      []byte
}

// lineMemory is what observations scored by some weights: the lines of each test, and at
// the end all tests but SEQ together.
type lineMemory [gen2.NumTests + 1]testMemory

// testMemory is what each line of a test scored, or each entry by all tests but SEQ.
type testMemory struct {
	sums map[string][]float64 // by what was observed
	free [][]float64          // to be used again
}

// Bounds on what is remembered: values of one feature and, for each weights, lines of
// one test. With nmap-os-db that is 24 MB at most. When one is reached, that memory
// starts anew. Lines longer than maxKey are not remembered.
const (
	maxAgreed     = 512
	maxLineScores = 32
)

// NewWeigher makes one that remembers nothing.
func NewWeigher(r *References, m *Model) *Weigher {
	n := len(r.Entries)
	w := &Weigher{refs: r, model: m, agreed: make([]map[sighting][]bool, len(Features)), everyone: make([]int, n), scores: make([]float64, n)}
	for i := range w.everyone {
		w.everyone[i] = i
	}
	for i := range w.agreed {
		w.agreed[i] = map[sighting][]bool{}
	}
	w.forget()
	return w
}

// forget is due when weights have changed.
func (w *Weigher) forget() { w.lines = map[*Weights]*lineMemory{} }

// Scores gives, for each entry, the logarithm of how much better it explains the
// observation than a random stack does, by those weights, prior included; minus
// infinity for an entry that says nothing of what was seen. The slice is valid until
// the next call.
func (w *Weigher) Scores(o *Observation, by *Weights) []float64 {
	w.score(w.scores, w.everyone, o, by)
	return w.scores
}

// score is Scores for the entries at some places, in their order.
func (w *Weigher) score(out []float64, places []int, o *Observation, by *Weights) {
	others, seq, seqOf := w.others(o, by), w.line(gen2.TestSEQ, &o.tests[gen2.TestSEQ], by), w.refs.tests[gen2.TestSEQ].lineOf
	factor, _ := by.focus(o)
	factor *= w.refs.Sharpen
	out = out[:len(places)]
	for i, place := range places {
		sum := others[place] + seq[seqOf[place]]
		if sum == 0 && !w.refs.compares(place, o) {
			out[i] = math.Inf(-1)
			continue
		}
		out[i] = sum*factor + w.refs.Prior[place]
	}
}

// others gives what all tests but SEQ score for each entry. It is remembered as a whole,
// as machines of one kind differ in nothing else. The slice is valid until the next call.
func (w *Weigher) others(o *Observation, by *Weights) []float64 {
	mem := &w.memory(by)[gen2.NumTests]
	w.key = w.key[:0]
	for t := range o.tests {
		if gen2.Test(t) != gen2.TestSEQ {
			w.key = o.tests[t].appendKey(w.key)
		}
	}
	if sums, ok := mem.sums[string(w.key)]; ok {
		return sums
	}
	out := mem.next(w.key, len(w.everyone), maxKey*int(gen2.NumTests))
	for t := range o.tests {
		if gen2.Test(t) == gen2.TestSEQ || o.tests[t].known == 0 {
			continue
		}
		sums := w.line(gen2.Test(t), &o.tests[t], by)
		for i, n := range w.refs.tests[t].lineOf {
			out[i] += sums[n]
		}
	}
	return out
}

// memory is what is remembered of some weights.
func (w *Weigher) memory(by *Weights) *lineMemory {
	mem := w.lines[by]
	if mem == nil {
		mem = &lineMemory{}
		w.lines[by] = mem
	}
	return mem
}

// compares reports whether an entry says anything of what was seen.
func (r *References) compares(entry int, o *Observation) bool {
	for t := range r.tests {
		line := r.tests[t].lineOf[entry]
		for i := range r.tests[t].attrs {
			if o.tests[t].has(i) && r.tests[t].attrs[i].exprOf[line] != 0 {
				return true
			}
		}
	}
	return false
}

// line gives what each line of a test scores. The slice is valid until the next call.
func (w *Weigher) line(t gen2.Test, o *observed, by *Weights) []float64 {
	mem := &w.memory(by)[t]
	w.key = o.appendKey(w.key[:0])
	if sums, ok := mem.sums[string(w.key)]; ok {
		return sums
	}
	tab := &w.refs.tests[t]
	sums := mem.next(w.key, tab.lines, maxKey)
	for i := range tab.attrs {
		if !o.has(i) {
			continue
		}
		says := w.attribute(t, i, o.values[i], by)
		for line, n := range tab.attrs[i].exprOf {
			sums[line] += says[n]
		}
	}
	return sums
}

// next gives n zeros to fill for a key, remembered if the key is not longer than that.
func (m *testMemory) next(key []byte, n, longest int) []float64 {
	if m.sums == nil || len(m.sums) >= maxLineScores {
		for _, s := range m.sums {
			m.free = append(m.free, s)
		}
		m.sums = map[string][]float64{}
	}
	var s []float64
	if last := len(m.free) - 1; last >= 0 {
		s, m.free = m.free[last], m.free[:last]
		clear(s)
	} else {
		s = make([]float64, n)
	}
	if len(key) <= longest {
		m.sums[string(key)] = s
	}
	return s
}

// attribute gives what each expression of an attribute scores. The slice is valid until
// the next call.
func (w *Weigher) attribute(t gen2.Test, attr int, v sighting, by *Weights) []float64 {
	w.says = append(w.says[:0], make([]float64, w.refs.tests[t].attrs[attr].exprs)...)
	for i := featuresOf[t][attr].first; i < featuresOf[t][attr].end; i++ {
		f, ok, says := &w.refs.features[i], w.matches(i, v), by.feature(i)
		for n, at := range f.of {
			if at > 0 {
				w.says[n] += says.ratio(ok[at], &f.claims[at])
			}
		}
	}
	return w.says
}

// matches tells for each claim of a feature whether a value agrees, as seen or as it
// would have been on a common path.
func (w *Weigher) matches(feature int, v sighting) []bool {
	mem := w.agreed[feature]
	if out, ok := mem[v]; ok {
		return out
	}
	a, claims := Features[feature].Aspect, w.refs.features[feature].claims
	seen, common := a.sight(v[0]), a.sight(v[1])
	out := make([]bool, len(claims))
	for i := range claims[1:] {
		c := &claims[i+1]
		out[i+1] = c.agrees(&seen) || common.text != seen.text && c.agrees(&common)
	}
	if len(v[0])+len(v[1]) <= maxKey {
		if len(mem) >= maxAgreed {
			clear(mem)
		}
		mem[v] = out
	}
	return out
}

// featureWeight is what weights say of one feature.
type featureWeight struct{ temper, logKept, logDrift float64 }

func (w *Weights) feature(i int) featureWeight {
	return featureWeight{w.Temper[i], math.Log(1 - w.Drift[i]), math.Log(w.Drift[i])}
}

// ratio is the tempered log likelihood ratio of a claim that agrees or does not. What
// agrees never speaks against a record, and what does not never for it: where that would
// follow, the feature drifts more than it distinguishes, and says nothing.
func (f featureWeight) ratio(agrees bool, c *refClaim) float64 {
	if agrees {
		return max(f.temper*(f.logKept-c.logRare), 0)
	}
	return min(f.temper*(f.logDrift-c.logCommon), 0)
}

// explain gives what each attribute adds to the score of one entry, for the family.
func (w *Weigher) explain(entry int, o *Observation) (out [gen2.NumTests][gen2.MaxAttrs]float64) {
	by := &w.model.Family
	factor, _ := by.focus(o)
	factor *= w.refs.Sharpen
	for i, f := range Features {
		tab := &w.refs.tests[f.Test]
		n := w.refs.features[i].of[tab.attrs[f.Attr].exprOf[tab.lineOf[entry]]]
		if n > 0 && o.knows(f) {
			ok := w.matches(i, o.tests[f.Test].values[f.Attr])[n]
			out[f.Test][f.Attr] += factor * by.feature(i).ratio(ok, &w.refs.features[i].claims[n])
		}
	}
	return out
}

// unknown is the score of "no record describes this": its weight against all records
// together, so that a larger database is not believed more for its size.
func (w *Weigher) unknown() float64 {
	return w.model.Unknown + math.Log(float64(max(len(w.scores), 1)))
}

// faint is the logarithm of a share that is lost in the rounding of any sum.
const faint = -50

// shares turns scores into probabilities, in out, which may be scores itself; rest is
// what is left for no record. What is too faint to count is 0.
func shares(out, scores []float64, unknown float64) (rest float64) {
	top := unknown
	for _, s := range scores {
		if s > top {
			top = s
		}
	}
	if math.IsInf(top, -1) {
		clear(out)
		return 0
	}
	rest = math.Exp(unknown - top)
	total := rest
	for i, s := range scores {
		if s -= top; s > faint {
			out[i] = math.Exp(s)
			total += out[i]
		} else {
			out[i] = 0
		}
	}
	for i := range out {
		out[i] /= total
	}
	return rest / total
}
