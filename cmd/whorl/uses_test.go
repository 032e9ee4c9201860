package main

import (
	"testing"
)

// Each command is found by its name alone, and nothing else is made for it.
func TestUses(t *testing.T) {
	for _, u := range (&app{}).uses() {
		c := (&app{args: []string{u.name, "--help"}}).root()
		if got := c.Commands(); len(got) != 1 || got[0].Name() != u.name {
			t.Errorf("%s: %v", u.name, got)
		}
	}
	for _, args := range [][]string{nil, {"help"}, {"--plain", "scan"}, {"scam"}} {
		if got := (&app{args: args}).root().Commands(); len(got) < 12 {
			t.Errorf("%q: %d commands", args, len(got))
		}
	}
}
