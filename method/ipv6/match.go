package ipv6

import (
	"whorl"
	"whorl/method"
	"whorl/method/gen2"
)

// Score compares a record with an observation by points, as the second generation does:
// only attributes that both have count. A nil record has none. The evidence is in the
// order of the record.
func (r Reference) Score(seen []method.Line) (s gen2.Score, out []whorl.Evidence) {
	for _, t := range r {
		l, _ := method.Lines(seen).Test(t.Test.String())
		for i := range t.terms {
			term, attr := &t.terms[i], Tests[t.Test].Attrs[t.terms[i].Attr]
			got, ok := l.Value(attr.Name)
			if !ok {
				continue
			}
			e := whorl.Evidence{Method: "ipv6", Test: l.Test, Attr: attr.Name, Want: term.Expr.String(), Got: got,
				Agrees: term.Expr.Match(got), Points: attr.Points}
			s.Den += e.Points
			if e.Agrees {
				s.Num += e.Points
			}
			out = append(out, e)
		}
	}
	return s, out
}

// Carried are the lines of an observation as tests of the second generation, with those
// attributes that are named and valued alike: a [gen2.Reference] of a host over IPv4 can
// judge them. Options and windows hold the MSS, which the larger header makes 20 bytes
// smaller here.
func Carried(seen []method.Line) (out method.Lines) {
	for _, l := range seen {
		t, ok := TestNamed(l.Test)
		if !ok {
			continue
		}
		like := method.Line{Test: Tests[t].Like.String()}
		for _, a := range l.Attrs {
			if i, ok := Tests[t].Attr(a.Name); ok && Tests[t].Attrs[i].Carried {
				like.Set(a.Name, a.Value)
			}
		}
		if len(like.Attrs) > 0 {
			out = append(out, like)
		}
	}
	return out
}
