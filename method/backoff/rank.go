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
	Groups  []Group   // the most likely first
	Records []float64 // posterior of each record
	Unknown float64   // of a schedule that no record has

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
// state may follow any schedule there (untold.go); one that says nothing of any is left
// out.
func (r *Ranker) Rank(runs []Run) Ranking {
	var out Ranking
	var logs [][]float64
	var fits []float64
	var seen []Run
	var fitted []Schedule
	for i := range runs {
		if !runs[i].Seen {
			continue
		}
		run := &runs[i]
		logs = append(logs, r.compute(run))
		s, l := Fit(run, r.params)
		fits, seen, fitted = append(fits, l), append(seen, *run), append(fitted, s)
	}
	if len(seen) == 0 {
		return out
	}
	found := r.weigh(seen, fits, logs)
	out.Records = make([]float64, len(r.members))
	out.Groups, out.Unknown = r.group(found, fits, out.Records)
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

// compute gives the likelihood of a run under each schedule that a record may have for
// it; others are as good as nothing.
func (r *Ranker) compute(run *Run) []float64 {
	logs, strange := make([]float64, len(r.schedules)), make([]int, len(r.schedules))
	least := MaxCopies
	for i := range r.schedules {
		logs[i] = math.Inf(-1)
		if s := &r.schedules[i]; s.State.fin() == run.State.fin() {
			strange[i] = s.strange(run, r.params)
			least = min(least, strange[i])
		}
	}
	best := math.Inf(-1)
	for i := range r.schedules {
		if s := &r.schedules[i]; s.State.fin() == run.State.fin() && strange[i] < least+mostStrange {
			logs[i] = roughly(s, run, r.params)
			best = max(best, logs[i])
		}
	}
	for i := range logs {
		if logs[i] > best-hopeless {
			logs[i] = LogLikelihood(&r.schedules[i], run, r.params)
		}
	}
	return logs
}

// weighed is the likelihood of one record.
type weighed struct {
	record    int
	log       float64
	schedules []int // the best of each run; -1: none
}

func (r *Ranker) weigh(runs []Run, fits []float64, logs [][]float64) (out []weighed) {
	others := make([]float64, len(runs))
	for j := range runs {
		others[j] = r.mean(runs[j].State, logs[j])
	}
	likely := r.likely(runs, logs)
	for i := range r.members {
		m := &r.members[i]
		w, known := weighed{record: i}, false
		for j := range runs {
			l, best := m.under(runs[j].State, logs[j])
			if best >= 0 {
				known = true
			} else if l = fits[j]; runs[j].State.fin() {
				own := math.Inf(-1)
				if likely[i] {
					own = r.likeSYN(m, &runs[j])
				}
				l = r.params.untold(others[j], own, l)
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

// likely are the records that SYN-ACKs do not make hopeless; all, if none were seen.
func (r *Ranker) likely(runs []Run, logs [][]float64) []bool {
	out, scores := make([]bool, len(r.members)), make([]float64, len(r.members))
	best := math.Inf(-1)
	for i := range r.members {
		for j := range runs {
			if runs[j].State == SynRcvd {
				scores[i], _ = r.members[i].under(SynRcvd, logs[j])
			}
		}
		best = max(best, scores[i])
	}
	for i := range out {
		out[i] = scores[i] > best-hopeless
	}
	return out
}

// under is the likelihood of a run of a state under the record, each of its schedules as
// likely as the others, and the best of them; -1: it tells of none.
func (m *member) under(state State, logs []float64) (l float64, best int) {
	l, best = math.Inf(-1), -1
	of := m.told(state)
	for _, s := range of {
		l = logAdd(l, logs[s])
		if best < 0 || logs[s] > logs[best] {
			best = s
		}
	}
	return l - math.Log(max(float64(len(of)), 1)), best
}

// told are the schedules of a state. Both states of a FIN have the same timers, so a
// record of one tells of the other.
func (m *member) told(state State) []int {
	of := m.schedules[state.record()]
	if len(of) == 0 && state.fin() {
		of = m.schedules[LastAck+FinWait1-state.record()]
	}
	return of
}

// group adds up the records whose best schedules are alike. It notes the posterior of each
// record.
func (r *Ranker) group(found []weighed, fits, posterior []float64) (groups []Group, unknown float64) {
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
		posterior[w.record] = math.Exp(w.log - total)
		groups[at].Posterior += posterior[w.record]
	}
	slices.SortStableFunc(groups, func(a, b Group) int { return cmp.Compare(b.Posterior, a.Posterior) })
	return groups, math.Exp(unknown - total)
}
