package persona

import (
	"fmt"
	"slices"

	"whorl/method"
	"whorl/method/deep"
	"whorl/method/expr"
	"whorl/method/gen2"
	"whorl/method/syn"
)

// chooser picks one value from each expression of a reference.
type chooser struct {
	r      *gen2.Reference
	deep   deep.Reference
	heard  []syn.Form // its lines SynAck
	secret *method.Stream
}

// expr is what the reference says of an attribute; nil if nothing.
func (c *chooser) expr(t gen2.Test, attr string) *expr.Expr {
	place, ok := gen2.Tests[t].Attr(attr)
	if !ok {
		return nil
	}
	for _, term := range c.r.Test(t).Terms(expr.Whorl) {
		if term.Attr == place {
			return &term.Expr
		}
	}
	return nil
}

// silent reports whether the test is not answered.
func (c *chooser) silent(t gen2.Test) bool {
	r := c.expr(t, "R")
	return r == nil || !r.Match("Y")
}

// allows reports whether the reference accepts a value: any if it says nothing.
func (c *chooser) allows(t gen2.Test, attr, value string) bool {
	e := c.expr(t, attr)
	return e == nil || e.Match(value)
}

// text picks a value: the first of those preferred that is allowed, else the first
// alternative.
func (c *chooser) text(t gen2.Test, attr string, preferred ...string) (string, error) {
	return textOf(c.expr(t, attr), t.String()+": "+attr, preferred...)
}

// textOf is text for any expression; what names it in errors.
func textOf(e *expr.Expr, what string, preferred ...string) (string, error) {
	if e == nil && len(preferred) > 0 {
		return preferred[0], nil
	}
	if e == nil {
		return "", nil
	}
	for _, p := range preferred {
		if e.Match(p) {
			return p, nil
		}
	}
	for _, a := range e.Alternatives() {
		if v, ok := a.Example(); ok && e.Match(v) {
			return v, nil
		}
	}
	return "", fmt.Errorf("%s: nothing matches %q", what, e)
}

// number picks a number of at most max that is not among the others: one of those
// preferred, else the middle of the first alternative.
func (c *chooser) number(t gen2.Test, attr string, max uint64, not []uint64, preferred ...uint64) (uint64, error) {
	return numberOf(c.expr(t, attr), t.String()+": "+attr, max, not, preferred...)
}

// numberOf is number for any expression; what names it in errors.
func numberOf(e *expr.Expr, what string, max uint64, not []uint64, preferred ...uint64) (uint64, error) {
	if e == nil {
		e = &anyNumber
	}
	for _, p := range preferred {
		if p <= max && e.Match(hex(p)) && !slices.Contains(not, p) {
			return p, nil
		}
	}
	for _, a := range e.Alternatives() {
		lo, hi, ok := a.Bounds()
		if !ok || lo > max {
			continue
		}
		hi = min(hi, max)
		for _, v := range [...]uint64{lo + (hi-lo)/2, lo, hi} {
			if !slices.Contains(not, v) {
				return v, nil
			}
		}
	}
	return 0, fmt.Errorf("%s: no number up to %X can be shown for %q", what, max, e)
}

var anyNumber = expr.MustParse("0-FFFFFFFF")

func hex[T ~uint8 | ~uint16 | ~uint32 | ~uint64](v T) string { return fmt.Sprintf("%X", v) }

// few bounds what is looked at of an expression. Real ones have at most about 20
// alternatives; text from anywhere may have any number.
func few(alts []expr.Alt) []expr.Alt { return alts[:min(len(alts), 32)] }

// alternatives are values that an expression has, for texts: one of each
// alternative. Groups give their middle, which is nearer to what is usual than
// their ends are: of window scales 0-E it is 7.
func alternatives(e *expr.Expr) (out []string) {
	if e == nil {
		return nil
	}
	for _, a := range few(e.Alternatives()) {
		v := ""
		for _, p := range a.Parts {
			v += p.Text
			if p.Group == nil {
				continue
			}
			if lo, hi, ok := p.Group.Alternatives()[0].Bounds(); ok {
				v += hex(lo + (min(hi, 0xffff)-min(lo, 0xffff))/2)
			}
		}
		if example, ok := a.Example(); ok && (a.Kind != expr.Grouped || !e.Match(v)) {
			v = example
		} else if !ok {
			continue
		}
		out = append(out, v)
	}
	return out
}
