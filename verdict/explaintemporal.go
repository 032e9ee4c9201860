package verdict

import (
	"fmt"
	"strings"
	"time"

	"whorl"
	"whorl/method/backoff"
	"whorl/osdb"
)

// timesFor is what the times of a host say for and against an entry.
func (j *Judge) timesFor(h *whorl.Host, place int) []whorl.Evidence {
	runs, record := ownRuns(h), j.timing.places[place]
	if len(runs) == 0 || record < 0 {
		return nil
	}
	return weighedEvidence(j.weighTimes(runs), record, j.entries[place])
}

// weighedEvidence compares a record, by its place among those with schedules, with times
// that were weighed.
func weighedEvidence(w *backoff.Weights, record int, e *osdb.Entry) []whorl.Evidence {
	return evidenceOfTimes(e, w.Runs(), func(run int) (l, fit float64, best *backoff.Schedule) {
		l, best = w.Under(record, run)
		return l, w.Fit(run), best
	})
}

// timedEvidence is the same of a record that is not among those.
func timedEvidence(r backoff.Reference, e *osdb.Entry, runs []backoff.Run) []whorl.Evidence {
	params := backoff.DefaultParams()
	return evidenceOfTimes(e, runs, func(run int) (l, fit float64, best *backoff.Schedule) {
		l, _ = r.LogLikelihood(&runs[run], params)
		_, fit = backoff.Fit(&runs[run], params)
		return l, fit, r.Nearest(&runs[run], params)
	})
}

// evidenceOfTimes compares the schedules of a record with the times that were seen, state by
// state. weigh gives the likelihood of a run, that under a schedule that no record has, and
// the schedule that explains it best; nil: the record has none. A weight is relative to a
// schedule that no record has; the states share the most that times may weigh.
func evidenceOfTimes(e *osdb.Entry, runs []backoff.Run, weigh func(run int) (l, fit float64, best *backoff.Schedule)) (out []whorl.Evidence) {
	total := 0.0
	for i := range runs {
		run := &runs[i]
		l, fit, best := weigh(i)
		if best == nil {
			continue
		}
		got, _ := run.Line().Value("G")
		want, _ := best.Line().Value("G")
		ev := whorl.Evidence{Method: "backoff", Test: run.State.String(), Attr: "G", Got: got, Want: want,
			Weight: l - fit, Agrees: l >= fit, GotWords: runWords(run)}
		if ev.Agrees {
			ev.GotWords += ", as " + familyOf(e)
		} else {
			ev.WantWords = repeatedAfter(run.State, best.Gaps, best.End)
		}
		total += ev.Weight
		out = append(out, ev)
	}
	for i := range out {
		if part := bounded(total) / total; part < 1 {
			out[i].Weight *= part
		}
	}
	return out
}

// familyOf is what a record is of, in a word.
func familyOf(e *osdb.Entry) string {
	c := classesOf(e)[0]
	return joinName(c.Vendor, c.Family)
}

// segmentOf is what a host repeats in a state.
func segmentOf(s backoff.State) string {
	switch s {
	case backoff.SynSent:
		return "SYN"
	case backoff.SynRcvd:
		return "SYN-ACK"
	}
	return "FIN"
}

// runWords say what was seen: "SYN-ACK repeated after 1.0, 3.1, 7.4 s, then silence".
// Silence is told where it is longer than the gap that would come next.
func runWords(r *backoff.Run) string {
	s := repeatedAfter(r.State, r.Gaps, r.End)
	if r.End != backoff.Silence {
		return s
	}
	var last, total time.Duration
	for _, g := range r.Gaps {
		last, total = g, total+g
	}
	if silence := r.Heard - total; len(r.Gaps) == 0 || silence < last*5/2+time.Second {
		return fmt.Sprintf("%s, watched for %.0f s", strings.TrimSuffix(s, ", then silence"), r.Heard.Seconds())
	}
	return s
}

// repeatedAfter says when copies come, counted from the first segment, and what ends them.
func repeatedAfter(state backoff.State, gaps []time.Duration, end backoff.Ending) string {
	var times []string
	total := time.Duration(0)
	for _, g := range gaps {
		total += g
		times = append(times, fmt.Sprintf("%.1f", total.Seconds()))
	}
	ending := ", then silence"
	if end != backoff.Silence && len(times) > 0 {
		what := map[backoff.Ending]string{backoff.Reset: "a reset", backoff.Finish: "a FIN", backoff.Error: "an ICMP error"}[end]
		ending = fmt.Sprintf(", then %s after %s s", what, times[len(times)-1])
		times = times[:len(times)-1]
	}
	if len(times) == 0 {
		return segmentOf(state) + " not repeated" + ending
	}
	return fmt.Sprintf("%s repeated after %s s%s", segmentOf(state), strings.Join(times, ", "), ending)
}
