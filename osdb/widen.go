package osdb

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"whorl/method"
	"whorl/method/expr"
	"whorl/method/gen2"
)

// Bounds on what an expression may grow to by widening. Beyond them it would say
// next to nothing, and the observation deserves a record of its own.
const (
	mostAlternatives = 17   // as many as Nmap's longest has
	widestRange      = 0x60 // numbers; twelve doublings of SP and ISR
)

// values is how many values attributes of few values have. An expression with all of
// them says nothing.
var values = map[string]int{"S": 4, "A": 4, "CC": 4, "DFI": 4, "Q": 4, "RIPCK": 3, "TI": 5, "CI": 5, "II": 5}

// Change is one expression of a record that widening replaces.
type Change struct {
	Test, Attr string // Attr is empty if the whole test is new
	Got        string // the observed value that asked for it
	Old, New   string // expressions; Old is "-" if there was none; New is all attributes of a new test
}

// String is the change as in "SEQ.SP FD-108 -> FD-112 (got 10A)", or "T2_6 - -> R=N" for a
// new test.
func (c Change) String() string {
	if c.Attr == "" {
		return fmt.Sprintf("%s %s -> %s", c.Test, c.Old, c.New)
	}
	return fmt.Sprintf("%s.%s %s -> %s (got %s)", c.Test, c.Attr, orEmpty(c.Old), orEmpty(c.New), orEmpty(c.Got))
}

func orEmpty(s string) string {
	if s == "" {
		return `""`
	}
	return s
}

// Widen gives the record that also fits a further print of the same system, over either
// version of IP, and what differs from e, which stays as it is. Ranges are joined and
// alternatives added. A record only gets wider: tests and attributes that it does not
// mention are not added. The exceptions are a test without an answer that has got one,
// and a record that tells nothing of IPv6: it learns all that the print does.
//
// The error names each expression that would say nothing any more.
func (e *Entry) Widen(seen []method.Line) (wider *Entry, changes []Change, err error) {
	wide := *e
	var common, common6 bool
	var changes6 []Change
	var errs [3]error
	wide.Gen2, changes, common, errs[0] = widenGen2(e.Gen2, seen)
	wide.Extra, changes6, common6, errs[1] = widenIPv6(e.Extra, seen)
	if !common && !common6 {
		errs[2] = errors.New("it has no test in common with the print")
	}
	if err := errors.Join(errs[:]...); err != nil {
		return nil, nil, fmt.Errorf("osdb: %.60q cannot be widened: %w", e.Name, err)
	}
	return &wide, append(changes, changes6...), nil
}

// widenGen2 does so with the tests of the second generation. common is that one of them is
// in the print; without that the result is the record's.
func widenGen2(was *gen2.Reference, seen []method.Line) (wide *gen2.Reference, changes []Change, common bool, err error) {
	wide = &gen2.Reference{}
	var errs []error
	for t := range gen2.NumTests {
		test := was.Test(t)
		if test == nil {
			continue
		}
		if l, ok := lineOf(seen, t); ok {
			common = true
			more, err := changesOf(claimedByGen2(test), l)
			errs = append(errs, err)
			changes = append(changes, more...)
			if test, err = changed(test, more); err != nil {
				errs = append(errs, err)
			}
		}
		wide.Set(test)
	}
	if !common {
		return was, nil, false, nil
	}
	return wide, changes, true, errors.Join(errs...)
}

// claimed is what one test of a record says, of whichever method.
type claimed struct {
	test   string
	form   func(attr string) (place int, ok bool) // all that it could say
	terms  map[string]expr.Expr                   // by attribute
	silent bool                                   // that no answer comes, or nothing at all
}

func claimedByGen2(t *gen2.ReferenceTest) claimed {
	form := gen2.Tests[t.Test]
	state := t.State()
	c := claimed{form.Name, form.Attr, map[string]expr.Expr{}, state == gen2.Silent || state == gen2.Empty}
	for _, term := range t.Terms(expr.Whorl) {
		c.terms[form.Attrs[term.Attr].Name] = term.Expr
	}
	return c
}

