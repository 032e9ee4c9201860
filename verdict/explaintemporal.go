package verdict

import (
	"fmt"
	"strings"
	"time"

	"whorl"
	"whorl/method/backoff"
	"whorl/osdb"
)

// timedEvidence compares the schedules of a record with the times that were seen, state
// by state. A weight is relative to a schedule that no record has; the states share the
// most that times may weigh.
func timedEvidence(r backoff.Reference, e *osdb.Entry, runs []backoff.Run) (out []whorl.Evidence) {
	params := backoff.DefaultParams()
	total := 0.0
	for i := range runs {
		run := &runs[i]
		l, ok := r.LogLikelihood(run, params)
		if !ok {
			continue
		}
		_, fit := backoff.Fit(run, params)
		nearest := r.Nearest(run, params)
		got, _ := run.Line().Value("G")
		want, _ := nearest.Line().Value("G")
		ev := whorl.Evidence{Method: "backoff", Test: run.State.String(), Attr: "G", Got: got, Want: want,
			Weight: l - fit, Agrees: l >= fit, GotWords: runWords(run)}
		if ev.Agrees {
			ev.GotWords += ", as " + familyOf(e)
		} else {
			ev.WantWords = repeatedAfter(run.State, nearest.Gaps, nearest.End)
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
