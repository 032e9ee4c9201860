package data_test

import (
	"testing"

	"whorl/method"
	"whorl/method/ipv6"
)

// Lines of IPv6 can be read and match what they describe, and what they describe fits the
// lines of no other family.
func TestIPv6Lines(t *testing.T) {
	set, records := load(t), 0
	for _, e := range set.Entries() {
		own, errs := ipv6.NewReference(e.Extra)
		for _, err := range errs {
			t.Errorf("%v: %s: %v", e.Source, e.Name, err)
		}
		if len(own) == 0 {
			continue
		}
		records++
		for n := range longest6(own) {
			for step := range steps + 1 {
				seen := subject6(own, n, step)
				score, _ := own.Score(seen)
				if score.Accuracy() != 1 {
					t.Fatalf("%v: %s does not match what it describes: %v", e.Source, e.Name, seen)
				}
				for _, other := range set.Entries() {
					reference, _ := ipv6.NewReference(other.Extra)
					if s, _ := reference.Score(seen); !sameFamily(e, other) && s.Num == s.Den && s.Den >= score.Den {
						t.Fatalf("%v: %s is not told from %s: %v", e.Source, e.Name, other.Name, seen)
					}
				}
			}
		}
	}
	if records < 4 {
		t.Errorf("%d records, want at least 4", records)
	}
}

// longest6 is the largest number of alternatives that an expression has.
func longest6(r ipv6.Reference) (n int) {
	for _, t := range r {
		for _, term := range t.Terms() {
			n = max(n, len(term.Expr.Alternatives()))
		}
	}
	return n
}

// subject6 is a print of the nth alternatives, with ranges some steps up.
func subject6(r ipv6.Reference, n, step int) (lines method.Lines) {
	for _, t := range r {
		l := method.Line{Test: t.Test.String()}
		for _, term := range t.Terms() {
			name := ipv6.Tests[t.Test].Attrs[term.Attr].Name
			if name == "R" { // its first alternative: without an answer there would be no values
				l.Set(name, sample(term.Expr, 0, step))
				continue
			}
			l.Set(name, sample(term.Expr, n, step))
		}
		lines = append(lines, l)
	}
	return lines
}
