package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"whorl"
)

// wantBoxes are the boxes that stand before targets, as kinds, what else they may be, and
// ports; others have none. Of a proxy at the host's own distance nothing can be known.
var wantBoxes = map[string]string{
	"nat":      "nat [] [80 8080]",
	"rst":      "reset-forger [] [81]",
	"synproxy": "syn-proxy [] [80]",
	"scrub":    "scrubber [] []",
}

// rewritten is asked about boxes alone: its print is of nobody.
var rewritten = subject{name: "scrub", pattern: regexp.MustCompile("^Linux"), words: []string{"scrub"}}

// What stands in the way is named with its ports, and nothing is where nothing stands.
func TestBoxes(t *testing.T) {
	needsLab(t)
	ask, err := buildWhorl(t.TempDir(), "--boxes")
	if err != nil {
		t.Fatal(err)
	}
	eachTarget(t, append(quick(t), rewritten), func(t *testing.T, s subject) {
		a, err := ask(t.Context(), s.start(t))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, b := range a.boxes {
			got = append(got, fmt.Sprint(b.Kind, " ", b.Or, " ", b.Ports))
			for _, m := range b.Behind { // all that the lab has behind boxes is of one system
				if m.Name != whorl.Unknown && !s.pattern.MatchString(m.Name) {
					t.Errorf("ports %v are named %q", m.Ports, m.Name)
				}
			}
		}
		if list := strings.Join(got, "; "); list != wantBoxes[s.name] {
			t.Errorf("boxes: %q, want %q\n%+v\n%v", list, wantBoxes[s.name], a.boxes, a.print)
		}
	})
}