// changesOf compares one test of a record with one line of a print.
func changesOf(t claimed, l method.Line) (changes []Change, err error) {
	claims, err := claimsOf(t.form, l)
	if err != nil {
		return nil, err
	}
	if len(t.terms) == 0 { // SEQ(R=N), with which nothing is compared
		return nil, nil
	}
	var errs []error
	for _, c := range claims {
		change := Change{Test: t.test, Attr: c.attr, Got: c.got}
		old, told := t.terms[c.attr]
		switch {
		case !told && t.silent: // nothing came so far
			change.Old, change.New = "-", c.want
		case !told || old.Match(c.got):
			continue
		default:
			alts := joined(old, expr.MustParse(c.want))
			change.Old, change.New = old.String(), strings.Join(alts, "|")
			errs = append(errs, meaningless(change, alts))
		}
		changes = append(changes, change)
	}
	return changes, errors.Join(errs...)
}

// changed is the test with new expressions. What could not be read in the old one
// stays as it is.
func changed(t *gen2.ReferenceTest, changes []Change) (*gen2.ReferenceTest, error) {
	if len(changes) == 0 {
		return t, nil
	}
	l := method.Line{Test: t.Test.String()}
	for _, a := range t.Line().Attrs {
		if !slices.ContainsFunc(changes, func(c Change) bool { return c.Attr == a.Name }) {
			l.Set(a.Name, a.Value)
		}
	}
	for _, c := range changes {
		l.Set(c.Attr, c.New)
	}
	_, before := new(gen2.Compiler).Test(t.Line())
	wide, errs := new(gen2.Compiler).Test(l)
	if len(errs) > len(before) {
		return t, errs[len(errs)-1]
	}
	return wide, nil
}

// joined are the alternatives that match what either expression does. A range takes
// in what it touches; everything else is added behind.
func joined(old, more expr.Expr) (alts []string) {
	for _, a := range old.Alternatives() {
		alts = append(alts, a.Text)
	}
	for _, a := range more.Alternatives() {
		if !covers(old, a) {
			alts = absorb(alts, a)
		}
	}
	if slices.Equal(alts, []string{"N", "Y"}) { // as everybody writes it
		slices.Reverse(alts)
	}
	return alts
}

// absorb adds an alternative, as one range with those numbers that it overlaps or
// continues.
func absorb(alts []string, a expr.Alt) []string {
	lo, hi, ok := a.Bounds()
	if !ok || a.Kind != expr.Range {
		return append(alts, a.Text)
	}
	place := len(alts)
	for i := 0; i < len(alts); i++ {
		b := expr.MustParse(alts[i]).Alternatives()[0]
		l, h, ok := b.Bounds()
		if !ok || b.Kind == expr.Greater || l > hi+1 || h+1 < lo {
			continue
		}
		lo, hi = min(lo, l), max(hi, h)
		alts = slices.Delete(alts, i, i+1)
		place = min(place, i)
		i = -1 // what has grown may touch more
	}
	return slices.Insert(alts, min(place, len(alts)), span(lo, hi))
}

// meaningless is the reason why an expression, given as its alternatives, has grown
// too far; nil if it has not.
func meaningless(c Change, alts []string) error {
	why := ""
	for _, text := range alts {
		a := expr.MustParse(text).Alternatives()[0]
		if lo, hi, ok := a.Bounds(); ok && a.Kind == expr.Range && hi-lo > widestRange && !strings.Contains(c.Old, text) {
			why = fmt.Sprintf("a range of more than %d numbers", widestRange)
		}
	}
	switch n := values[c.Attr]; {
	case n > 0 && len(alts) >= n:
		why = "that is every value there is"
	case len(alts) > mostAlternatives:
		why = fmt.Sprintf("more than %d alternatives", mostAlternatives)
	}
	if why == "" {
		return nil
	}
	return fmt.Errorf("%s.%s=%s would become %s and say nothing any more: %s", c.Test, c.Attr, c.Old, c.New, why)
}

// covers reports whether an expression matches all that an alternative does. With
// groups it only knows equal ones.
func covers(e expr.Expr, a expr.Alt) bool {
	lo, hi, number := a.Bounds()
	for _, b := range e.Alternatives() {
		if b.Text == a.Text {
			return true
		}
		if l, h, ok := b.Bounds(); ok && number && l <= lo && hi <= h {
			return true
		}
	}
	return a.Kind == expr.Literal && e.Match(a.Text)
}

// coversAll reports whether an expression matches all that another does.
func coversAll(e, other expr.Expr) bool {
	return !slices.ContainsFunc(other.Alternatives(), func(a expr.Alt) bool { return !covers(e, a) })
}
