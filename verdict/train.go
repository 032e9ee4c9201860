package verdict

import (
	"math"
	"math/rand/v2"
)

// Training of a model: every reference in turn plays a host, in one of the
// scenarios, and the others are asked for its family. The model is moved so that
// the right family gets more of the probability (neighbourhood components analysis,
// Goldberger et al. 2004, with probabilities in place of distances). Hosts whose
// family no other reference has teach when to say "unknown".

// TrainOptions steer a training.
type TrainOptions struct {
	Seed   uint64
	Rounds int                           // passes over the batch size below
	Batch  int                           // hosts in a round
	Hold   func(entry int) bool          // entries that play no host, so that they can judge the result; may be nil
	Report func(round int, loss float64) // may be nil
}

// Train moves the model m by the references r.
func Train(r *References, m *Model, o TrainOptions) {
	t := newTrainer(r, m, o)
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
// per feature, the logits of drift and the logarithms of temper, and the unknown.
type trainer struct {
	w        *Weigher
	m        *Model
	o        TrainOptions
	rand     *rand.Rand
	families [][]string
	byFamily map[string]int // entries
	grad     []float64
	m1, m2   []float64
	steps    int
	hosts    int
}

func newTrainer(r *References, m *Model, o TrainOptions) *trainer {
	n := 2*len(Features) + 2
	t := &trainer{w: NewWeigher(r, m), m: m, o: o, rand: rand.New(rand.NewPCG(o.Seed, 7)), byFamily: map[string]int{},
		grad: make([]float64, n), m1: make([]float64, n), m2: make([]float64, n)}
	for _, e := range r.Entries {
		f := familiesOf(e)
		t.families = append(t.families, f)
		for _, name := range f {
			t.byFamily[name]++
		}
	}
	return t
}

// step adds the gradient of one host and gives its loss.
func (t *trainer) step(host int, o Observation) float64 {
	scores := t.w.Scores(o)
	scores[host] = math.Inf(-1) // it may not name itself
	all, rest := shares(scores, t.w.unknown())
	right := 0.0
	truth := map[string]bool{}
	known := false
	for _, f := range t.families[host] {
		truth[f] = true
		known = known || t.byFamily[f] > 1
	}
	mine := make([]bool, len(all))
	for i := range all {
		for _, f := range t.families[i] {
			mine[i] = mine[i] || truth[f]
		}
		if known && mine[i] {
			right += all[i]
		}
	}
	if !known {
		right = rest
	}
	right = max(right, 1e-12)
	// Gradient of -log(right) by the score of entry i: all[i] - [i is right] all[i]/right.
	pull := make([]float64, len(all))
	for i, p := range all {
		pull[i] = p
		if known && mine[i] {
			pull[i] -= p / right
		}
	}
	factor, logRatio := t.m.focus(o)
	for i := range pull {
		if !math.IsInf(scores[i], 0) {
			t.grad[2*len(Features)+1] += pull[i] * (scores[i] - t.w.refs.Prior[i]) * logRatio
		}
		pull[i] *= factor
	}
	t.add(o, pull)
	g := rest
	if !known {
		g -= 1
	}
	t.grad[2*len(Features)] += g
	t.hosts++
	return -math.Log(right)
}

// add spreads the pulls on entries over the features.
func (t *trainer) add(o Observation, pull []float64) {
	var sums []float64
	for i := range Features {
		if !o.known[i] {
			continue
		}
		c := &t.w.refs.columns[i]
		ok := t.w.matches(i, o.values[i])
		sums = append(sums[:0], make([]float64, len(c.exprs)+1)...)
		for e, at := range c.of {
			sums[at] += pull[e]
		}
		d, temper := t.m.Drift[i], t.m.Temper[i]
		for j, sum := range sums[1:] {
			says := t.m.says(i, ok[j], c.exprs[j].rare)
			t.grad[2*i+1] += sum * says // by log temper
			if ok[j] {
				t.grad[2*i] -= sum * temper * d // by logit drift
			} else {
				t.grad[2*i] += sum * temper * (1 - d)
			}
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
}

func (t *trainer) shift(i int, by float64) {
	f := i / 2
	switch {
	case i == 2*len(Features):
		t.m.Unknown += by
	case i > 2*len(Features):
		t.m.Focus = min(max(t.m.Focus+by, 0), 3)
	case i%2 == 0:
		logit := math.Log(t.m.Drift[f]/(1-t.m.Drift[f])) + by
		t.m.Drift[f] = min(max(1/(1+math.Exp(-logit)), minDrift), maxDrift)
	default:
		t.m.Temper[f] = min(max(t.m.Temper[f]*math.Exp(by), 0.001), 2)
	}
}
