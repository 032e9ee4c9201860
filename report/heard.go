package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"whorl"
)

// rests tells if a headline rests on what was heard before, and how long before the end of
// the scan that was.
func (p *page) rests(h *whorl.Host) {
	if len(h.Verdicts) == 0 || h.Verdicts[0].Heard == nil {
		return
	}
	why := "it answers too little by itself"
	if !h.Status.Up {
		why = "it answers nothing"
	}
	p.fold("    ", h.Verdicts[0].Heard.Ago(h.Seen.Last)+"; "+why)
}

// evidenceFrom tells where what a host with handshakes was judged by comes from, a line for
// each method and place.
func (p *page) evidenceFrom(h *whorl.Host) {
	if !slices.ContainsFunc(h.Observations, func(o whorl.Observation) bool { return o.Method == "syn" }) {
		return
	}
	var told []string
	for i := range h.Observations {
		words := origin(&h.Observations[i], h.Observations)
		if words != "" && !slices.Contains(told, words) {
			told = append(told, words)
			p.fold("  from ", words)
		}
	}
}

// origin is where an observation comes from, with all of its kind; empty if there is
// nothing to tell.
func origin(o *whorl.Observation, all []whorl.Observation) string {
	c := &o.Conditions
	switch {
	case o.Method == "claim":
		return ""
	case o.Method != "syn" && c.Sent == 0:
		return "a print of " + o.Method
	case o.Method != "syn":
		return fmt.Sprintf("%s: %s, %d of %d answered", o.Method, count(c.Sent, "packet", "packets"), c.Answered, c.Probes)
	case c.Sent > 0:
		return "the SYN-ACK to the search for open ports"
	}
	syns, answers := handshakes(slices.DeleteFunc(slices.Clone(all), func(other whorl.Observation) bool {
		return other.Method != "syn" || other.Conditions.Sent > 0 || other.Conditions.Heard != c.Heard
	}))
	var packets []string
	if syns > 0 {
		packets = append(packets, count(syns, "SYN", "SYNs"))
	}
	if answers > 0 {
		packets = append(packets, count(answers, "SYN-ACK", "SYN-ACKs"))
	}
	words := strings.Join(packets, " and ")
	switch {
	case words == "":
	case c.Heard != "":
		return words + ", " + whorl.Heard{At: c.At, Where: c.Heard}.String()
	case !c.At.IsZero():
		return words + ", heard " + c.At.UTC().Format(time.DateOnly)
	}
	return words
}
