package verdict

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// nudge moves one of the numbers that a training moves, in the order of its gradient, each
// as the gradient takes it: logits of drifts, logarithms of tempers.
func nudge(m *Model, i int, by float64) {
	f := i / 2
	switch {
	case i == 2*len(Features):
		m.Family.Focus += by
	case i > 2*len(Features):
		m.Unknown += by
	case i%2 == 0:
		logit := math.Log(m.Family.Drift[f]/(1-m.Family.Drift[f])) + by
		m.Family.Drift[f] = 1 / (1 + math.Exp(-logit))
	default:
		m.Family.Temper[f] *= math.Exp(by)
	}
}

// The gradient is the slope of the loss, measured by moving each number a little.
func TestGradient(t *testing.T) {
	refs := NewReferences(toy(t))
	for _, host := range []int{0, 2} { // one whose family has another record, one without
		seen := Subject(refs.Entries[host].Gen2, rand.New(rand.NewPCG(1, 1)))
		o := Observe(seen[:len(seen)-1]) // not all was seen, so that the focus counts
		loss := func(m *Model) float64 { return newTrainer(refs, m).step(host, o) }
		m := NewModel()
		tr := newTrainer(refs, m)
		tr.step(host, o)
		moved := 0
		for i, got := range tr.grad {
			const h = 1e-5
			up, down := NewModel(), NewModel()
			nudge(up, i, h)
			nudge(down, i, -h)
			want := (loss(up) - loss(down)) / (2 * h)
			if math.Abs(got-want) > 1e-6*max(1, math.Abs(want)) {
				t.Errorf("host %d: number %d: %v, measured %v", host, i, got, want)
			}
			if got != 0 {
				moved++
			}
		}
		if moved < 20 {
			t.Errorf("host %d: only %d numbers count", host, moved)
		}
	}
}

func TestTraining(t *testing.T) {
	refs := NewReferences(withGen2(embedded(t)))
	train := func(seed uint64) (*Model, []float64) {
		var losses []float64
		m := NewModel()
		Train(refs, m, TrainOptions{Seed: seed, Rounds: 6, Batch: 192, Report: func(_ int, loss float64) { losses = append(losses, loss) }})
		return m, losses
	}
	m, losses := train(1)
	if first, last := losses[0], losses[len(losses)-1]; last > 0.9*first {
		t.Errorf("the loss does not fall: %v", losses)
	}
	again, _ := train(1)
	if d := cmp.Diff(m, again); d != "" {
		t.Error("a second training differs:", d)
	}
	if other, _ := train(2); cmp.Equal(m, other) {
		t.Error("the seed does not count")
	}
	if d := cmp.Diff(NewModel().Version, m.Version); d != "" {
		t.Error("the weights for versions were moved:", d)
	}
	for i := range Features {
		if d, k := m.Family.Drift[i], m.Family.Temper[i]; d < minDrift || d > maxDrift || k <= 0 || k > maxTemper {
			t.Errorf("%v: drift %v, temper %v", Features[i], d, k)
		}
	}
}

func TestHeldBackTeachNothing(t *testing.T) {
	m := NewModel()
	Train(NewReferences(toy(t)), m, TrainOptions{Rounds: 1, Batch: 100, Hold: func(int) bool { return true }})
	if d := cmp.Diff(NewModel(), m); d != "" {
		t.Error(d)
	}
}
