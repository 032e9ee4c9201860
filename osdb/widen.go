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
	Test, Attr string
	Got        string // the observed value that asked for it
	Old, New   string // expressions; Old is "-" if there was none
}

// String is the change as in "SEQ.SP FD-108 -> FD-112 (got 10A)".
func (c Change) String() string {
	return fmt.Sprintf("%s.%s %s -> %s (got %s)", c.Test, c.Attr, orEmpty(c.Old), orEmpty(c.New), orEmpty(c.Got))
}

func orEmpty(s string) string {
	if s == "" {
		return `""`
	}
	return s
}

// Widen gives the record that also fits a further print of the same system, and what
// differs from e, which stays as it is. Ranges are joined and alternatives added.
// A record only gets wider: tests and attributes that it does not mention are not
// added. The exception is a test without an answer that has got one.
//
// The error names each expression that would say nothing any more.
func (e *Entry) Widen(seen []method.Line) (wider *Entry, changes []Change, err error) {
	r := &gen2.Reference{}
	common := false
	var errs []error
	for t := range gen2.NumTests {
		test := e.Gen2.Test(t)
		if test == nil {
			continue
		}
		if l, ok := lineOf(seen, t); ok {
			common = true
			more, err := changesOf(test, l)
			errs = append(errs, err)
			changes = append(changes, more...)
			if test, err = changed(test, more); err != nil {
				errs = append(errs, err)
			}
		}
		r.Set(test)
	}
	if !common {
		errs = append(errs, errors.New("it has no test in common with the print"))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, nil, fmt.Errorf("osdb: %.60q cannot be widened: %w", e.Name, err)
	}
	wide := *e
	wide.Gen2 = r
	return &wide, changes, nil
}

// changesOf compares one test of a record with one line of a print.
func changesOf(t *gen2.ReferenceTest, l method.Line) (changes []Change, err error) {
	claims, err := claimsOf(t.Test, l)
	if err != nil {
		return nil, err
	}
	form, terms, state := gen2.Tests[t.Test], t.Terms(expr.Whorl), t.State()
	if len(terms) == 0 { // SEQ(R=N), with which nothing is compared
		return nil, nil
	}
	var errs []error
	for _, c := range claims {
		change := Change{Test: form.Name, Attr: form.Attrs[c.attr].Name, Got: c.got}
		i := slices.IndexFunc(terms, func(t gen2.Term) bool { return t.Attr == c.attr })
		switch {
		case i < 0 && (state == gen2.Silent || state == gen2.Empty): // nothing came so far
			change.Old, change.New = "-", c.want
		case i < 0 || terms[i].Expr.Match(c.got):
			continue
		default:
			old := terms[i].Expr
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
