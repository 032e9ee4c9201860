package gen2

import (
	"fmt"
	"slices"

	"whorl/method"
	"whorl/method/expr"
)

// Compiler reads the tests of many references; equal expressions become one.
// The zero value is ready.
type Compiler struct {
	exprs map[string]expr.Expr
}

func (c *Compiler) expr(s string) (expr.Expr, error) {
	if e, ok := c.exprs[s]; ok {
		return e, nil
	}
	e, err := expr.Parse(s)
	if err != nil {
		return e, err
	}
	if c.exprs == nil {
		c.exprs = map[string]expr.Expr{}
	}
	c.exprs[s] = e
	return e, nil
}

// Test reads one test. It is nil if there is no test of that name. Attributes that
// are unknown or whose expression cannot be read are reported; they are written
// again with the test and never compared.
func (c *Compiler) Test(l method.Line) (*ReferenceTest, []error) {
	n, ok := TestNamed(l.Test)
	if !ok {
		return nil, []error{fmt.Errorf("gen2: %.24s: no such test", l.Test)}
	}
	t := &ReferenceTest{Test: n, terms: make([]Term, 0, 1+len(l.Attrs))}
	var errs []error
	for _, a := range l.Attrs {
		if err := c.attr(t, a); err != nil {
			t.unread = append(t.unread, a)
			errs = append(errs, fmt.Errorf("gen2: %s: %w", l.Test, err))
		}
	}
	slices.SortStableFunc(t.terms, func(a, b Term) int { return a.Attr - b.Attr })
	if err := answered(t); err != nil {
		errs = append(errs, fmt.Errorf("gen2: %s: %w", l.Test, err))
	}
	return t, errs
}

func (c *Compiler) attr(t *ReferenceTest, a method.Attr) error {
	i, ok := t.form().Attr(a.Name)
	if !ok {
		if a.Name == "R" && a.Value == "N" {
			t.silent = true
			return nil
		}
		return fmt.Errorf("unknown attribute %.24q", a.Name)
	}
	e, err := c.expr(a.Value)
	if err != nil {
		return fmt.Errorf("%s: %w", a.Name, err)
	}
	t.terms = append(t.terms, Term{i, e})
	return nil
}

// Only read.
var yes, no = expr.MustParse("Y"), expr.MustParse("N")

// answered adds the R that a test does not write.
func answered(t *ReferenceTest) error {
	place, ok := t.form().Attr("R")
	imply := func(r expr.Expr) {
		t.implied = true
		t.terms = slices.Insert(t.terms, 0, Term{place, r})
	}
	contradiction := false
	switch {
	case !ok:
		contradiction = t.silent && len(t.terms) > 0
	case len(t.terms) == 0:
		imply(no)
	case t.terms[0].Attr != place:
		imply(yes)
	case len(t.terms) > 1:
		contradiction = !t.terms[0].Expr.Match("Y")
	}
	if contradiction {
		return fmt.Errorf("says that there is no answer and what it contains; write R=Y or leave the values out")
	}
	return nil
}
