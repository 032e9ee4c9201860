package main

import (
	"fmt"
	"strings"
	"time"

	"whorl/method/backoff"
	"whorl/verdict"
)

// toldSoFar is how many families a running answer names.
const toldSoFar = 3

// soFar tells people what the times of a host say until now: in the line of a terminal,
// in a line of its own with --plain or -v.
func (r *scanning) soFar(judges *verdict.Judges, x *backoff.Exchange, now time.Time) {
	if x.Look == 0 || !r.status.shown && !r.plain && r.verbose == 0 {
		return
	}
	words := soFarWords(judges, x, now)
	r.status.note(words)
	if r.plain || r.verbose > 0 {
		r.status.without(func() { fmt.Fprintln(r.people, "whorl: "+words) })
	}
}

// soFarWords are a running answer as in "192.0.2.7 after 3.5 s: Linux 96 %, gVisor 3 %".
func soFarWords(judges *verdict.Judges, x *backoff.Exchange, now time.Time) string {
	var names []string
	for _, m := range judges.SoFar(x.Runs(now)) {
		if len(names) < toldSoFar {
			names = append(names, fmt.Sprintf("%s %d %%", m.Name, m.Confidence.Percent()))
		}
	}
	if names == nil {
		names = []string{"nothing was repeated yet that a record knows"}
	}
	return fmt.Sprintf("%v after %.1f s: %s", x.Target.Addr, x.Look.Seconds(), strings.Join(names, ", "))
}
