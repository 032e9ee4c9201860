package report

import (
	"fmt"
	"strconv"
	"strings"

	"whorl"
)

// stateWords say what a host repeats in a state of package backoff, and why.
var stateWords = map[string]string{
	"SynRcvd":  "SYN-ACK",
	"LastAck":  "FIN after ours",
	"FinWait1": "FIN before ours",
	"Held":     "FIN after a late ACK",
}

// temporal puts the schedule of each state on the page: when the copies came, counted
// from the first segment, and if verbose is 2, the lines as they are read again.
func (p *page) temporal(observations []whorl.Observation, verbose int) {
	for _, o := range observations {
		if o.Method != "backoff" {
			continue
		}
		p.line("Repeated while nobody acknowledged:")
		for line := range strings.Lines(o.Print) {
			if what, times := scheduleWords(strings.TrimSpace(line)); what != "" {
				p.line("    %-20s %s", what, times)
			}
		}
		for line := range strings.Lines(o.Print) {
			if verbose > 1 {
				p.line("    %s", strings.TrimSpace(line))
			}
		}
	}
}

// scheduleWords say one line of a print: what was repeated, and when. Both are empty if
// the line is of another form.
func scheduleWords(line string) (what, times string) {
	test, rest, _ := strings.Cut(line, "(")
	attrs := map[string]string{}
	for part := range strings.SplitSeq(strings.TrimSuffix(rest, ")"), "%") {
		name, value, _ := strings.Cut(part, "=")
		attrs[name] = value
	}
	if what = stateWords[test]; what == "" {
		return "", ""
	}
	gaps, seen := attrs["G"]
	if !seen {
		return what, "none came"
	}
	var at []string
	total := 0.0
	for g := range strings.SplitSeq(gaps, ",") {
		sec, err := strconv.ParseFloat(g, 64)
		if err != nil {
			continue
		}
		total += sec
		at = append(at, fmt.Sprintf("%.2f", total))
	}
	end := ""
	if e := attrs["E"]; e != "none" && len(at) > 0 {
		end = fmt.Sprintf(", %s at %s s", strings.ToUpper(e), at[len(at)-1])
		at = at[:len(at)-1]
	}
	times = "not repeated"
	if len(at) > 0 {
		times = "after " + strings.Join(at, ", ") + " s"
	}
	return what, fmt.Sprintf("%s%s (watched for %s s)", times, end, attrs["T"])
}
