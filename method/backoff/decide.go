package backoff

import (
	"slices"
	"time"
)

// Decide tells whether waiting longer would tell no more. For each flow that is still
// listened to, one of these holds: one group of schedules is as good as certain; the
// silence is longer than any that a schedule still possible could explain; or two
// copies came, all flows together name one group, and this flow alone does not exclude
// it. It is what [Options.Decide] asks.
func (r *Ranker) Decide(e *Exchange, now time.Time) bool {
	var all *Ranking // of all flows, once it is needed
	for i := range e.Flows {
		f := &e.Flows[len(e.Flows)-1-i] // SynRcvd last: it has the most schedules
		if f.over() {
			continue
		}
		run, ok := e.run(f, now)
		if !ok {
			return false
		}
		alone, settled := r.settled(&run)
		if settled {
			continue
		}
		if len(run.Gaps) < 2 || len(e.Flows) < 2 {
			return false
		}
		if all == nil {
			ranking := r.Rank(e.Runs(now))
			all = &ranking
		}
		if !all.sure(r.params.Sure) || !alone.allows(all.Groups[0].Records[0], 1-r.params.Sure) {
			return false
		}
	}
	return true
}

// sure reports whether one group is as good as certain.
func (r *Ranking) sure(posterior float64) bool {
	return len(r.Groups) > 0 && r.Groups[0].Posterior > posterior
}

// allows reports whether the group of a record has more than that posterior.
func (r *Ranking) allows(record int, posterior float64) bool {
	return slices.ContainsFunc(r.Groups, func(g Group) bool {
		return g.Posterior > posterior && slices.Contains(g.Records, record)
	})
}

// patience is how long a server may take to close first.
const patience = 10 * time.Second

// settled is Decide of one run.
func (r *Ranker) settled(run *Run) (ranking Ranking, ok bool) {
	if !run.Seen {
		return ranking, run.Heard > patience
	}
	ranking = r.Rank([]Run{*run})
	if ranking.sure(r.params.Sure) {
		return ranking, true
	}
	var elapsed time.Duration
	for _, g := range run.Gaps {
		elapsed += g
	}
	silence := run.Heard - elapsed
	for _, g := range ranking.Groups {
		if g.Posterior > (1-r.params.Sure)/10 && silence < overdue(&g.Schedules[0], run, elapsed) {
			return ranking, false
		}
	}
	fit, _ := Fit(run, r.params)
	if n := len(fit.Gaps); ranking.Unknown > 1-r.params.Sure && n > 0 {
		return ranking, silence > 5*fit.Gaps[n-1]/2+time.Second // of a ratio of 2.2
	}
	return ranking, silence > time.Second
}

// overdue is how long the silence would be after which the next segment of a schedule
// counts as lost or never sent.
func overdue(s *Schedule, run *Run, elapsed time.Duration) time.Duration {
	host := s.at(run.RTT, 0, true)
	var at time.Duration
	for _, g := range host.Gaps {
		if at += g; at > elapsed+g/4 {
			return (at-elapsed)*112/100 + time.Second
		}
	}
	return time.Second
}
