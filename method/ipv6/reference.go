package ipv6

import (
	"errors"
	"fmt"
	"slices"

	"whorl/method"
	"whorl/method/expr"
)

// Reference is what a database record says of the method, test by test in the order of
// the record. Nil says nothing.
type Reference []*ReferenceTest

// ReferenceTest is one test of a reference, safe to share.
type ReferenceTest struct {
	Test    Test
	terms   []Term // in the order of the record
	implied bool   // the record does not write the R that terms begin with
}

// Term is one attribute of a test.
type Term struct {
	Attr int // place in the form of the test
	Expr expr.Expr
}

// ErrTest is what NewTest gives for lines of other methods.
var ErrTest = errors.New("no test of IPv6")

// NewTest reads one line of a record. What cannot be understood is reported and left
// out; all else is there.
func NewTest(l method.Line) (t *ReferenceTest, errs []error) {
	n, ok := TestNamed(l.Test)
	if !ok {
		return nil, []error{fmt.Errorf("ipv6: %.24s: %w", l.Test, ErrTest)}
	}
	t = &ReferenceTest{Test: n}
	for _, a := range l.Attrs {
		x, err := expr.Parse(a.Value)
		i, known := Tests[n].Attr(a.Name)
		switch {
		case !known:
			errs = append(errs, fmt.Errorf("ipv6: %s: unknown attribute %.24q", l.Test, a.Name))
		case err != nil:
			errs = append(errs, fmt.Errorf("ipv6: %s: %s: %w", l.Test, a.Name, err))
		default:
			t.terms = append(t.terms, Term{i, x})
		}
	}
	if len(t.terms) < len(l.Attrs) && len(t.terms) == 0 {
		return t, errs // it says something, and nobody knows what
	}
	if err := t.imply(); err != nil {
		errs = append(errs, fmt.Errorf("ipv6: %s: %w", l.Test, err))
	}
	return t, errs
}

// Only read.
var yes, no = expr.MustParse("Y"), expr.MustParse("N")

// imply adds the R that a test does not write: Y if it has values, N if it has none.
func (t *ReferenceTest) imply() error {
	place, ok := Tests[t.Test].Attr("R")
	if !ok {
		return nil
	}
	r := t.Expr("R")
	switch {
	case r == nil && len(t.terms) == 0:
		t.terms, t.implied = []Term{{place, no}}, true
	case r == nil:
		t.terms, t.implied = slices.Insert(t.terms, 0, Term{place, yes}), true
	case len(t.terms) > 1 && !r.Match("Y"):
		return errors.New("says that there is no answer and what it contains; write R=Y or leave the values out")
	}
	return nil
}

// Terms are the attributes to compare. A test that writes values without R means R=Y, and
// one without anything R=N. The slice is shared and must not be changed.
func (t *ReferenceTest) Terms() []Term {
	if t == nil {
		return nil
	}
	return t.terms
}

// Expr is what the test says of an attribute; nil if nothing.
func (t *ReferenceTest) Expr(attr string) *expr.Expr {
	if t == nil {
		return nil
	}
	for i := range t.terms {
		if Tests[t.Test].Attrs[t.terms[i].Attr].Name == attr {
			return &t.terms[i].Expr
		}
	}
	return nil
}

// Line is the test as written.
func (t *ReferenceTest) Line() method.Line {
	l := method.Line{Test: t.Test.String()}
	for i, term := range t.terms {
		if i > 0 || !t.implied {
			l.Set(Tests[t.Test].Attrs[term.Attr].Name, term.Expr.String())
		}
	}
	return l
}

// NewReference reads the lines of a record. Lines of other methods are passed over.
func NewReference(lines []method.Line) (r Reference, errs []error) {
	for _, l := range lines {
		if !Has(l.Test) {
			continue
		}
		t, bad := NewTest(l)
		if r.Test(t.Test) != nil {
			bad = append(bad, fmt.Errorf("ipv6: %s: stands twice, only the first is used", l.Test))
		} else {
			r = append(r, t)
		}
		errs = append(errs, bad...)
	}
	return r, errs
}

// Test is that test of the reference; nil if there is none.
func (r Reference) Test(test Test) *ReferenceTest {
	for _, t := range r {
		if t.Test == test {
			return t
		}
	}
	return nil
}

// Lines are the reference as text has it.
func (r Reference) Lines() (out method.Lines) {
	for _, t := range r {
		out = append(out, t.Line())
	}
	return out
}
