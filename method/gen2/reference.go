package gen2

import (
	"fmt"

	"whorl/method"
	"whorl/method/expr"
)

// Reference is what a database record says of a stack: a subset of the tests,
// their values being expressions. Its zero value says nothing.
type Reference struct {
	tests [NumTests]*ReferenceTest
}

// Test is what the record says of one test; nil if it does not mention it, or if
// there is no record.
func (r *Reference) Test(t Test) *ReferenceTest {
	if r == nil {
		return nil
	}
	return r.tests[t]
}

// Set puts a test into the record and reports false if it has that test already.
func (r *Reference) Set(t *ReferenceTest) bool {
	if r.tests[t.Test] != nil {
		return false
	}
	r.tests[t.Test] = t
	return true
}

// Lines are the tests as written, in print order.
func (r *Reference) Lines() []method.Line {
	var out []method.Line
	for _, t := range r.tests {
		if t != nil {
			out = append(out, t.Line())
		}
	}
	return out
}

// AppendTo writes the tests, one a line.
func (r *Reference) AppendTo(b []byte) []byte {
	for _, l := range r.Lines() {
		b = append(l.AppendTo(b), '\n')
	}
	return b
}

// String is the tests, one a line.
func (r *Reference) String() string { return string(r.AppendTo(nil)) }

// NewReference builds a record from its lines. What cannot be understood is
// reported and left out of comparisons; all else is there.
func NewReference(lines []method.Line) (*Reference, []error) {
	var c Compiler
	var errs []error
	r := &Reference{}
	for _, l := range lines {
		t, more := c.Test(l)
		errs = append(errs, more...)
		if t != nil && !r.Set(t) {
			errs = append(errs, fmt.Errorf("gen2: %s: stands twice, only the first is used", l.Test))
		}
	}
	return r, errs
}

// ReferenceTest is one test of a record. Records may share it; it does not change.
type ReferenceTest struct {
	Test    Test
	terms   []Term // in print order
	implied bool   // the record does not write its R, terms[0]
	silent  bool   // R=N in a test without attribute R: SEQ, OPS, WIN
	unread  []method.Attr
}

// Term is one attribute of a reference.
type Term struct {
	Attr int // place in the form of the test
	Expr expr.Expr
}

// State tells apart the ways in which a record says little about a test.
type State uint8

// The states.
const (
	Absent State = iota // not mentioned
	Empty               // T2()
	Silent              // T2(R=N): no answer
	Filled              // with values
)

// State of a test of a record, nil included.
func (t *ReferenceTest) State() State {
	switch {
	case t == nil:
		return Absent
	case t.silent:
		return Silent
	}
	terms := t.Terms(expr.Nmap793)
	switch {
	case len(terms) == 0:
		return Empty
	case len(terms) == 1 && t.form().Attrs[terms[0].Attr].Name == "R" && !terms[0].Expr.Match("Y"):
		return Silent
	}
	return Filled
}

// Terms are the attributes to compare. A test that writes values without R means
// R=Y, and one without anything R=N, as in Nmap after 7.99; 7.93 compares no R
// then. The slice is shared and must not be changed.
func (t *ReferenceTest) Terms(m expr.Meaning) []Term {
	if t == nil {
		return nil
	}
	if t.implied && m == expr.Nmap793 {
		return t.terms[1:]
	}
	return t.terms
}

// Line is the test as written, its attributes in print order.
func (t *ReferenceTest) Line() method.Line {
	l := method.Line{Test: t.form().Name}
	if t.silent {
		l.Set("R", "N")
	}
	for _, term := range t.Terms(expr.Nmap793) {
		l.Set(t.form().Attrs[term.Attr].Name, term.Expr.String())
	}
	l.Attrs = append(l.Attrs, t.unread...)
	return l
}

func (t *ReferenceTest) form() Form { return Tests[t.Test] }
