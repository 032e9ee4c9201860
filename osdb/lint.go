package osdb

import (
	"fmt"
	"slices"

	"whorl"
	"whorl/method/expr"
	"whorl/method/gen2"
	"whorl/method/ipv6"
)

// Lint tells what looks wrong in records that could be read. Of databases that are
// not our own only what confuses results is told.
func (s Set) Lint() (problems []Problem) {
	seen := map[string]*Entry{} // by tests
	for d, e := range s.Entries() {
		texts := lintTests(e)
		if d.Own() {
			texts = append(texts, lintOwn(e)...)
			texts = append(texts, d.lintPart(e)...)
		}
		if tests := string(e.appendTests(nil)); tests != "" {
			if first, ok := seen[tests]; !ok {
				seen[tests] = e
			} else if first.Name == e.Name {
				texts = append(texts, fmt.Sprintf("%q repeats the record at %v", e.Name, first.Source))
			} else {
				texts = append(texts, fmt.Sprintf("%q has the tests of %q at %v, which is always named first", e.Name, first.Name, first.Source))
			}
		}
		for _, text := range texts {
			problems = append(problems, Problem{e.Source.File, e.Source.Line, text})
		}
	}
	return append(problems, s.lintRivals()...)
}

// lintTests finds what no host can match.
func lintTests(e *Entry) (texts []string) {
	for _, t := range e.Gen1 {
		for _, term := range t.Terms {
			if !term.Expr.Satisfiable() {
				texts = append(texts, fmt.Sprintf("%s%s: %s=%v: nothing matches", mark, t.Name, term.Attr, term.Expr))
			}
		}
	}
	texts = append(texts, lintIPv6(e)...)
	if e.Gen2 == nil {
		return texts
	}
	for t := range gen2.NumTests {
		for _, term := range e.Gen2.Test(t).Terms(expr.Nmap793) {
			for _, a := range term.Expr.Alternatives() {
				if _, ok := a.Example(); !ok {
					texts = append(texts, fmt.Sprintf("%v: %s=%s: nothing matches %s",
						t, gen2.Tests[t].Attrs[term.Attr].Name, term.Expr, a.Text))
				}
			}
		}
	}
	return texts
}

// lintIPv6 finds the same in tests over IPv6, and what the record says twice.
func lintIPv6(e *Entry) (texts []string) {
	tests := ipv6.Reference{}
	for _, l := range e.Extra {
		if !ipv6.Has(l.Test) {
			continue
		}
		t, _ := ipv6.NewTest(l) // what is wrong was told when it was read
		if tests.Test(t.Test) != nil {
			texts = append(texts, fmt.Sprintf("%v stands twice; only the first counts", t.Test))
		}
		tests = append(tests, t)
		for _, term := range t.Terms() {
			for _, a := range term.Expr.Alternatives() {
				if _, ok := a.Example(); !ok {
					texts = append(texts, fmt.Sprintf("%v: %s=%v: nothing matches %s", t.Test, ipv6.Tests[t.Test].Attrs[term.Attr].Name, term.Expr, a.Text))
				}
			}
		}
	}
	return texts
}

// lintOwn finds what our own records should have.
func lintOwn(e *Entry) (texts []string) {
	if e.Source.Text == "" {
		texts = append(texts, fmt.Sprintf("%q has no Source; add a line that says where its facts come from", e.Name))
	}
	if len(e.Classes) == 0 {
		texts = append(texts, fmt.Sprintf("%q has no Class; add vendor | family | generation | device type", e.Name))
	}
	if _, ok := Versions(e.Name); !ok && slices.ContainsFunc(e.Classes, func(c whorl.Class) bool { return c.Generation != "" }) {
		texts = append(texts, fmt.Sprintf("%q has a generation and no version in its name; write it as Linux 6.12 - 6.18", e.Name))
	}
	if s, ok := Versions(e.Name); ok && CompareVersions(s.Lo, s.Hi) > 0 {
		texts = append(texts, fmt.Sprintf("%q ends before it begins", e.Name))
	}
	if err := e.Check(); err != nil {
		texts = append(texts, err.Error())
	}
	return texts
}
