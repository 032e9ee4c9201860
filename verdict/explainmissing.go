package verdict

import (
	"slices"
	"strings"

	"whorl"
	"whorl/method/gen2"
	"whorl/osdb"
)

const (
	silenced = "silence behind a firewall does not count"
	byBox    = "a box in the path answers it"
)

// why is the reason that a test of a target is missing.
func (s target) why(t gen2.Test) string {
	if slices.ContainsFunc(s.Boxes, func(b whorl.Box) bool { return slices.Contains(b.LeftOut, t.String()) }) {
		return byBox
	}
	for _, u := range s.conditions.Unsettled {
		if tests, why, ok := strings.Cut(u, ": "); ok && covers(tests, t) {
			return why
		}
	}
	needs, why := "", ""
	switch {
	case t <= gen2.TestT4:
		needs, why = "OT", "no open TCP port known"
	case t <= gen2.TestT7:
		needs, why = "CT", "no closed TCP port known"
	}
	if _, told := s.scan.Value(needs); told && s.port(needs) == "" {
		return why
	}
	return "not measured"
}

// covers reports whether a list such as "SEQ, OPS, T1-T4" has a test.
func covers(list string, t gen2.Test) bool {
	for part := range strings.SplitSeq(list, ", ") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		lo, ok1 := gen2.TestNamed(first)
		hi, ok2 := gen2.TestNamed(last)
		if ok1 && ok2 && lo <= t && t <= hi {
			return true
		}
	}
	return false
}

// missing are the tests that a record tells of and that were not seen.
func (s target) missing(e *osdb.Entry) (out []whorl.Evidence) {
	for t := range gen2.NumTests {
		line, ok := find(s.seen, t.String())
		if said := e.Gen2.Test(t); (!ok || len(line.Attrs) == 0) && said.State() != gen2.Absent {
			out = append(out, whorl.Evidence{Method: "gen2", Test: t.String(), Missing: s.why(t)})
		}
	}
	return out
}

// discount marks the silences of a host behind a firewall.
func (s target) discount(ev []whorl.Evidence) {
	if !filtered(s.seen) {
		return
	}
	for i := range ev {
		if e := &ev[i]; e.Attr == "R" && e.Got == "N" && !e.Agrees {
			e.Missing = silenced
		}
	}
}

// byTest puts evidence into the order of the tests.
func byTest(ev []whorl.Evidence) {
	slices.SortStableFunc(ev, func(a, b whorl.Evidence) int {
		x, _ := gen2.TestNamed(a.Test)
		y, _ := gen2.TestNamed(b.Test)
		return int(x) - int(y)
	})
}
