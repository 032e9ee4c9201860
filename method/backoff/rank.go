package backoff

import (
	"cmp"
	"math"
	"slices"
)

// Ranker weighs runs against many records. Equal schedules are computed once. It is
// only read once made.
type Ranker struct {
	params    Params
	schedules []Schedule // different ones
	leader    []int      // of each schedule, the first that it is Alike
	members   []member
}

// member is one record.
type member struct {
	schedules [NumStates][]int
}

// Group is the records that timing cannot tell apart, as their schedules are alike.
type Group struct {
	Schedules []Schedule // one for each run, that of the first member
	Records   []int      // indexes of the records, the most likely first
	Posterior float64
}

// Ranking is what runs say of the records, and of none of them.
type Ranking struct {
	Groups  []Group // the most likely first
	Unknown float64 // posterior of a schedule that no record has

	// Fitted are the schedules of the runs if no record explains them: lines to
	// submit. Nil if one does.
	Fitted []Schedule
}

// NewRanker prepares records. Nil ones are allowed and never in a group.
func NewRanker(records []Reference, p Params) *Ranker {
	r := &Ranker{params: p}
	seen := map[string]int{}
	for _, record := range records {
		var m member
		for i := range record {
			s := &record[i]
			key := s.Line().String()
			at, ok := seen[key]
			if !ok {
				at = len(r.schedules)
				seen[key] = at
				r.schedules = append(r.schedules, *s)
				r.leader = append(r.leader, slices.IndexFunc(r.schedules, func(t Schedule) bool { return s.Alike(&t) }))
			}
			m.schedules[s.State] = append(m.schedules[s.State], at)
		}
		r.members = append(r.members, m)
	}
	return r
}

// Rank weighs the runs whose first segment was seen. A record that says nothing of a
// state is as good there as the unknown schedule; one that says nothing of any is left
// out.
func (r *Ranker) Rank(runs []Run) Ranking {
	var out Ranking
	logs := map[int]float64{}
	var fits []float64
	var seen []Run
	var fitted []Schedule
	for i := range runs {
		if !runs[i].Seen {
			continue
		}
		run := &runs[i]
		r.compute(run, logs)
		s, l := Fit(run, r.params)
		fits, seen, fitted = append(fits, l), append(seen, *run), append(fitted, s)
	}
	if len(seen) == 0 {
		return out
	}
	found := r.weigh(seen, fits, logs)
	out.Groups, out.Unknown = r.group(found, fits)
	best := math.Inf(-1)
	for _, w := range found {
		best = max(best, w.log)
	}
	total := 0.0
	for _, l := range fits {
		total += l
	}
	if total > best+math.Log(r.params.UnknownFactor) {
		out.Fitted = fitted
	}
	return out
}

// hopeless is how much less likely than the best a schedule is, as a logarithm, of
// which only the rough likelihood is computed.
const hopeless = 16

// compute adds the likelihoods of all schedules of a state.
func (r *Ranker) compute(run *Run, logs map[int]float64) {
	best := math.Inf(-1)
	for i := range r.schedules {
		if s := &r.schedules[i]; s.State == run.State.record() {
			logs[i] = roughly(s, run, r.params)
			best = max(best, logs[i])
		}
	}
	for i := range r.schedules {
		if s := &r.schedules[i]; s.State == run.State.record() && logs[i] > best-hopeless {
			logs[i] = LogLikelihood(s, run, r.params)
		}
	}
}

// weighed is the likelihood of one record.
type weighed struct {
	record    int
	log       float64
	schedules []int // the best of each run; -1: none
}

func (r *Ranker) weigh(runs []Run, fits []float64, logs map[int]float64) (out []weighed) {
	for i := range r.members {
		w, known := weighed{record: i}, false
		for j := range runs {
			schedules := r.members[i].schedules[runs[j].State.record()]
			best, l := -1, math.Inf(-1)
			for _, s := range schedules {
				l = logAdd(l, logs[s])
				if best < 0 || logs[s] > logs[best] {
					best = s
				}
			}
			if best < 0 {
				l = fits[j]
			} else {
				l -= math.Log(float64(len(schedules)))
				known = true
			}
			w.log += l
			w.schedules = append(w.schedules, best)
		}
		if known {
			out = append(out, w)
		}
	}
	return out
}

// group adds up the records whose best schedules are alike.
func (r *Ranker) group(found []weighed, fits []float64) (groups []Group, unknown float64) {
	unknown = math.Log(r.params.Unknown)
	for _, l := range fits {
		unknown += l
	}
	prior := math.Log((1 - r.params.Unknown) / max(float64(len(found)), 1))
	total := unknown
	for i := range found {
		found[i].log += prior
		total = logAdd(total, found[i].log)
	}
	slices.SortStableFunc(found, func(a, b weighed) int { return cmp.Compare(b.log, a.log) })
	var keys [][]int
	for _, w := range found {
		key := make([]int, len(w.schedules))
		for i, s := range w.schedules {
			if key[i] = s; s >= 0 {
				key[i] = r.leader[s]
			}
		}
		at := slices.IndexFunc(keys, func(k []int) bool { return slices.Equal(k, key) })
		if at < 0 {
			at = len(keys)
			keys = append(keys, key)
			g := Group{}
			for _, s := range w.schedules {
				if s >= 0 {
					g.Schedules = append(g.Schedules, r.schedules[s])
				}
			}
			groups = append(groups, g)
		}
		groups[at].Records = append(groups[at].Records, w.record)
		groups[at].Posterior += math.Exp(w.log - total)
	}
	slices.SortStableFunc(groups, func(a, b Group) int { return cmp.Compare(b.Posterior, a.Posterior) })
	return groups, math.Exp(unknown - total)
}
