package verdict

import (
	"math"
	"math/rand/v2"
)

// Training of a model: every reference in turn plays a host, in one of the
// scenarios, and the others are asked for its family, or one that it descends from,
// as the judge counts them. The model is moved so that the right families get more of
// the probability (neighbourhood components analysis, Goldberger et al. 2004, with
// probabilities in place of distances). Hosts whose family no other reference has
// teach when to say "unknown".

// Priors do not take part: the mix of hosts is that of the references.

// TrainOptions steer a training.
type TrainOptions struct {
	Seed   uint64
	Rounds int                           // passes over the batch size below
	Batch  int                           // hosts in a round
	Hold   func(entry int) bool          // entries that play no host, so that they can judge the result; may be nil
	Report func(round int, loss float64) // may be nil
}

// Train moves the family weights of the model m by the references r. The weights for
// versions are set by hand: references of one generation differ too much for their
// makers' choice of names to teach what a kernel's version decides.
func Train(r *References, m *Model, o TrainOptions) {
	t := newTrainer(r, m)
	t.rand = rand.New(rand.NewPCG(o.Seed, 7))
	for round := range o.Rounds {
		loss := 0.0
		n := 0
		for range o.Batch {
			host := t.rand.IntN(len(r.Entries))
			if o.Hold != nil && o.Hold(host) {
				continue
			}
			s := Scenarios[t.rand.IntN(len(Scenarios))]
			seen := Subject(r.Entries[host].Gen2, t.rand)
			loss += t.step(host, Observe(s.Change(seen, r, t.rand)))
			if n++; n%miniBatch == 0 {
				t.move()
			}
		}
		if o.Report != nil {
			o.Report(round, loss/float64(max(n, 1)))
		}
	}
}

const miniBatch = 32

// trainer holds the gradients and moments of Adam (Kingma, Ba 2015) over two numbers
// per feature, the logits of drift and the logarithms of temper, then the focus and
// the weight of the unknown.
type trainer struct {
	w      *Weigher
	m      *Model
	by     *Weights
	rand   *rand.Rand
	grad   []float64
	m1, m2 []float64
	steps  int
	hosts  int
}

func newTrainer(r *References, m *Model) *trainer {
	n := 2*len(Features) + 2
	return &trainer{w: NewWeigher(r, m), m: m, by: &m.Family,
		grad: make([]float64, n), m1: make([]float64, n), m2: make([]float64, n)}
}

// step adds the gradient of one host and gives its loss.
func (t *trainer) step(host int, o *Observation) float64 {
	scores := t.w.Scores(o, t.by)
	scores[host] = math.Inf(-1) // it may not name itself
	known := false              // to another reference
	mine := make([]bool, len(scores))
	families := &t.w.refs.families
	for _, f := range families.of[host] {
		for _, i := range families.members[f] {
			mine[i] = true
			known = known || i != host
		}
	}
	all := make([]float64, len(scores))
	rest := shares(all, scores, t.w.unknown())
	right := 0.0
	for i, p := range all {
		if mine[i] {
			right += p
		}
	}
	if !known {
		right = rest
	}
	right = max(right, 1e-12)
	// Gradient of -log(right) by the score of entry i: p(i), less p(i)/right if i is right.
	pull := all
	for i, p := range all {
		if known && mine[i] {
			pull[i] -= p / right
		}
	}
	t.add(o, pull, scores)
	t.grad[2*len(Features)+1] += rest
	if !known {
		t.grad[2*len(Features)+1]--
	}
	t.hosts++
	return -math.Log(right)
}

// add spreads the pulls on entries over the features.
func (t *trainer) add(o *Observation, pull, scores []float64) {
	refs := t.w.refs
	factor, logRatio := t.by.focus(o)
	raised := 0.0 // what a larger factor would change, times the factor
	for i := range pull {
		if !math.IsInf(scores[i], 0) {
			raised += pull[i] * (scores[i] - refs.Prior[i])
		}
		pull[i] *= factor * refs.Sharpen
	}
	t.grad[2*len(Features)] += raised * logRatio
	t.focused(o, raised*t.by.Focus)
	for test := range o.tests {
		if o.tests[test].known == 0 {
			continue
		}
		tab := &refs.tests[test]
		lines := gather(pull, tab.lineOf, tab.lines)
		for attr := range tab.attrs {
			if !o.tests[test].has(attr) {
				continue
			}
			exprs := gather(lines, tab.attrs[attr].exprOf, tab.attrs[attr].exprs)
			for i := featuresOf[test][attr].first; i < featuresOf[test][attr].end; i++ {
				t.addFeature(i, o.tests[test].values[attr], exprs)
			}
		}
	}
}

// gather sums up pulls by what they have in common.
func gather(pull []float64, of []uint32, n int) []float64 {
	out := make([]float64, n)
	for i, at := range of {
		out[at] += pull[i]
	}
	return out
}

func (t *trainer) addFeature(i int, v sighting, pull []float64) {
	f := &t.w.refs.features[i]
	ok, says := t.w.matches(i, v), t.by.feature(i)
	d, temper := t.by.Drift[i], t.by.Temper[i]
	for n, sum := range gather(pull, f.of, len(f.claims)) {
		if n == 0 { // of records that do not say
			continue
		}
		ratio := says.ratio(ok[n], &f.claims[n])
		switch {
		case ratio == 0: // bounded
		case ok[n]:
			t.grad[2*i] -= sum * temper * d // by logit drift
		default:
			t.grad[2*i] += sum * temper * (1 - d)
		}
		t.grad[2*i+1] += sum * ratio // by log temper
	}
}

// focused adds what tempers do by way of the focus: one of a feature that was seen
// lowers the factor, one of another raises it.
func (t *trainer) focused(o *Observation, pull float64) {
	all, known := t.by.tempers(o)
	if known == 0 {
		return
	}
	for i, temper := range t.by.Temper {
		t.grad[2*i+1] += pull * temper / all
		if o.knows(Features[i]) {
			t.grad[2*i+1] -= pull * temper / known
		}
	}
}

// move makes one step of Adam with the mean gradient.
func (t *trainer) move() {
	const beta1, beta2, epsilon = 0.9, 0.999, 1e-8
	rate := 0.03 / (1 + float64(t.steps)/300)
	t.steps++
	for i := range t.grad {
		g := t.grad[i] / float64(max(t.hosts, 1))
		t.grad[i] = 0
		t.m1[i] = beta1*t.m1[i] + (1-beta1)*g
		t.m2[i] = beta2*t.m2[i] + (1-beta2)*g*g
		a := t.m1[i] / (1 - math.Pow(beta1, float64(t.steps)))
		b := t.m2[i] / (1 - math.Pow(beta2, float64(t.steps)))
		t.shift(i, -rate*a/(math.Sqrt(b)+epsilon))
	}
	t.hosts = 0
	t.w.forget()
}

func (t *trainer) shift(i int, by float64) {
	f := i / 2
	switch {
	case i == 2*len(Features):
		t.by.Focus = min(max(t.by.Focus+by, 0), maxFocus)
	case i > 2*len(Features):
		t.m.Unknown += by
	case i%2 == 0:
		logit := math.Log(t.by.Drift[f]/(1-t.by.Drift[f])) + by
		t.by.Drift[f] = min(max(1/(1+math.Exp(-logit)), minDrift), maxDrift)
	default:
		t.by.Temper[f] = min(max(t.by.Temper[f]*math.Exp(by), 0.001), maxTemper)
	}
}
