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
	laws      []law      // the same
	asFINs    []law      // those of SYN-ACKs, as of FINs
	leader    []int      // of each schedule, the first that it is Alike
	members   []member
	tell      [NumStates][]int // the schedules that a record has for a state
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
				fin := s.asFIN()
				r.laws, r.asFINs = append(r.laws, p.law(s)), append(r.asFINs, p.law(&fin))
				r.leader = append(r.leader, slices.IndexFunc(r.schedules, func(t Schedule) bool { return s.Alike(&t) }))
			}
			m.schedules[s.State] = append(m.schedules[s.State], at)
		}
		r.members = append(r.members, m)
	}
	for state := range r.tell {
		for i := range r.members {
			r.tell[state] = append(r.tell[state], r.members[i].told(State(state))...)
		}
		slices.Sort(r.tell[state])
		r.tell[state] = slices.Compact(r.tell[state])
	}
	return r
}

// Rank weighs the runs whose first segment was seen. A record that says nothing of a
// state may follow any schedule there (untold.go); one that says nothing of any is left
// out.
func (r *Ranker) Rank(runs []Run) Ranking { return r.Weigh(runs).Rank() }

// Rank is [Ranker.Rank] of the runs.
func (w *Weights) Rank() Ranking {
	var out Ranking
	if len(w.runs) == 0 {
		return out
	}
	out.Records = make([]float64, len(w.members))
	out.Groups, out.Unknown = w.group(out.Records)
	best := math.Inf(-1)
	for _, f := range w.found {
		best = max(best, f.log)
	}
	total := 0.0
	for _, l := range w.fits {
		total += l
	}
	if total > best+math.Log(w.params.UnknownFactor) {
		out.Fitted = w.fitted
	}
	return out
}

// weighed is the likelihood of one record, and what it is at most: as much, if all
// likelihoods that it is made of are known.
type weighed struct {
	record    int
	log, most float64
	schedules []int // the best of each run; -1: none
}

// weigh adds up the likelihoods of each record that tells of a state that was seen.
func (w *Weights) weigh() {
	w.found, w.asSYN = nil, make([][]scores, len(w.runs))
	likely := w.likely()
	others, bounds := make([]scores, len(w.runs)), make([]scores, len(w.runs))
	for j := range w.runs {
		bounds[j] = w.bound(j)
		if run := &w.runs[j]; run.State.fin() {
			others[j] = w.mean(run.State, w.logs[j])
			w.asSYN[j] = w.likeSYNs(j, likely, max(w.fits[j], w.params.mixed(others[j]))-little)
		}
	}
	for i := range w.members {
		m := &w.members[i]
		f, known, shown := weighed{record: i}, false, -1 // the run that shows its tick
		var all, most scores
		for j := range w.runs {
			l, best := m.under(w.runs[j].State, w.logs[j])
			atMost := l.atLeast(bounds[j])
			if best >= 0 {
				known = true
				tied := w.sameTick(j, shown, &w.schedules[best], w.params.SameTick)
				l, atMost = l.times(tied), atMost.times(tied)
				if shown < 0 {
					shown = j
				}
			} else {
				l = same(w.fits[j])
				if w.runs[j].State.fin() {
					own := never
					if likely[i] {
						own = w.likeSYN(i, j, shown)
					}
					l = w.params.untold(others[j], own, w.fits[j])
				}
				atMost = l
			}
			all, most = all.and(l), most.and(atMost)
			f.schedules = append(f.schedules, best)
		}
		if known {
			f.log, f.most = w.params.mixed(all), w.params.mixed(most)
			w.found = append(w.found, f)
		}
	}
}

// likely are the records that SYN-ACKs do not make hopeless; all, if none were seen.
func (w *Weights) likely() []bool {
	out, scores := make([]bool, len(w.members)), make([]float64, len(w.members))
	best := math.Inf(-1)
	for i := range w.members {
		for j := range w.runs {
			if w.runs[j].State == SynRcvd {
				l, _ := w.members[i].under(SynRcvd, w.logs[j])
				scores[i] = w.params.mixed(l)
			}
		}
		best = max(best, scores[i])
	}
	for i := range out {
		out[i] = scores[i] > best-hopeless
	}
	return out
}

// under are the scores of a run of a state under the record, each of its schedules as
// likely as the others, and the best of them; -1: it tells of none.
func (m *member) under(state State, logs []scores) (l scores, best int) {
	of := m.told(state)
	if len(of) == 1 {
		return logs[of[0]], of[0]
	}
	l, best = never, -1
	for _, s := range of {
		l = l.or(-math.Log(float64(len(of))), logs[s])
		if best < 0 || slices.Max(logs[s][:]) > slices.Max(logs[best][:]) {
			best = s
		}
	}
	return l, best
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
func (w *Weights) group(posterior []float64) (groups []Group, unknown float64) {
	unknown = math.Log(w.params.Unknown)
	for _, l := range w.fits {
		unknown += l
	}
	found := slices.Clone(w.found)
	prior := math.Log((1 - w.params.Unknown) / max(float64(len(found)), 1))
	total := unknown
	for i := range found {
		found[i].log += prior
		total = logAdd(total, found[i].log)
	}
	slices.SortStableFunc(found, func(a, b weighed) int { return cmp.Compare(b.log, a.log) })
	var keys [][]int
	for _, f := range found {
		key := make([]int, len(f.schedules))
		for i, s := range f.schedules {
			if key[i] = s; s >= 0 {
				key[i] = w.leader[s]
			}
		}
		at := slices.IndexFunc(keys, func(k []int) bool { return slices.Equal(k, key) })
		if at < 0 {
			at = len(keys)
			keys = append(keys, key)
			g := Group{}
			for _, s := range f.schedules {
				if s >= 0 {
					g.Schedules = append(g.Schedules, w.schedules[s])
				}
			}
			groups = append(groups, g)
		}
		groups[at].Records = append(groups[at].Records, f.record)
		posterior[f.record] = math.Exp(f.log - total)
		groups[at].Posterior += posterior[f.record]
	}
	slices.SortStableFunc(groups, func(a, b Group) int { return cmp.Compare(b.Posterior, a.Posterior) })
	return groups, math.Exp(unknown - total)
}
