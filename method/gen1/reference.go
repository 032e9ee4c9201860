package gen1

import (
	"errors"
	"fmt"
	"slices"

	"whorl/method"
)

// Reference is what a database record says of the method, test by test in its order.
// Nil says nothing.
type Reference []*ReferenceTest

// ReferenceTest is one test of a reference, safe to share.
type ReferenceTest struct {
	Name  string
	Terms []Term
}

// Term is one attribute of a test.
type Term struct {
	Attr string
	Expr Expr
}

// ErrTest is what NewTest gives for lines of other methods.
var ErrTest = errors.New("no test of Nmap's first generation")

// NewTest reads one line of a record. What cannot be understood is reported and left
// out; all else is there.
func NewTest(l method.Line) (t *ReferenceTest, errs []error) {
	if !Has(l.Test) {
		return nil, []error{fmt.Errorf("gen1: %.24s: %w; want one of %v", l.Test, ErrTest, Tests)}
	}
	t = &ReferenceTest{Name: l.Test}
	for _, a := range l.Attrs {
		x, err := ParseExpr(a.Value)
		switch {
		case !slices.Contains(attrs(l.Test), a.Name):
			errs = append(errs, fmt.Errorf("gen1: %s: unknown attribute %.24q=%.40s", l.Test, a.Name, a.Value))
		case err != nil:
			errs = append(errs, fmt.Errorf("gen1: %s: %s: %w", l.Test, a.Name, err))
		default:
			t.Terms = append(t.Terms, Term{a.Name, x})
		}
	}
	return t, errs
}

// Line is the test as text has it.
func (t *ReferenceTest) Line() method.Line {
	l := method.Line{Test: t.Name}
	for _, term := range t.Terms {
		l.Set(term.Attr, term.Expr.String())
	}
	return l
}

// Expr is what the test says of an attribute; nil if nothing.
func (t *ReferenceTest) Expr(attr string) *Expr {
	if t == nil {
		return nil
	}
	for i := range t.Terms {
		if t.Terms[i].Attr == attr {
			return &t.Terms[i].Expr
		}
	}
	return nil
}

// NewReference reads the lines of a record. Lines of other methods are passed over.
func NewReference(lines []method.Line) (r Reference, errs []error) {
	for _, l := range lines {
		if !Has(l.Test) {
			continue
		}
		t, bad := NewTest(l)
		if !r.Set(t) {
			bad = append(bad, fmt.Errorf("gen1: %s: stands twice, only the first is used", l.Test))
		}
		errs = append(errs, bad...)
	}
	return r, errs
}

// Set adds a test unless there is one of its name already.
func (r *Reference) Set(t *ReferenceTest) bool {
	if r.Test(t.Name) != nil {
		return false
	}
	*r = append(*r, t)
	return true
}

// Test is the test of that name; nil if there is none.
func (r Reference) Test(name string) *ReferenceTest {
	for _, t := range r {
		if t.Name == name {
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
