package osdb

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"whorl/method"
	"whorl/method/expr"
	"whorl/method/gen2"
)

// FromObservation makes the tests of a record from one print of the second
// generation, in the way that Nmap's records are kept
// (https://nmap.org/book/osdetect-fingerprint-format.html): what differs from one
// measurement to the next by chance becomes a range or a choice, everything else is
// taken as it is, settings like the window scale too. Tests that the print lacks are
// left out. Of several lines of one test the first counts.
//
// The error names a value that no expression can stand for, or says that there was
// nothing to make a record of. [Entry.Widen] adds further prints.
func FromObservation(seen []method.Line) (*gen2.Reference, error) {
	r := &gen2.Reference{}
	n := 0
	for t := range gen2.NumTests {
		l, ok := lineOf(seen, t)
		if !ok {
			continue
		}
		claims, err := claimsOf(gen2.Tests[t].Attr, l)
		if err != nil {
			return nil, err
		}
		test, errs := new(gen2.Compiler).Test(wanted(l.Test, claims))
		if len(errs) > 0 {
			return nil, fmt.Errorf("osdb: print: %w", errs[0])
		}
		r.Set(test)
		n++
	}
	if n == 0 {
		return nil, fmt.Errorf("osdb: print: no test of Nmap's second generation in it")
	}
	return r, nil
}

func lineOf(seen []method.Line, t gen2.Test) (method.Line, bool) {
	for _, l := range seen {
		if l.Test == t.String() {
			return l, true
		}
	}
	return method.Line{}, false
}

// claim is what one observed value allows a record to say.
type claim struct {
	attr      string
	got, want string // the value, and the expression made of it
}

// wanted is the line of a record that says all of that.
func wanted(test string, claims []claim) method.Line {
	l := method.Line{Test: test}
	for _, c := range claims {
		l.Set(c.attr, c.want)
	}
	return l
}

// claimsOf goes through one line of a print, whose test has those attributes. Of an initial
// TTL and the guess at it, a print has one, a record both.
func claimsOf(form func(attr string) (place int, ok bool), l method.Line) (claims []claim, err error) {
	add := func(name, got, want string) {
		if _, ok := form(name); ok {
			claims = append(claims, claim{name, got, want})
		}
	}
	for _, a := range l.Attrs {
		if _, ok := form(a.Name); !ok {
			return nil, fmt.Errorf("osdb: print: %s: unknown attribute %.24q", l.Test, a.Name)
		}
		if !isLiteral(a.Value) {
			return nil, fmt.Errorf("osdb: print: %s: %s=%.40q: an expression, not a measured value", l.Test, a.Name, a.Value)
		}
		measures, guesses := ttlNames(a.Name)
		if measures == "" {
			add(a.Name, a.Value, usual(a, l))
			continue
		}
		want, guess := initialTTL(a.Value)
		if l.Test == "NS6" { // who forwards neighbour discovery makes it void (RFC 4861 section 7.1)
			want = a.Value
		}
		_, measured := l.Value(measures)
		_, guessed := l.Value(guesses)
		switch {
		case guess == "", a.Name == measures && guessed:
			add(a.Name, a.Value, want)
		case a.Name == measures:
			add(measures, a.Value, want)
			add(guesses, guess, guess)
		default:
			if !measured {
				add(measures, guess, want)
			}
			add(guesses, a.Value, a.Value)
		}
	}
	return claims, nil
}

// ttlNames are the attributes that measure and guess an initial TTL, if name is one of
// them.
func ttlNames(name string) (measures, guesses string) {
	switch name {
	case "T", "TG":
		return "T", "TG"
	case "HL", "HLG":
		return "HL", "HLG"
	}
	return "", ""
}

// isLiteral tells a value from what an expression would read as a comparison or a
// choice. Prints come from outside.
func isLiteral(v string) bool {
	e, err := expr.Parse(v)
	if err != nil {
		return false
	}
	alts := e.Alternatives()
	return len(alts) == 1 && alts[0].Kind == expr.Literal
}

// limited are the tests whose answers hosts limit the rate of and filters drop: those of
// ICMP. NS6 is asked on the segment of the host alone.
var limited = []string{"U1", "IE", "U1_6", "IE1_6", "IE2_6", "NS6"}

// rateSlack is by how much SP and ISR, logarithms of rates (8 a doubling), are let
// differ on both sides.
const rateSlack = 8

// usual is the expression that stands for a value and what else chance could have
// given in its place.
func usual(a method.Attr, l method.Line) string {
	n, err := strconv.ParseUint(a.Value, 16, 32)
	number := err == nil
	gcd, _ := l.Value("GCD")
	switch a.Name {
	case "SP", "ISR":
		if number && gcd != "0" { // with steps of zero nothing is left to chance
			return span(n-min(n, rateSlack), n+rateSlack)
		}
	case "GCD":
		return multiples(n, a.Value, number)
	case "TS":
		// One secret offset for each connection: the differences are random, their
		// logarithm is not.
		if number && n >= 0x1e && n <= 0x23 {
			return "1E-23"
		}
	case "CI":
		if a.Value == "RD" { // of three random numbers one in fifteen series rises by small steps
			return "RD|RI"
		}
	case "R":
		if a.Value == "Y" && slices.Contains(limited, l.Test) {
			return "Y|N"
		}
	}
	return a.Value
}

// multiples are what the greatest common divisor of a few random multiples of a step
// may be.
func multiples(n uint64, text string, number bool) string {
	switch {
	case !number || n == 0:
		return text
	case n <= 6:
		return "1-6"
	}
	var all []string
	for i := uint64(1); i <= 6; i++ {
		all = append(all, fmt.Sprintf("%X", n*i))
	}
	return strings.Join(all, "|")
}

// initialTTL gives the range around the initial TTL that a measured one belongs to,
// five hops on both sides, and the guess that TG makes of it. A value that is near
// none of the usual ones stays in the middle.
func initialTTL(v string) (want, guess string) {
	n, err := strconv.ParseUint(v, 16, 16)
	if err != nil {
		return v, ""
	}
	middle := n
	for _, usual := range []uint64{32, 64, 128, 255} {
		if n+5 >= usual && n <= usual+5 {
			middle = usual
		}
	}
	return span(middle-min(middle, 5), middle+5), fmt.Sprintf("%X", method.GuessTTL(uint8(min(middle, 255))))
}

func span(lo, hi uint64) string { return fmt.Sprintf("%X-%X", lo, hi) }
