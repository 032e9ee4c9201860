package gen1

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Expr is an expression of the first generation: terms of which one has to hold
// (A|B), or all (<A&>5), never both. The zero value is the empty expression, which
// matches the empty value only. It is safe to share.
//
//	expr = term *( "|" term ) / term *( "&" term )
//	term = "" / literal / "+" / "<" hex / ">" hex
//
// Literals are compared as text, "+" is any number but 0. A sign without a number
// behind it is a literal. The second generation's grammar, with ranges and groups, is
// another one (package expr).
type Expr struct {
	text  string
	all   bool // every term has to hold
	terms []term
}

// term is one of the parts of an expression. Bounds are those of its numbers, both
// included; they are not used if it is a literal.
type term struct {
	text    string
	literal bool
	lo, hi  uint64
}

// maxTerms bounds what one expression may list.
const maxTerms = 256

// ParseExpr reads an expression. The error names what is wrong and the expression.
func ParseExpr(s string) (Expr, error) {
	bar, and := strings.Contains(s, "|"), strings.Contains(s, "&")
	if bar && and {
		return Expr{}, fmt.Errorf("expression %.60q: has both | and &; write one of them", s)
	}
	e := Expr{text: s, all: and}
	sep := "|"
	if and {
		sep = "&"
	}
	if n := strings.Count(s, sep) + 1; n > maxTerms {
		return Expr{}, fmt.Errorf("expression %.60q: %d terms, want at most %d", s, n, maxTerms)
	}
	for text := range strings.SplitSeq(s, sep) {
		t, err := parseTerm(text)
		if err != nil {
			return Expr{}, fmt.Errorf("expression %.60q: %w", s, err)
		}
		e.terms = append(e.terms, t)
	}
	return e, nil
}

func parseTerm(s string) (t term, err error) {
	t = term{text: s, literal: true, hi: math.MaxUint64}
	switch {
	case s == "+":
		t.literal, t.lo = false, 1
		return t, nil
	case len(s) < 2 || s[0] != '<' && s[0] != '>' || !isHex(s[1:2]):
		return t, nil
	}
	n, err := strconv.ParseUint(s[1:], 16, 64)
	switch {
	case err != nil:
		return t, fmt.Errorf("%.24q: want a hexadecimal number of at most 64 bits", s)
	case s[0] == '<':
		t.hi = n - 1
		if n == 0 {
			t.lo, t.hi = 1, 0 // nothing is less
		}
	default:
		t.lo = n + 1
		if n == math.MaxUint64 {
			t.lo, t.hi = 1, 0
		}
	}
	t.literal = false
	return t, nil
}

func isHex(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < '0' || c > '9') && (c < 'A' || c > 'F') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return s != ""
}

// Match tells whether a value fits the expression.
func (e Expr) Match(value string) bool {
	if len(e.terms) == 0 {
		return value == ""
	}
	n, err := strconv.ParseUint(value, 16, 64)
	for _, t := range e.terms {
		fits := t.text == value
		if !t.literal {
			fits = err == nil && t.lo <= n && n <= t.hi
		}
		if fits != e.all {
			return fits
		}
	}
	return e.all
}

// AppendTo writes the expression as it was read to the end of b.
func (e Expr) AppendTo(b []byte) []byte { return append(b, e.text...) }

// String is the expression as it was read.
func (e Expr) String() string { return e.text }

// Literals are values that the expression names and that match it, in its order.
func (e Expr) Literals() (out []string) {
	if len(e.terms) == 0 {
		return []string{""}
	}
	for _, t := range e.terms {
		if t.literal && e.Match(t.text) {
			out = append(out, t.text)
		}
	}
	return out
}

// Span is a range of numbers, both ends included.
type Span struct{ Lo, Hi uint64 }

// Spans are the numbers that the expression matches, in its order. The largest are
// those of 64 bits.
func (e Expr) Spans() (out []Span) {
	all := Span{0, math.MaxUint64}
	for _, t := range e.terms {
		s := Span{t.lo, t.hi}
		if t.literal {
			n, err := strconv.ParseUint(t.text, 16, 64)
			if err != nil {
				s = Span{1, 0}
			} else {
				s = Span{n, n}
			}
		}
		if e.all {
			all = Span{max(all.Lo, s.Lo), min(all.Hi, s.Hi)}
		} else if s.Lo <= s.Hi {
			out = append(out, s)
		}
	}
	if e.all && all.Lo <= all.Hi {
		out = append(out, all)
	}
	return out
}

// Satisfiable reports whether any value matches.
func (e Expr) Satisfiable() bool { return len(e.Literals()) > 0 || len(e.Spans()) > 0 }
