package deep

import (
	"whorl"
	"whorl/method"
)

// Score compares a record with what was seen: one piece of evidence for each
// attribute that both have, in the order of the record. Points and weights are left
// to the judge.
func (r Reference) Score(seen []method.Line) (out []whorl.Evidence) {
	for i := range r {
		t := &r[i]
		l, _ := Print(seen).Test(t.Test)
		if value, ok := l.Value(t.Attr); ok {
			out = append(out, whorl.Evidence{Method: "deep", Test: t.Test, Attr: t.Attr,
				Want: t.Expr.String(), Got: value, Agrees: t.Expr.Match(value)})
		}
	}
	return out
}
