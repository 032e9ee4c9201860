package backoff

import (
	"cmp"
	"math"
	"slices"
)

// Weights are the likelihoods of runs under the schedules of a [Ranker], computed once for
// all that is asked of them. They are only read once made.
type Weights struct {
	*Ranker
	runs   []Run       // those whose first segment was seen
	logs   [][]float64 // of each run, by schedule; -Inf: it is of another kind of state
	floors []float64   // of each run: a likelihood below it is at most that, and may be -Inf
	fits   []float64   // of each run under no schedule that is known
	fitted []Schedule
	asSYN  [][]float64 // of each run, by schedule of SYN-ACKs, if FINs are repeated as those
	found  []weighed
}

// hopeless is how much less likely than the best a schedule is, as a logarithm, whose
// likelihood need not be known.
const hopeless = 20

// everything is a figure as hopeless that leaves nothing out.
const everything = 1e9

// Weigh computes the likelihoods of runs. Those of schedules that are hopeless are left
// out unless a record is hopeless in one state and the best in another, so that they
// decide.
func (r *Ranker) Weigh(runs []Run) *Weights {
	w := &Weights{Ranker: r}
	for i := range runs {
		if run := &runs[i]; run.Seen {
			logs, floor := r.compute(run, hopeless)
			s, fit := Fit(run, r.params)
			w.runs, w.logs, w.floors = append(w.runs, *run), append(w.logs, logs), append(w.floors, floor)
			w.fits, w.fitted = append(w.fits, fit), append(w.fitted, s)
		}
	}
	w.weigh()
	if !w.enough() {
		for i := range w.runs {
			w.logs[i], w.floors[i] = r.compute(&w.runs[i], everything)
		}
		w.weigh()
	}
	return w
}

// enough reports whether what was left out of the likelihoods decides nothing: no record
// of which something was left out could be near the best.
func (w *Weights) enough() bool {
	best := math.Inf(-1)
	for _, f := range w.found {
		best = max(best, f.log)
	}
	return !slices.ContainsFunc(w.found, func(f weighed) bool { return f.most > f.log && f.most > best-hopeless/2 })
}

// Runs are those that were weighed.
func (w *Weights) Runs() []Run { return w.runs }

// Under is the logarithm of the likelihood of a run under a record, each of its schedules
// as likely as the others; -Inf, or less than it is, if it is hopeless. ok is false if the
// record does not tell of the state.
func (w *Weights) Under(record, run int) (l float64, ok bool) {
	l, best := w.members[record].under(w.runs[run].State, w.logs[run])
	return l, best >= 0
}

// compute gives the likelihood of a run under each schedule that a record may have for
// it, and the floor below which it is not known: the best less that. Schedules to which
// more of the run is strange than to others are as good as nothing.
func (r *Ranker) compute(run *Run, hopeless float64) (logs []float64, floor float64) {
	logs = make([]float64, len(r.schedules))
	for i := range logs {
		logs[i] = math.Inf(-1)
	}
	floor = math.Inf(-1)
	trials := make([]trial, len(r.schedules))
	of := r.candidates(run)
	for _, i := range of {
		trials[i] = r.params.central(&r.schedules[i], run, r.params.seenTrip(run), floor)
		logs[i] = trials[i].rough(r.params)
		floor = max(floor, logs[i]-hopeless)
	}
	for _, i := range of {
		if least := floor + hopeless/2; logs[i] > least || math.IsInf(floor, -1) {
			logs[i] = r.params.given(&r.schedules[i], &trials[i], least)
		}
	}
	return logs, floor
}

// candidates are the schedules to which the least of a run is strange, best first.
func (r *Ranker) candidates(run *Run) (out []int) {
	strange := make([]int, len(r.schedules))
	least := MaxCopies
	for _, i := range r.tell[run.State] {
		strange[i] = r.schedules[i].strange(run, r.params)
		least = min(least, strange[i])
	}
	out = slices.DeleteFunc(slices.Clone(r.tell[run.State]), func(i int) bool { return strange[i] >= least+mostStrange })
	slices.SortStableFunc(out, func(a, b int) int { return cmp.Compare(strange[a], strange[b]) })
	return out
}
