package backoff

import (
	"fmt"
	"math"

	"whorl/method"
)

// Reference is what a database record says of the method. A state may have several
// schedules: of versions, of settings. Nil says nothing.
type Reference []Schedule

// NewReference reads the lines of a record. Lines of other methods are passed over.
// What cannot be understood is reported and left out; all else is there.
func NewReference(lines []method.Line) (r Reference, errs []error) {
	for _, l := range lines {
		if !Has(l.Test) {
			continue
		}
		s, err := newSchedule(l)
		if err != nil {
			errs = append(errs, fmt.Errorf("backoff: %s: %w", l.Test, err))
			continue
		}
		r = append(r, s)
	}
	return r, errs
}

// Has reports whether the record has a schedule of the state.
func (r Reference) Has(s State) bool {
	for i := range r {
		if r[i].State == s.record() {
			return true
		}
	}
	return false
}

// Nearest is the schedule under which a run is likeliest, nil if there is none of its
// state.
func (r Reference) Nearest(run *Run, p Params) (nearest *Schedule) {
	best := math.Inf(-1)
	for i := range r {
		if r[i].State != run.State.record() {
			continue
		}
		if l := LogLikelihood(&r[i], run, p); nearest == nil || l > best {
			nearest, best = &r[i], l
		}
	}
	return nearest
}

// LogLikelihood is that of a run under all schedules of its state, each as likely as
// the others. ok is false if there are none.
func (r Reference) LogLikelihood(run *Run, p Params) (l float64, ok bool) {
	l = math.Inf(-1)
	n := 0.0
	for i := range r {
		if r[i].State == run.State.record() {
			l = logAdd(l, LogLikelihood(&r[i], run, p))
			n++
		}
	}
	return l - math.Log(max(n, 1)), n > 0
}
