package expr

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Expr is one expression, safe to share. The zero value is the empty expression,
// which matches the empty value only.
type Expr struct {
	text string
	alts []Alt
}

// Kind is a form of an alternative.
type Kind uint8

// The forms.
const (
	Literal Kind = iota // equal to Text
	Range               // from Lo to Hi, both included
	Greater             // more than Lo
	Less                // less than Hi
	Grouped             // Parts, one after the other
)

// Alt is one alternative of an expression.
type Alt struct {
	Kind   Kind
	Text   string // as written
	Lo, Hi string // bounds without leading zeros, "" for zero; which are set is a matter of Kind
	Parts  []Part // of Grouped

	dashLater bool // a "-" follows further on in the expression: 7.93 minds
}

// Part is a piece of a grouped alternative: text, or a group of alternatives for
// the hex digits at that place.
type Part struct {
	Text  string
	Group *Expr // nil: it is text
}

// MaxAlternatives bounds what one expression may list. Nmap's longest has 17.
const MaxAlternatives = 256

// Parse reads an expression. The error names what is wrong and the expression.
func Parse(s string) (Expr, error) {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || c == '%' || c == '(' || c == ')' || c == '&' {
			return Expr{}, fmt.Errorf("expr: %.60q: %q cannot stand in an expression", s, c)
		}
	}
	e, err := parse(s, true)
	if err != nil {
		return Expr{}, fmt.Errorf("expr: %.60q: %w", s, err)
	}
	return e, nil
}

// MustParse is Parse for expressions known to be good. It panics on others.
func MustParse(s string) Expr {
	e, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return e
}

func parse(s string, groups bool) (Expr, error) {
	e := Expr{text: s}
	if s == "" {
		return e, nil
	}
	e.alts = make([]Alt, 0, min(1+strings.Count(s, "|"), MaxAlternatives))
	lastDash := strings.LastIndexByte(s, '-')
	for rest, more := s, true; more; {
		if len(e.alts) == MaxAlternatives {
			return Expr{}, fmt.Errorf("more than %d alternatives", MaxAlternatives)
		}
		var text string
		text, rest, more = cutAlt(rest)
		a, err := parseAlt(text, groups)
		if err != nil {
			return Expr{}, err
		}
		a.dashLater = lastDash >= len(s)-len(rest)
		e.alts = append(e.alts, a)
	}
	return e, nil
}

// cutAlt cuts at the first "|" outside brackets.
func cutAlt(s string) (alt, rest string, more bool) {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '[':
			depth++
		case ']':
			depth--
		case '|':
			if depth <= 0 {
				return s[:i], s[i+1:], true
			}
		}
	}
	return s, "", false
}

func parseAlt(s string, groups bool) (Alt, error) {
	a := Alt{Text: s}
	if strings.ContainsAny(s, "[]") {
		if !groups {
			return a, fmt.Errorf("a group stands inside a group")
		}
		var err error
		a.Kind = Grouped
		a.Parts, err = parseParts(s)
		return a, err
	}
	lo, hi, dash := strings.Cut(s, "-")
	switch {
	case s == "":
		return a, nil
	case s[0] == '>':
		a.Kind, lo, hi = Greater, s[1:], "0"
	case s[0] == '<':
		a.Kind, lo, hi = Less, "0", s[1:]
	case dash:
		a.Kind = Range
	default:
		return a, nil
	}
	if !isHex(lo) || !isHex(hi) {
		return a, fmt.Errorf("%q is no comparison; want A-F, >A or <A in hexadecimal, upper case", s)
	}
	a.Lo, a.Hi = trimZeros(lo), trimZeros(hi)
	return a, nil
}

func parseParts(s string) (parts []Part, err error) {
	for s != "" {
		text, rest, open := strings.Cut(s, "[")
		if strings.Contains(text, "]") {
			return nil, fmt.Errorf("a ] without [")
		}
		if text != "" {
			parts = append(parts, Part{Text: text})
		}
		if !open {
			break
		}
		body, after, closed := strings.Cut(rest, "]")
		if !closed {
			return nil, fmt.Errorf("a [ without ]")
		}
		group, err := parse(body, false)
		if err != nil {
			return nil, err
		}
		parts = append(parts, Part{Group: &group})
		s = after
	}
	return parts, nil
}

// Alternatives are the parts of e between the bars, at least one. The slice is
// shared and must not be changed.
func (e Expr) Alternatives() []Alt {
	if e.alts == nil {
		return empty
	}
	return e.alts
}

// empty is the one alternative of the empty expression. Only read.
var empty = []Alt{{}}

// AppendTo writes the expression as it was read to the end of b.
func (e Expr) AppendTo(b []byte) []byte { return append(b, e.text...) }

// String is the expression as it was read.
func (e Expr) String() string { return e.text }

// Bounds are the smallest and the largest number that the alternative matches.
// ok is false if it is not about numbers, matches none, or goes beyond 64 bits;
// without an upper bound, hi is the largest number of 64 bits.
func (a Alt) Bounds() (lo, hi uint64, ok bool) {
	var errLo, errHi error
	switch a.Kind {
	case Literal:
		lo, errLo = strconv.ParseUint(a.Text, 16, 64)
		return lo, lo, errLo == nil && isHex(a.Text)
	case Range, Greater, Less:
		lo, errLo = strconv.ParseUint("0"+a.Lo, 16, 64)
		hi, errHi = strconv.ParseUint("0"+a.Hi, 16, 64)
	}
	ok = errLo == nil && errHi == nil
	switch a.Kind {
	case Range:
		return lo, hi, ok && lo <= hi
	case Greater:
		return lo + 1, math.MaxUint64, ok && lo < math.MaxUint64
	case Less:
		return 0, hi - 1, ok && hi > 0
	}
	return 0, 0, false
}

// Example is a value that the alternative matches. ok is false if there is none,
// as with 5-3, <0 and M[5B4]A, whose group takes the A as well.
func (a Alt) Example() (value string, ok bool) {
	switch a.Kind {
	case Literal:
		value = a.Text
	case Range:
		value = number(a.Lo)
	case Less:
		value = "0"
	case Greater:
		value = number(a.Lo) + "0" // sixteen times as much
		if a.Lo == "" {
			value = "1"
		}
	case Grouped:
		for _, p := range a.Parts {
			value += p.example()
		}
	}
	v := read(Whorl, value)
	return value, a.match(Whorl, &v)
}

func (p Part) example() string {
	if p.Group == nil {
		return p.Text
	}
	for _, a := range p.Group.Alternatives() {
		if v, ok := a.Example(); ok {
			return v
		}
	}
	return ""
}

// number undoes trimZeros.
func number(digits string) string {
	if digits == "" {
		return "0"
	}
	return digits
}
