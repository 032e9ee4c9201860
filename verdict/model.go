package verdict

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// Model says how much each feature counts. It is trained from references (Train) and
// kept as a text file in data/.
type Model struct {
	// Drift is how often a feature of a host differs from the record of its own
	// system: settings, memory, chance, sloppy records.
	Drift []float64
	// Temper shrinks what a feature says, as features repeat one another: 1 for one
	// that is alone, near 0 for one that adds nothing to the others.
	Temper []float64
	// Focus says how much more each feature counts when few were seen, as fewer repeat
	// it: the score is multiplied by (all tempers / tempers of what was seen) ^ Focus.
	Focus float64
	// Unknown is the weight of "no record describes this" against all records together,
	// in natural logarithms.
	Unknown float64
}

// NewModel is the untrained model: every feature drifts a little and counts a little.
func NewModel() *Model {
	m := &Model{Drift: make([]float64, len(Features)), Temper: make([]float64, len(Features)), Unknown: -4, Focus: 0.3}
	for i := range Features {
		m.Drift[i], m.Temper[i] = 0.1, 0.2
	}
	return m
}

// AppendTo writes the model as text: a line for each feature.
func (m *Model) AppendTo(b []byte) []byte {
	b = append(b, "# How much each feature counts; see verdict/model.go. Made by whorl db train.\n# feature drift temper\n"...)
	b = fmt.Appendf(b, "unknown %.3f\nfocus %.3f\n", m.Unknown, m.Focus)
	for i, f := range Features {
		b = fmt.Appendf(b, "%s %.4f %.4f\n", f, m.Drift[i], m.Temper[i])
	}
	return b
}

// ParseModel reads what AppendTo writes. Features that are missing keep the values of
// an untrained model.
func ParseModel(r io.Reader, file string) (*Model, error) {
	m := NewModel()
	index := map[string]int{}
	for i, f := range Features {
		index[f.String()] = i
	}
	sc := bufio.NewScanner(r)
	for n := 1; sc.Scan(); n++ {
		text, _, _ := strings.Cut(sc.Text(), "#")
		words := strings.Fields(text)
		if len(words) == 0 {
			continue
		}
		if err := m.parseLine(words, index); err != nil {
			return nil, fmt.Errorf("verdict: %s:%d: %w", file, n, err)
		}
	}
	return m, sc.Err()
}

func (m *Model) parseLine(words []string, index map[string]int) (err error) {
	number := func(i int, lo, hi float64) (v float64) {
		if i >= len(words) {
			err = fmt.Errorf("%s: a number is missing", words[0])
			return 0
		}
		v, bad := strconv.ParseFloat(words[i], 64)
		if bad != nil || math.IsNaN(v) || v < lo || v > hi {
			err = fmt.Errorf("%s: %q is not a number from %v to %v", words[0], words[i], lo, hi)
		}
		return v
	}
	switch words[0] {
	case "unknown":
		m.Unknown = number(1, -100, 100)
		return err
	case "focus":
		m.Focus = number(1, 0, 3)
		return err
	}
	i, ok := index[words[0]]
	if !ok {
		return fmt.Errorf("unknown feature %.40q", words[0])
	}
	m.Drift[i], m.Temper[i] = number(1, minDrift, maxDrift), number(2, 0, 10)
	return err
}

// Bounds of drift, so that nothing is ever impossible or certain.
const (
	minDrift = 0.001
	maxDrift = 0.6
)

// focus is the factor for an observation.
func (m *Model) focus(o Observation) (factor, logRatio float64) {
	all, known := 0.0, 0.0
	for i, t := range m.Temper {
		all += t
		if o.known[i] {
			known += t
		}
	}
	if known == 0 {
		return 1, 0
	}
	logRatio = math.Log(all / known)
	return math.Exp(m.Focus * logRatio), logRatio
}
