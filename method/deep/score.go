package deep

import (
	"whorl"
	"whorl/method"
	"whorl/method/expr"
)

// Score compares what was seen with the lines of a record, whose values are
// expressions: one piece of evidence for each attribute that both have, in the order
// of the record. Lines of other methods are passed over, and so are expressions that
// cannot be read. Points and weights are left to the judge.
func Score(record, seen []method.Line) (out []whorl.Evidence) {
	for _, want := range record {
		got, ok := Print(seen).Test(want.Test)
		if !ok || !Has(want.Test) {
			continue
		}
		for _, a := range want.Attrs {
			value, ok := got.Value(a.Name)
			x, err := expr.Parse(a.Value)
			if !ok || err != nil {
				continue
			}
			out = append(out, whorl.Evidence{Method: "deep", Test: want.Test, Attr: a.Name,
				Want: a.Value, Got: value, Agrees: x.Match(value)})
		}
	}
	return out
}
