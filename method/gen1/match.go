package gen1

import (
	"whorl"
	"whorl/method"
)

// Points are the result of a comparison: how many attributes agree, and how many could
// be compared. Nmap showed only their ratio, so that 8 of 8 looked like 55 of 55.
type Points struct{ Passed, Compared int }

// Accuracy is the share that agrees, 0 if nothing could be compared.
func (p Points) Accuracy() float64 {
	if p.Compared == 0 {
		return 0
	}
	return float64(p.Passed) / float64(p.Compared)
}

// Perfect reports whether all that could be compared agrees.
func (p Points) Perfect() bool { return p.Compared > 0 && p.Passed == p.Compared }

// Threshold is the accuracy below which Nmap listed no record.
const Threshold = 0.85

// Score compares a record with what was seen, by the rule of the first generation: of
// every test that both have, every attribute that both have counts one. So silence is
// not held against a record that has no Resp: with a Resp=N that was seen it shares
// nothing. The evidence is in the order of the record.
func (r Reference) Score(seen []method.Line) (p Points, out []whorl.Evidence) {
	for _, t := range r {
		l, _ := Print(seen).Test(t.Name)
		for i := range t.Terms {
			term := &t.Terms[i]
			got, ok := l.Value(term.Attr)
			if !ok {
				continue
			}
			agrees := term.Expr.Match(got)
			if p.Compared++; agrees {
				p.Passed++
			}
			out = append(out, whorl.Evidence{Method: "gen1", Test: t.Name, Attr: term.Attr, Want: term.Expr.String(), Got: got, Agrees: agrees})
		}
	}
	return p, out
}
