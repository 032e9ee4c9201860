package gen2

import (
	"fmt"
	"slices"

	"whorl/method"
	"whorl/method/expr"
)

// Test numbers the tests in the order in which they are printed.
type Test uint8

// The tests.
const (
	TestSEQ Test = iota
	TestOPS
	TestWIN
	TestECN
	TestT1
	TestT2
	TestT3
	TestT4
	TestT5
	TestT6
	TestT7
	TestU1
	TestIE
	NumTests
)

// String is the name as printed.
func (t Test) String() string {
	if t >= NumTests {
		return fmt.Sprintf("Test(%d)", uint8(t))
	}
	return Tests[t].Name
}

// TestNamed finds a test by its name.
func TestNamed(name string) (Test, bool) {
	for t := range Tests {
		if Tests[t].Name == name {
			return Test(t), true
		}
	}
	return 0, false
}

// Form is what one test can say: its attributes in the order in which they are
// printed, each with the points that Nmap gives for it by default.
type Form struct {
	Name  string
	Attrs []AttrForm
}

// AttrForm is one attribute of a test.
type AttrForm struct {
	Name   string
	Points int
}

// Attr finds the place of an attribute in the form.
func (f Form) Attr(name string) (int, bool) {
	i := slices.IndexFunc(f.Attrs, func(a AttrForm) bool { return a.Name == name })
	return i, i >= 0
}

// MaxAttrs is the largest number of attributes in a form.
const MaxAttrs = 11

// Tests are the forms of all tests. The array is only read. Attributes:
// https://nmap.org/book/osdetect-methods.html; points: as Nmap 7.93 has them.
var Tests = [NumTests]Form{
	TestSEQ: {"SEQ", []AttrForm{{"SP", 25}, {"GCD", 75}, {"ISR", 25}, {"TI", 100}, {"CI", 50}, {"II", 100}, {"SS", 80}, {"TS", 100}}},
	TestOPS: {"OPS", []AttrForm{{"O1", 20}, {"O2", 20}, {"O3", 20}, {"O4", 20}, {"O5", 20}, {"O6", 20}}},
	TestWIN: {"WIN", []AttrForm{{"W1", 15}, {"W2", 15}, {"W3", 15}, {"W4", 15}, {"W5", 15}, {"W6", 15}}},
	TestECN: {"ECN", []AttrForm{{"R", 100}, {"DF", 20}, {"T", 15}, {"TG", 15}, {"W", 15}, {"O", 15}, {"CC", 100}, {"Q", 20}}},
	TestT1:  {"T1", []AttrForm{{"R", 100}, {"DF", 20}, {"T", 15}, {"TG", 15}, {"S", 20}, {"A", 20}, {"F", 30}, {"RD", 20}, {"Q", 20}}},
	TestT2:  tcpForm("T2", 80),
	TestT3:  tcpForm("T3", 80),
	TestT4:  tcpForm("T4", 100),
	TestT5:  tcpForm("T5", 100),
	TestT6:  tcpForm("T6", 100),
	TestT7:  tcpForm("T7", 80),
	TestU1: {"U1", []AttrForm{{"R", 50}, {"DF", 20}, {"T", 15}, {"TG", 15}, {"IPL", 100}, {"UN", 100},
		{"RIPL", 100}, {"RID", 100}, {"RIPCK", 100}, {"RUCK", 100}, {"RUD", 100}}},
	TestIE: {"IE", []AttrForm{{"R", 50}, {"DFI", 40}, {"T", 15}, {"TG", 15}, {"CD", 100}}},
}

func tcpForm(name string, answered int) Form {
	return Form{name, []AttrForm{{"R", answered}, {"DF", 20}, {"T", 15}, {"TG", 15}, {"W", 25},
		{"S", 20}, {"A", 20}, {"F", 30}, {"O", 10}, {"RD", 20}, {"Q", 20}}}
}

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
