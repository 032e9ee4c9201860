package main

import (
	"fmt"
	"slices"
	"time"

	"whorl"
	"whorl/method/backoff"
	"whorl/osdb"
	"whorl/plot"
)

// schedules are what the records of all databases say of retransmission times, for
// pictures.
type schedules struct {
	records    []*osdb.Entry
	references []backoff.Reference // of records
	ranker     *backoff.Ranker     // of records
}

func newSchedules(set osdb.Set) *schedules {
	s := &schedules{}
	for _, e := range set.Entries() {
		if r, _ := backoff.NewReference(e.Extra); len(r) > 0 { // what is wrong was told when it was read
			s.records, s.references = append(s.records, e), append(s.references, r)
		}
	}
	s.ranker = backoff.NewRanker(s.references, backoff.DefaultParams())
	return s
}

// contender is a candidate in all states.
type contender struct {
	name, share string
	schedule    func(*backoff.Run) *backoff.Schedule // nil: it tells nothing of the state
}

// maxContenders is how many candidates stand below what was seen.
const maxContenders = 3

// lanes are the times that were seen of a host, with what the likeliest records foretell.
func (s *schedules) lanes(h *whorl.Host) (out []plot.Lane) {
	runs := timesSeen(h)
	contenders := s.contenders(h, runs)
	for i := range runs {
		run := &runs[i]
		l := laneOf(run)
		for rank, c := range contenders {
			if schedule := c.schedule(run); schedule != nil && run.Seen {
				l.Candidates = append(l.Candidates, candidate(c, rank, schedule, run))
			}
		}
		out = append(out, l)
	}
	return out
}

// timesSeen are the runs of the first observation that has some.
func timesSeen(h *whorl.Host) []backoff.Run {
	for _, o := range h.Observations {
		if o.Method != "backoff" {
			continue
		}
		p, _ := backoff.Parse(o.Print)
		if runs := backoff.Runs(p); len(runs) > 0 {
			return runs
		}
	}
	return nil
}

// contenders are the likeliest groups of records by times alone. If a series fitted to
// the times beats them all by far, it is the first.
func (s *schedules) contenders(h *whorl.Host, runs []backoff.Run) (out []contender) {
	params := backoff.DefaultParams()
	ranking := s.ranker.Rank(runs)
	if ranking.Fitted != nil {
		out = append(out, contender{"no record; nearest series", shareWords(ranking.Unknown), func(r *backoff.Run) *backoff.Schedule {
			i := slices.IndexFunc(ranking.Fitted, func(f backoff.Schedule) bool { return f.State == r.State })
			if i < 0 {
				return nil
			}
			return &ranking.Fitted[i]
		}})
	}
	for _, g := range ranking.Groups[:min(len(ranking.Groups), maxContenders-len(out))] {
		record := s.spokesman(h, g.Records)
		name := s.records[record].Name
		if n := len(g.Records) - 1; n > 0 {
			name = fmt.Sprintf("%s and %d more", brief(name), n)
		}
		out = append(out, contender{name, shareWords(g.Posterior), func(r *backoff.Run) *backoff.Schedule {
			return nearest(s.references[record], r, params)
		}})
	}
	return out
}

// nearest is the schedule of a record that explains a run best. Both states of a FIN have
// the same timers, so a record of one tells of the other.
func nearest(record backoff.Reference, r *backoff.Run, p backoff.Params) *backoff.Schedule {
	found := record.Nearest(r, p)
	if found == nil && r.State != backoff.SynRcvd {
		other := *r
		if other.State = backoff.FinWait1; r.State == backoff.FinWait1 {
			other.State = backoff.LastAck
		}
		found = record.Nearest(&other, p)
	}
	return found
}

// spokesman is the record that stands for a group: the first that the verdicts of the
// host rest on, or else the first.
func (s *schedules) spokesman(h *whorl.Host, records []int) int {
	for i := range h.Verdicts {
		source := &h.Verdicts[i].Source
		for _, r := range records {
			if e := &s.records[r].Source; e.Database == source.Database && e.File == source.File && e.Line == source.Line {
				return r
			}
		}
	}
	return records[0]
}

// shareWords is a probability in whole percents.
func shareWords(p float64) string {
	switch {
	case p < 0.01:
		return "under 1 %"
	case p > 0.99:
		return "over 99 %"
	}
	return fmt.Sprintf("%d %%", whorl.Fraction(p).Percent())
}

var endingWords = map[backoff.Ending]string{backoff.Reset: "RST", backoff.Finish: "FIN", backoff.Error: "ICMP"}

// laneOf are the arrivals of a run, counted from the first.
func laneOf(r *backoff.Run) plot.Lane {
	l := plot.Lane{State: r.State.String(), Heard: r.Heard, End: endingWords[r.End]}
	if !r.Seen {
		return l
	}
	l.Segments = []time.Duration{0}
	at := time.Duration(0)
	for _, g := range r.Gaps {
		at += g
		l.Segments = append(l.Segments, at)
	}
	if r.End != backoff.Silence { // it follows the last gap
		l.Segments, l.Ended = l.Segments[:len(l.Segments)-1], at
	}
	return l
}

// candidate is what a schedule foretells of a run.
func candidate(c contender, rank int, s *backoff.Schedule, r *backoff.Run) plot.Candidate {
	x := plot.Candidate{Name: c.name, Share: c.share, Rank: rank}
	for _, w := range s.Expect(r, backoff.DefaultParams()) {
		x.Copies = append(x.Copies, plot.Window{From: w.From.Round(time.Microsecond), To: w.To.Round(time.Microsecond)})
	}
	if n := len(x.Copies) - 1; s.End != backoff.Silence && n >= 0 {
		x.End, x.Copies = &x.Copies[n], x.Copies[:n]
	}
	return x
}
