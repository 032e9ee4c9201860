package expr

import (
	"cmp"
	"strings"
)

// Meaning is a way to understand expressions.
type Meaning uint8

// The meanings. Those of Nmap serve to compare results with its own.
const (
	// Whorl is what the grammar says: every alternative counts, wherever it stands,
	// and only what is a number as a whole is compared as a number.
	Whorl Meaning = iota
	// NmapHEAD is Nmap after 7.99: an alternative with groups counts only if it is
	// the last one, and a value that begins with a hex digit is compared as a number.
	NmapHEAD
	// Nmap793 is Nmap 7.93. It knows no groups; an alternative that is not the last
	// one matches all values that begin with it; the empty value is the number zero;
	// literals are compared with their leading zeros; and a literal before a range
	// (7|A-F) never matches a number.
	Nmap793
)

// String names the meaning as the command line does.
func (m Meaning) String() string {
	switch m {
	case Whorl:
		return "whorl"
	case NmapHEAD:
		return "nmap-head"
	case Nmap793:
		return "nmap-7.93"
	}
	return "unknown"
}

// Match tells whether a value fits the expression. It does not allocate.
func (e Expr) Match(value string) bool { return e.MatchAs(Whorl, value) }

// MatchAs is Match with the meaning of choice.
func (e Expr) MatchAs(m Meaning, value string) bool {
	if len(e.alts) == 0 {
		return value == ""
	}
	v := read(m, value)
	for i := range e.alts {
		a, last := &e.alts[i], i == len(e.alts)-1
		switch {
		case m == Nmap793:
			if a.match793(&v, last) {
				return true
			}
		case m == NmapHEAD && a.Kind == Grouped && !last:
		case a.match(m, &v):
			return true
		}
	}
	return false
}

// value is an observed value, read once for all alternatives.
type value struct {
	text   string
	number bool
	digits string // of a number, without leading zeros
}

func read(m Meaning, s string) value {
	v := value{text: s, number: isNumber(m, s)}
	if v.number {
		v.digits = trimZeros(s)
	}
	return v
}

func isNumber(m Meaning, s string) bool {
	switch m {
	case NmapHEAD:
		return s != "" && isHexDigit(s[0])
	case Nmap793:
		return s == "" || isHex(s)
	}
	return isHex(s)
}

// match is the meaning of Whorl and NmapHEAD.
func (a *Alt) match(m Meaning, v *value) bool {
	switch a.Kind {
	case Grouped:
		return matchParts(m, a.Parts, v.text)
	case Literal:
		if v.number && isNumber(m, a.Text) {
			return v.digits == trimZeros(a.Text)
		}
		return v.text == a.Text
	}
	return v.number && a.compares(v.digits)
}

func (a *Alt) match793(v *value, last bool) bool {
	switch {
	case v.number && (a.Kind == Range || a.Kind == Greater || a.Kind == Less):
		return a.compares(v.digits)
	case v.number && a.dashLater:
		return false
	case last:
		return v.text == a.Text
	}
	return strings.HasPrefix(v.text, a.Text)
}

func (a *Alt) compares(digits string) bool {
	switch a.Kind {
	case Range:
		return compare(a.Lo, digits) <= 0 && compare(digits, a.Hi) <= 0
	case Greater:
		return compare(digits, a.Lo) > 0
	case Less:
		return compare(digits, a.Hi) < 0
	}
	return false
}

func matchParts(m Meaning, parts []Part, s string) bool {
	for i := range parts {
		p := &parts[i]
		n := len(p.Text)
		if p.Group == nil {
			if !strings.HasPrefix(s, p.Text) {
				return false
			}
		} else {
			n = hexRun(s)
			if !p.Group.MatchAs(m, s[:n]) {
				return false
			}
		}
		s = s[n:]
	}
	return s == ""
}

// compare orders numbers written without leading zeros.
func compare(a, b string) int {
	if c := cmp.Compare(len(a), len(b)); c != 0 {
		return c
	}
	return strings.Compare(a, b)
}

func trimZeros(s string) string { return strings.TrimLeft(s, "0") }

func isHex(s string) bool { return s != "" && hexRun(s) == len(s) }

// hexRun counts the hex digits that s begins with.
func hexRun(s string) int {
	for i := range len(s) {
		if !isHexDigit(s[i]) {
			return i
		}
	}
	return len(s)
}

func isHexDigit(c byte) bool { return '0' <= c && c <= '9' || 'A' <= c && c <= 'F' }
