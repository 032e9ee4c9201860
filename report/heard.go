package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"whorl"
)

// rests tells if a headline rests on something else than probes: on what was heard before,
// and how long before the end of the scan that was, or on one SYN-ACK.
func (p *page) rests(h *whorl.Host) {
	if len(h.Verdicts) == 0 {
		return
	}
	switch v := &h.Verdicts[0]; {
	case v.Heard != nil && h.Status.Up:
		p.fold("    ", v.Heard.Ago(h.Seen.Last)+"; it answers too little by itself")
	case v.Heard != nil:
		p.fold("    ", v.Heard.Ago(h.Seen.Last)+"; it answers nothing")
	case len(v.Evidence) > 0 && v.Evidence[0].Method == "syn":
		p.line("    by the SYN-ACK that showed the open port; no probe was answered by another")
	}
}

// evidenceFrom tells where what a host with handshakes was judged by comes from, a line for
// each method and place.
func (p *page) evidenceFrom(h *whorl.Host) {
	if !slices.ContainsFunc(h.Observations, func(o whorl.Observation) bool { return o.Method == "syn" || o.Method == "icmp" }) {
		return
	}
	var told, places []string
	for i := range h.Observations {
		o := &h.Observations[i]
		if o.Method == "syn" && o.Conditions.Sent == 0 { // all of a place are told by its first
			if slices.Contains(places, o.Conditions.Heard) {
				continue
			}
			places = append(places, o.Conditions.Heard)
		}
		words := origin(o, h.Observations)
		if words == "" || slices.Contains(told, words) {
			continue
		}
		told = append(told, words)
		p.fold("  from ", words)
		if max(len(told), len(places)) == mostOrigins {
			p.line("  and others")
			return
		}
	}
}

// mostOrigins bounds the list; a host is heard at some few places.
const mostOrigins = 32

// origin is where an observation comes from, with all of its kind; empty if there is
// nothing to tell.
func origin(o *whorl.Observation, all []whorl.Observation) string {
	c := &o.Conditions
	switch {
	case o.Method == "claim":
		return ""
	case o.Method == "icmp":
		return heardWhen(messagesHeard(o), c)
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
	return heardWhen(strings.Join(packets, " and "), c)
}

// messagesHeard counts the ICMP messages behind an observation. Of which kind those are that
// tell nothing, the print does not say.
func messagesHeard(o *whorl.Observation) string {
	switch {
	case strings.HasPrefix(o.Print, "Heard("):
		return count(o.Conditions.Answered, "ICMP message", "ICMP messages")
	case strings.HasPrefix(o.Print, "IE"), strings.HasPrefix(o.Print, "EC"):
		return count(o.Conditions.Answered, "echo reply", "echo replies")
	}
	return count(o.Conditions.Answered, "port unreachable", "port unreachables")
}

// heardWhen adds to words for what was heard when and where that was; without words there is
// nothing to tell.
func heardWhen(words string, c *whorl.Conditions) string {
	switch {
	case words == "":
	case c.Heard != "":
		return words + ", " + whorl.Heard{At: c.At, Where: c.Heard}.String()
	case !c.At.IsZero():
		return words + ", heard " + c.At.UTC().Format(time.DateOnly)
	}
	return words
}
