package deep

import (
	"fmt"

	"whorl/method"
	"whorl/method/expr"
)

// Reference is what a database record says of the tests, in the order of the record.
// Nil says nothing.
type Reference []Term

// Term is one attribute of a reference.
type Term struct {
	Test, Attr string
	Expr       expr.Expr
}

// NewReference reads the lines of a record. Lines of other methods are passed over.
// What cannot be understood is reported and left out; all else is there.
func NewReference(lines []method.Line) (r Reference, errs []error) {
	for _, l := range lines {
		if !Has(l.Test) {
			continue
		}
		for _, a := range l.Attrs {
			x, err := expr.Parse(a.Value)
			switch {
			case err != nil:
				errs = append(errs, fmt.Errorf("deep: %s: %s: %w", l.Test, a.Name, err))
			case r.Expr(l.Test, a.Name) != nil:
				errs = append(errs, fmt.Errorf("deep: %s: %s: stands twice, only the first is used", l.Test, a.Name))
			default:
				r = append(r, Term{l.Test, a.Name, x})
			}
		}
	}
	return r, errs
}

// Expr is what the record says of an attribute; nil if nothing.
func (r Reference) Expr(test, attr string) *expr.Expr {
	for i := range r {
		if r[i].Test == test && r[i].Attr == attr {
			return &r[i].Expr
		}
	}
	return nil
}
