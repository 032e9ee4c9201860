package osdb

import (
	"fmt"
	"slices"

	"whorl/method"
	"whorl/method/expr"
	"whorl/method/gen2"
)

// Example is one observation that the record describes: the first value that each
// expression matches, with an answer wherever one may come.
func (e *Entry) Example() (seen []method.Line) {
	for t := range gen2.NumTests {
		l := method.Line{Test: t.String()}
		for _, term := range e.Gen2.Test(t).Terms(expr.Whorl) {
			name := gen2.Tests[t].Attrs[term.Attr].Name
			v, ok := exampleOf(term.Expr)
			if name == "R" && term.Expr.Match("Y") {
				v = "Y"
			}
			if ok {
				l.Set(name, v)
			}
			if name == "R" && v != "Y" {
				break
			}
		}
		if len(l.Attrs) > 0 {
			seen = append(seen, l)
		}
	}
	return seen
}

func exampleOf(e expr.Expr) (v string, ok bool) {
	for _, a := range e.Alternatives() {
		if v, ok = a.Example(); ok {
			return v, true
		}
	}
	return "", false
}

// rival is a record prepared for being compared with many.
type rival struct {
	*Entry
	terms   []place
	example [gen2.NumTests][gen2.MaxAttrs]struct {
		value string
		known bool
	}
}

// place is one attribute of a record.
type place struct {
	test   gen2.Test
	attr   int
	expr   expr.Expr
	points int
}

func rivalOf(e *Entry, p *gen2.Points) *rival {
	r := &rival{Entry: e}
	for t := range gen2.NumTests {
		for _, term := range e.Gen2.Test(t).Terms(expr.Whorl) {
			r.terms = append(r.terms, place{t, term.Attr, term.Expr, int(p[t][term.Attr])})
		}
	}
	for _, l := range e.Example() {
		t, _ := gen2.TestNamed(l.Test)
		for _, a := range l.Attrs {
			i, _ := gen2.Tests[t].Attr(a.Name)
			r.example[t][i].value, r.example[t][i].known = a.Value, true
		}
	}
	return r
}

// shadows reports whether a record that stands behind r can never score more points:
// both mention the same attributes, and r allows all that the other does.
func (r *rival) shadows(other *rival) bool {
	return len(r.terms) > 0 && slices.EqualFunc(r.terms, other.terms, func(a, b place) bool {
		return a.test == b.test && a.attr == b.attr && coversAll(a.expr, b.expr)
	})
}

// fits reports whether r matches the example of another record without a
// disagreement, and how many points that is worth.
func (r *rival) fits(other *rival) (points int, ok bool) {
	for _, p := range r.terms {
		switch v := &other.example[p.test][p.attr]; {
		case !v.known:
		case !p.expr.Match(v.value):
			return 0, false
		default:
			points += p.points
		}
	}
	return points, true
}

// confusing is how many points two records have to share before it is worth telling
// that they cannot be told apart: half of Nmap's. Those that know less always overlap.
const confusing = 1000

// lintRivals finds, among records that can be corrected, those that can never be
// named and those of different systems that fit the same host.
func (s Set) lintRivals() (problems []Problem) {
	var before []*rival
	for d, e := range s.Entries() {
		if !d.Own() || e.Gen2 == nil {
			continue
		}
		r := rivalOf(e, &d.Points)
		for _, first := range before {
			if text := r.lintAgainst(first); text != "" {
				problems = append(problems, Problem{e.Source.File, e.Source.Line, text})
				break
			}
		}
		before = append(before, r)
	}
	return problems
}

// lintAgainst compares r with a record that stands before it.
func (r *rival) lintAgainst(first *rival) string {
	if first.shadows(r) {
		if slices.EqualFunc(r.terms, first.terms, func(a, b place) bool { return a.expr.String() == b.expr.String() }) {
			return "" // the same tests: told elsewhere
		}
		return fmt.Sprintf("%q can never win by points: %q at %v allows all that it does, and is named first", r.Name, first.Name, first.Source)
	}
	points, ok := first.fits(r)
	if !ok || points < confusing {
		return ""
	}
	if points, ok = r.fits(first); !ok || points < confusing || sameFamily(r.Entry, first.Entry) {
		return ""
	}
	return fmt.Sprintf("%q and %q at %v fit the same host (%d points) and are of different families; tell them apart, or give one the class of the other",
		r.Name, first.Name, first.Source, points)
}

func sameFamily(a, b *Entry) bool {
	families := familiesOf(a)
	for f := range familiesOf(b) {
		if families[f] {
			return true
		}
	}
	return len(families) == 0 || len(a.Classes) == 0 || len(b.Classes) == 0
}
