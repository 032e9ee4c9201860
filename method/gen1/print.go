package gen1

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"whorl/method"
)

// Print is a result: at most one line of a test. One that was submitted has a line
// SInfo before.
type Print = method.Lines

// Tests are the names of the tests, in the order of a print. The slice is only read.
var Tests = []string{"TSeq", "T1", "T2", "T3", "T4", "T5", "T6", "T7", "PU"}

// Has reports whether a test of that name belongs to the method. The second generation
// has T1-T7 too; [Looks] tells lines of the two apart.
func Has(test string) bool { return slices.Contains(Tests, test) }

// info is the name of the line that tells how a print was made.
const info = "SInfo"

// Parse reads a print; empty lines are passed over. It returns what could be read and
// the first error, which names the line. Of several attempts in one print the first
// line of each test counts.
func Parse(text string) (Print, error) {
	return method.ParseLines(text, "gen1", check)
}

// check is why a line cannot stand in a print; nil if it can.
func check(l method.Line) error {
	switch {
	case l.Test == info:
		return nil
	case !Has(l.Test):
		return fmt.Errorf("there is no test %s; want one of %s", l.Test, strings.Join(Tests, " "))
	}
	for _, a := range l.Attrs {
		if !slices.Contains(attrs(l.Test), a.Name) {
			return fmt.Errorf("%s has no attribute %.24q; want one of %s", l.Test, a.Name, strings.Join(attrs(l.Test), " "))
		}
	}
	return nil
}

// Attributes of the tests, in the order of a print.
var (
	tseqAttrs = []string{"Class", "Val", "gcd", "SI", "IPID", "TS"}
	tcpAttrs  = []string{"Resp", "DF", "W", "ACK", "Flags", "Ops"}
	puAttrs   = []string{"Resp", "DF", "TOS", "IPLEN", "RIPTL", "RID", "RIPCK", "UCK", "ULEN", "DAT"}
)

// attrs are the attributes of a test.
func attrs(test string) []string {
	switch test {
	case "TSeq":
		return tseqAttrs
	case "PU":
		return puAttrs
	}
	return tcpAttrs
}

// Looks tells of which generation a line is that is named as one of T1-T7: the second
// one has those names too, and other attributes, but for DF and, other than in T1, W.
// Neither is true of a line that says nothing else. TSeq and PU are always of the first.
func Looks(l method.Line) (first, second bool) {
	switch {
	case !Has(l.Test):
		return false, true
	case l.Test == "TSeq", l.Test == "PU":
		return true, false
	}
	for _, a := range l.Attrs {
		switch a.Name {
		case "Resp", "ACK", "Flags", "Ops":
			first = true
		case "W":
			first = first || l.Test == "T1"
		case "R", "T", "TG", "S", "A", "F", "O", "RD", "Q":
			second = true
		}
	}
	return first && !second, second
}

// Info is what the line SInfo says of the program and its findings. A port of 0 is not
// known.
type Info struct {
	Version, Platform  string
	OpenTCP, ClosedTCP uint16
	MAC                string // first three bytes as six hex digits, or empty
	Time               time.Time
}

// Line writes the line SInfo, which stands before the tests of a submission. The date
// is that of Time's own location.
func (i Info) Line() method.Line {
	port := func(n uint16) string {
		if n == 0 {
			return "-1"
		}
		return strconv.Itoa(int(n))
	}
	l := method.Line{Test: info}
	l.Set("V", i.Version)
	l.Set("P", i.Platform)
	l.Set("D", strconv.Itoa(int(i.Time.Month()))+"/"+strconv.Itoa(i.Time.Day()))
	l.Set("Tm", fmt.Sprintf("%X", i.Time.Unix()))
	l.Set("O", port(i.OpenTCP))
	l.Set("C", port(i.ClosedTCP))
	if i.MAC != "" {
		l.Set("M", i.MAC)
	}
	return l
}
