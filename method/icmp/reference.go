package icmp

import (
	"slices"

	"whorl/method"
	"whorl/method/expr"
)

// Reference is what a database record says of the tests; nil says nothing.
type Reference []Term

// Term is one attribute of a reference.
type Term struct {
	Test, Attr string
	Expr       expr.Expr
}

// NewReference reads the lines of a record. Those of other tests are passed over, and what
// cannot be read was told when the record was.
func NewReference(lines []method.Line) (r Reference) {
	for _, l := range lines {
		if !Has(l.Test) {
			continue
		}
		for _, a := range l.Attrs {
			if x, err := expr.Parse(a.Value); err == nil {
				r = append(r, Term{l.Test, a.Name, x})
			}
		}
	}
	return r
}

// Difference is an attribute that both a record and a print have.
type Difference struct {
	Test, Attr string
	Got, Want  string
	Agrees     bool    // some value fits both
	Cost       float64 // how much less likely it makes the record if not, a natural logarithm
}

// Compare gives the attributes that the record and a print both have, in the order of the
// print.
func (r Reference) Compare(p *Print) (out []Difference) {
	for _, l := range p.Tests {
		for _, a := range l.Attrs {
			i := slices.IndexFunc(r, func(t Term) bool { return t.Test == l.Test && t.Attr == a.Name })
			got, err := expr.Parse(a.Value)
			if i < 0 || err != nil {
				continue
			}
			out = append(out, Difference{Test: l.Test, Attr: a.Name, Got: a.Value, Want: r[i].Expr.String(),
				Agrees: meet(got, r[i].Expr), Cost: cost(a.Name)})
		}
	}
	return out
}

// Holds reports whether a print has all attributes of the reference, and whatever it leaves
// open lies within what that says.
func (r Reference) Holds(p *Print) bool {
	for i := range r {
		n := slices.IndexFunc(p.Tests, func(l method.Line) bool { return l.Test == r[i].Test })
		if n < 0 {
			return false
		}
		value, _ := p.Tests[n].Value(r[i].Attr)
		got, err := expr.Parse(value)
		if err != nil || !within(got, r[i].Expr) {
			return false
		}
	}
	return true
}

// within reports whether all that fits a fits an alternative of b too.
func within(a, b expr.Expr) bool {
	return !slices.ContainsFunc(a.Alternatives(), func(part expr.Alt) bool {
		lo, hi, numbers := part.Bounds()
		return !slices.ContainsFunc(b.Alternatives(), func(whole expr.Alt) bool {
			from, to, ok := whole.Bounds()
			return numbers && ok && from <= lo && hi <= to || part.Kind == expr.Literal && part.Text == whole.Text
		})
	})
}

// meet reports whether some value fits both expressions.
func meet(a, b expr.Expr) bool { return begins(a, b) || begins(b, a) }

// begins reports whether an alternative of a begins within b: of two ranges that meet one
// begins within the other.
func begins(a, b expr.Expr) bool {
	return slices.ContainsFunc(a.Alternatives(), func(alt expr.Alt) bool {
		v, ok := alt.Example()
		return ok && b.Match(v)
	})
}

// costs are what a difference costs. Of the 1,293 stacks of Linux and 845 of Windows of which
// Nmap's database (7.93) has a port unreachable, one differs from most of its family in TTL
// (5 and 11 %), length of the quote within Linux (1 %), IP ID (2 and 2 %), checksums of IP (2
// and 3 %) and UDP (3 and 1 %), and DF of its echo replies within Linux (1 %). Logarithms of
// these are from -2.2 to -4.6; the costs are less, as NATs rewrite quotes and one machine
// may speak for another. What a setting (TTL) or a router (TOS) changes costs 1.
var costs = [...]struct {
	attr string
	cost float64
}{
	{"R", 1}, {"DF", 2}, {"T", 1}, {"TG", 1}, {"HL", 1}, {"HLG", 1}, {"IPL", 2}, {"PL", 2}, {"UN", 2}, {"TOS", 1}, {"TC", 1}, {"FL", 1},
	{"RIPL", 2}, {"RPL", 2}, {"RID", 2}, {"RIPCK", 1}, {"RUCK", 1}, {"RUD", 2}, {"RFL", 1}, {"DFI", 2}, {"CD", 2}, {"ID", 2},
}

func cost(attr string) float64 {
	for i := range costs {
		if costs[i].attr == attr {
			return costs[i].cost
		}
	}
	return 0
}
