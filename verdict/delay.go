package verdict

import (
	"slices"
	"strings"

	"whorl"
	"whorl/method/expr"
	"whorl/method/gen2"
)

// atMost are the attributes of a host's print that the path made greater; see
// [whorl.Conditions].
func atMost(h *whorl.Host) []string {
	for _, o := range h.Observations {
		if o.Method == "gen2" {
			return o.Conditions.AtMost
		}
	}
	return nil
}

// bound takes attributes, as TEST.ATTR, for what they are at most: a record agrees that
// allows as much or less.
func (o *Observation) bound(attrs []string) *Observation {
	for _, name := range attrs {
		form, attr, _ := strings.Cut(name, ".")
		t, known := gen2.TestNamed(form)
		if !known {
			continue
		}
		at, known := gen2.Tests[t].Attr(attr)
		if v := &o.tests[t].values; known && o.tests[t].has(at) {
			v[at] = sighting{upTo(v[at][0]), upTo(v[at][1])}
		}
	}
	return o
}

// upTo is a number that may be less, as a range.
func upTo(value string) string { return "0-" + value }

// bounded compares what the path made greater as it is weighed.
func (s target) bounded(ev []whorl.Evidence) {
	for i := range ev {
		e := &ev[i]
		if !slices.Contains(s.conditions.AtMost, e.Test+"."+e.Attr) {
			continue
		}
		e.Got = upTo(e.Got)
		if want, err := expr.Parse(e.Want); err == nil {
			c, v := Whole.claim(want), Whole.sight(e.Got)
			e.Agrees = c.agrees(&v)
		}
	}
}
