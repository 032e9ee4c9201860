package deep

import (
	"fmt"
	"slices"
	"strings"

	"whorl/method"
)

// Print is a result, or the lines of a database record: at most one line of a test.
type Print []method.Line

// Tests are the names of the tests, in the order of a print. The slice is only read.
var Tests = []string{"CLK", "ISN4", "AE", "AN", "MD5", "AO", "EC", "RT", "QU", "BU"}

// Has reports whether a test of that name belongs to the method.
func Has(test string) bool { return slices.Contains(Tests, test) }

// Test gives the line of that name.
func (p Print) Test(name string) (method.Line, bool) {
	for _, l := range p {
		if l.Test == name {
			return l, true
		}
	}
	return method.Line{}, false
}

// AppendTo writes the print, a test a line with a newline after each.
func (p Print) AppendTo(b []byte) []byte {
	for _, l := range p {
		b = append(l.AppendTo(b), '\n')
	}
	return b
}

// String is the text form.
func (p Print) String() string { return string(p.AppendTo(nil)) }

// Parse reads a print; empty lines are passed over. It returns what could be read and
// the first error, which names the line.
func Parse(text string) (p Print, err error) {
	no := 0
	for s := range strings.Lines(text) {
		no++
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		l, e := method.ParseLine(s)
		if e == nil {
			_, twice := p.Test(l.Test)
			switch {
			case !Has(l.Test):
				e = fmt.Errorf("there is no test %s; want one of %s", l.Test, strings.Join(Tests, " "))
			case twice:
				e = fmt.Errorf("%s stands twice", l.Test)
			}
		}
		switch {
		case e == nil:
			p = append(p, l)
		case err == nil:
			err = fmt.Errorf("deep: line %d: %w", no, e)
		}
	}
	return p, err
}
