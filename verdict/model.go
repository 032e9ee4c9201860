package verdict

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"whorl/data"
	"whorl/method/gen2"
)

// Model says how much each feature counts. It is trained from references (Train) and
// kept as a text file in data/.
type Model struct {
	Family  Weights // for telling families apart
	Version Weights // for telling versions of one family apart
	// Unknown is the weight of "no record describes this" against all records together,
	// in natural logarithms.
	Unknown float64
}

// Weights are the numbers of all features for one question.
type Weights struct {
	// Drift is how often a feature of a host differs from the record of its own
	// system: settings, memory, chance, sloppy records.
	Drift []float64
	// Temper shrinks what a feature says, as features repeat one another: 1 for one
	// that is alone, near 0 for one that adds nothing to the others.
	Temper []float64
	// Focus says how much more each feature counts when few were seen, as fewer repeat
	// it: the score is multiplied by (all tempers / tempers of what was seen) ^ Focus.
	Focus float64
}

// NewModel is the untrained model.
func NewModel() *Model {
	return &Model{Family: evenWeights(), Version: versionWeights(), Unknown: -4}
}

// evenWeights let every feature drift a little and count a little.
func evenWeights() Weights {
	w := Weights{Drift: make([]float64, len(Features)), Temper: make([]float64, len(Features)), Focus: 0.3}
	for i := range Features {
		w.Drift[i], w.Temper[i] = 0.1, 0.2
	}
	return w
}

// versionWeights tell versions of one family apart. What a release decides counts much
// and hardly drifts: the law of the window, the layout of the options, the clock. What
// anybody can set or memory decides counts little.
func versionWeights() Weights {
	w := evenWeights()
	w.Focus = 0
	for i, f := range Features {
		drift, temper := 0.05, 0.1
		form := gen2.Tests[f.Test]
		switch name := form.Attrs[f.Attr].Name; {
		case f.Aspect == Scale:
			drift, temper = 0.3, 0.1
		case f.Aspect == MSS:
			drift, temper = 0.3, 0.02
		case f.Test == gen2.TestWIN, f.Test == gen2.TestECN && name == "W":
			drift, temper = 0.02, 0.3
		case f.Aspect == Layout && f.Test <= gen2.TestECN:
			drift, temper = 0.05, 0.15
		case f.Test == gen2.TestSEQ && name == "TS":
			drift, temper = 0.02, 0.8
		case name == "T" || name == "TG":
			drift, temper = 0.1, 0.02
		case f.Test == gen2.TestSEQ:
			drift, temper = 0.1, 0.2
		}
		w.Drift[i], w.Temper[i] = drift, temper
	}
	return w
}

// AppendTo writes the model as text to the end of b: a line for each feature, its
// numbers with four digits after the point.
func (m *Model) AppendTo(b []byte) []byte {
	b = append(b, "# How much each feature counts; see verdict/model.go. Made by whorl db train.\n"+
		"# feature, drift and temper for the family, drift and temper for the version\n"...)
	b = fmt.Appendf(b, "unknown %.3f\nfocus %.3f %.3f\n", m.Unknown, m.Family.Focus, m.Version.Focus)
	for i, f := range Features {
		b = fmt.Appendf(b, "%s %.4f %.4f %.4f %.4f\n", f, m.Family.Drift[i], m.Family.Temper[i], m.Version.Drift[i], m.Version.Temper[i])
	}
	return b
}

// String is the model as text.
func (m *Model) String() string { return string(m.AppendTo(nil)) }

// Embedded is the model that is part of the program.
func Embedded() *Model {
	m, err := ParseModel(bytes.NewReader(data.Model), "model.txt")
	if err != nil { // a test keeps this from happening
		panic(err)
	}
	return m
}

// ParseModel reads what AppendTo writes. Features that are missing keep the values of
// an untrained model, and so do those of a line that cannot be read; the error names
// all such lines.
func ParseModel(r io.Reader, file string) (*Model, error) {
	m := NewModel()
	index := map[string]int{}
	for i, f := range Features {
		index[f.String()] = i
	}
	var errs []error
	sc := bufio.NewScanner(r)
	n := 1
	for ; sc.Scan(); n++ {
		text, _, _ := strings.Cut(sc.Text(), "#")
		words := strings.Fields(text)
		if len(words) == 0 {
			continue
		}
		if err := m.parseLine(words[0], words[1:], index); err != nil {
			errs = append(errs, fmt.Errorf("verdict: %s:%d: %w", file, n, err))
		}
	}
	if err := sc.Err(); err != nil {
		errs = append(errs, fmt.Errorf("verdict: %s:%d: %w", file, n, err))
	}
	return m, errors.Join(errs...)
}

// field is a number of a line, and what it may be.
type field struct {
	to     *float64
	lo, hi float64
}

func (m *Model) parseLine(name string, words []string, index map[string]int) error {
	switch name {
	case "unknown":
		return parseNumbers(name, words, field{&m.Unknown, -maxUnknown, maxUnknown})
	case "focus":
		return parseNumbers(name, words, field{&m.Family.Focus, 0, maxFocus}, field{&m.Version.Focus, 0, maxFocus})
	}
	i, ok := index[name]
	if !ok {
		return fmt.Errorf("unknown feature %.40q", name)
	}
	return parseNumbers(name, words,
		field{&m.Family.Drift[i], minDrift, maxDrift}, field{&m.Family.Temper[i], 0, maxTemper},
		field{&m.Version.Drift[i], minDrift, maxDrift}, field{&m.Version.Temper[i], 0, maxTemper})
}

// parseNumbers sets all fields or none.
func parseNumbers(name string, words []string, fields ...field) error {
	if len(words) != len(fields) {
		return fmt.Errorf("%s: %d numbers, want %d", name, len(words), len(fields))
	}
	values := make([]float64, len(fields))
	for i, f := range fields {
		v, err := strconv.ParseFloat(words[i], 64)
		if err != nil || !(f.lo <= v && v <= f.hi) { // not a number is neither
			return fmt.Errorf("%s: %.40q is not a number from %v to %v", name, words[i], f.lo, f.hi)
		}
		values[i] = v
	}
	for i, f := range fields {
		*f.to = values[i]
	}
	return nil
}

// Bounds of what is trained, so that nothing is ever impossible or certain.
const (
	minDrift  = 0.001
	maxDrift  = 0.6
	maxTemper = 2
	maxFocus  = 3
	// maxUnknown bounds the weight of the unknown, either way.
	maxUnknown = 100
)

// focus is the factor for an observation, and the logarithm that its exponent is of.
func (w *Weights) focus(o *Observation) (factor, logRatio float64) {
	all, known := w.tempers(o)
	if known == 0 {
		return 1, 0
	}
	logRatio = math.Log(all / known)
	return math.Exp(w.Focus * logRatio), logRatio
}

// tempers sums them up: of all features, and of those that were seen.
func (w *Weights) tempers(o *Observation) (all, known float64) {
	for i, t := range w.Temper {
		all += t
		if o.knows(Features[i]) {
			known += t
		}
	}
	return all, known
}
