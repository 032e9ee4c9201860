package gen2

import (
	"fmt"
	"iter"
	"slices"
	"strconv"

	"whorl"
	"whorl/method"
	"whorl/method/expr"
)

// Points say what each attribute of each test is worth, by their places in [Tests].
type Points [NumTests][MaxAttrs]uint16

// MaxPoints bounds what one attribute may be worth, so that the sum over all
// attributes, 119 of them, fits 16 bits.
const MaxPoints = 500

// DefaultPoints are the points in [Tests].
func DefaultPoints() *Points {
	p := new(Points)
	for t, f := range Tests {
		for i, a := range f.Attrs {
			p[t][i] = uint16(a.Points)
		}
	}
	return p
}

// Set takes the points of one test from a line of a MatchPoints section, decimal
// numbers. Attributes that are missing or wrong keep their points and are reported.
func (p *Points) Set(l method.Line) (errs []error) {
	t, ok := TestNamed(l.Test)
	if !ok {
		return []error{fmt.Errorf("gen2: MatchPoints: %.24s: no such test", l.Test)}
	}
	fail := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("gen2: MatchPoints: %s: %w", l.Test, fmt.Errorf(format, args...)))
	}
	for _, a := range l.Attrs {
		i, ok := Tests[t].Attr(a.Name)
		n, err := strconv.ParseUint(a.Value, 10, 16)
		switch {
		case !ok:
			fail("unknown attribute %.24q", a.Name)
		case err != nil || n > MaxPoints:
			fail("%s=%.24s: want a number from 0 to %d", a.Name, a.Value, MaxPoints)
		default:
			p[t][i] = uint16(n)
		}
	}
	for i, a := range Tests[t].Attrs {
		if _, ok := l.Value(a.Name); !ok {
			fail("%s is missing; it counts %d", a.Name, p[t][i])
		}
	}
	return errs
}

// Lines are the points as a MatchPoints section writes them.
func (p *Points) Lines() []method.Line {
	var out []method.Line
	for t, f := range Tests {
		l := method.Line{Test: f.Name}
		for i, a := range f.Attrs {
			l.Set(a.Name, strconv.Itoa(int(p[t][i])))
		}
		out = append(out, l)
	}
	return out
}

// Score is the result of a comparison: the points of what agrees and of all that
// could be compared.
type Score struct {
	Num, Den int
}

// Accuracy is the share of points, 0 if nothing could be compared.
func (s Score) Accuracy() whorl.Fraction {
	if s.Den == 0 {
		return 0
	}
	return whorl.Fraction(s.Num) / whorl.Fraction(s.Den)
}

// Score compares a record with an observation. Only attributes that both have
// count; a nil record has none. The observation has each test at most once, in any
// order; further lines of a test are ignored.
func (r *Reference) Score(seen []method.Line, p *Points, m expr.Meaning) (s Score) {
	for c := range r.comparisons(seen, p, m) {
		s.add(c)
	}
	return s
}

// Explain is Score with every comparison it is made of, in print order.
func (r *Reference) Explain(seen []method.Line, p *Points, m expr.Meaning) (s Score, ev []whorl.Evidence) {
	if r != nil {
		ev = make([]whorl.Evidence, 0, r.terms(m))
	}
	for c := range r.comparisons(seen, p, m) {
		s.add(c)
		ev = append(ev, whorl.Evidence{
			Method: "gen2", Test: c.test.String(), Attr: Tests[c.test].Attrs[c.term.Attr].Name,
			Want: c.term.Expr.String(), Got: c.got, Agrees: c.agrees, Points: c.points,
		})
	}
	return s, ev
}

// terms is how many attributes a record tells of.
func (r *Reference) terms(m expr.Meaning) (n int) {
	for _, t := range r.tests {
		n += len(t.Terms(m))
	}
	return n
}

func (s *Score) add(c comparison) {
	s.Den += c.points
	if c.agrees {
		s.Num += c.points
	}
}

// comparison is of one attribute that record and observation both have.
type comparison struct {
	test   Test
	term   Term
	got    string
	points int
	agrees bool
}

func (r *Reference) comparisons(seen []method.Line, p *Points, m expr.Meaning) iter.Seq[comparison] {
	return func(yield func(comparison) bool) {
		if r == nil {
			return
		}
		for n, t := range r.tests {
			l, ok := line(seen, Tests[n].Name)
			if !ok {
				continue
			}
			for _, term := range t.Terms(m) {
				got, ok := l.Value(Tests[n].Attrs[term.Attr].Name)
				if ok && !yield(comparison{Test(n), term, got, int(p[n][term.Attr]), term.Expr.MatchAs(m, got)}) {
					return
				}
			}
		}
	}
}

func line(seen []method.Line, test string) (method.Line, bool) {
	i := slices.IndexFunc(seen, func(l method.Line) bool { return l.Test == test })
	if i < 0 {
		return method.Line{}, false
	}
	return seen[i], true
}
