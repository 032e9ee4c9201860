package backoff

import (
	"math"
	"slices"
)

// Weights are the likelihoods of runs under the schedules of a [Ranker], computed once for
// all that is asked of them. They must not be used from two goroutines at once.
type Weights struct {
	*Ranker
	runs   []Run      // those whose first segment was seen
	views  []*view    // the same
	parts  []float64  // as which each counts; all that follows is so scaled
	logs   [][]scores // of each run, by schedule; never: it is of another kind of state
	floors []float64  // of each run: what is below it need not be known; see bound
	fits   []float64  // of each run under no schedule that is known
	fitted []Schedule
	asSYN  [][]scores // of each run, by schedule of SYN-ACKs, if FINs are repeated as those
	found  []weighed
}

// hopeless is how much less likely than the best a schedule is, as a logarithm, whose
// likelihood need not be known.
const hopeless = 20

// matters is the least difference of two logarithms of likelihoods that does.
const matters = 0.001

// everything is a figure as hopeless that leaves nothing out.
const everything = 1e9

// Weigh computes the likelihoods of runs. Those of schedules that are hopeless are left
// out unless a record is hopeless in one state and the best in another, so that they
// decide.
func (r *Ranker) Weigh(runs []Run) *Weights {
	w := &Weights{Ranker: r}
	for i := range runs {
		if run := &runs[i]; run.Seen {
			s, fit := Fit(run, r.params)
			w.runs, w.fits, w.fitted = append(w.runs, *run), append(w.fits, fit), append(w.fitted, s)
			w.views = append(w.views, r.params.view(run))
		}
	}
	w.parts = together(w.runs)
	w.logs, w.floors = make([][]scores, len(w.runs)), make([]float64, len(w.runs))
	for i, part := range w.parts {
		w.fits[i] *= part
	}
	if w.compute(hopeless); !w.enough() {
		w.compute(everything)
	}
	return w
}

// compute works out the likelihoods of all runs.
func (w *Weights) compute(hopeless float64) {
	for i, part := range w.parts {
		w.logs[i], w.floors[i] = w.Ranker.compute(w.views[i], hopeless)
		w.floors[i] *= part
		for n := range w.logs[i] {
			w.logs[i][n] = w.logs[i][n].counted(part)
		}
	}
	w.weigh()
}

// enough reports whether what was left out of the likelihoods decides nothing: no record
// of which something was left out could be near the best.
func (w *Weights) enough() bool {
	best := math.Inf(-1)
	for _, f := range w.found {
		best = max(best, f.log)
	}
	return !slices.ContainsFunc(w.found, func(f weighed) bool { return f.most > f.log+matters && f.most > best-hopeless/2 })
}

// Runs are those that were weighed.
func (w *Weights) Runs() []Run { return w.runs }

// Under is the logarithm of the likelihood of a run under a record, each of its schedules
// as likely as the others, and the schedule that explains it best; nil: the record does not
// tell of the state. A likelihood that is hopeless is not known, and larger than it is.
func (w *Weights) Under(record, run int) (l float64, best *Schedule) {
	all, i := w.members[record].under(w.runs[run].State, w.logs[run])
	if i < 0 {
		return 0, nil
	}
	return max(w.params.mixed(all), w.floors[run]), &w.schedules[i]
}

// Fit is the same under the schedule that fits it, of no record.
func (w *Weights) Fit(run int) float64 { return w.fits[run] }

// Against is how much less likely the runs are under each record than under the best that
// tell of the same states: logarithms. A record that does not tell of a state is as good
// there as the best of those that do; told is that it tells of any. Records below 0 tell of
// none.
func (w *Weights) Against(records []int) (logs []float64, told []bool) {
	logs, told = make([]float64, len(records)), make([]bool, len(records))
	all, best := make([]scores, len(records)), scores{}
	for run := range w.runs {
		seen, tells, top := make([]scores, len(records)), make([]bool, len(records)), never
		for n, record := range records {
			if record < 0 {
				continue
			}
			l, i := w.members[record].under(w.runs[run].State, w.logs[run])
			if i >= 0 {
				seen[n], tells[n], told[n], top = l, true, true, top.atLeast(l)
			}
		}
		if top == never {
			continue
		}
		best = best.and(top)
		for n := range records {
			if !tells[n] {
				seen[n] = top
			}
			all[n] = all[n].and(seen[n])
		}
	}
	most := w.params.mixed(best)
	for n := range all {
		if told[n] {
			logs[n] = w.params.mixed(all[n]) - most
		}
	}
	return logs, told
}

// bound is what the scores of a run are at most that are not known.
func (w *Weights) bound(run int) (s scores) {
	for i, c := range w.params.Conditions {
		s[i] = w.floors[run] - math.Log(c.Share)
	}
	return s
}

// compute gives the scores of a run under each schedule that a record may have for it, and
// the floor below which they are not known: the best less that. Schedules to which more of
// the run is strange than to others are as good as nothing.
func (r *Ranker) compute(v *view, hopeless float64) (logs []scores, floor float64) {
	logs = slices.Repeat([]scores{never}, len(r.schedules))
	floor = math.Inf(-1)
	trials, rough := make([]trial, len(r.schedules)), make([]float64, len(r.schedules))
	of := r.candidates(v)
	for _, i := range of {
		trials[i] = v.central(&r.laws[i], v.seenTrip, floor)
		logs[i], rough[i] = trials[i].scores, v.mixed(trials[i].scores)
		floor = max(floor, rough[i]-hopeless)
	}
	for _, i := range of {
		if least := floor + hopeless/4; rough[i] > least || math.IsInf(floor, -1) {
			v.refine(&trials[i], least)
			logs[i] = trials[i].scores
		}
	}
	return logs, floor
}
