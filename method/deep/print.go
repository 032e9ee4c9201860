package deep

import (
	"fmt"
	"slices"
	"strings"

	"whorl/method"
)

// Print is a result, or the lines of a database record: at most one line of a test.
type Print = method.Lines

// Tests are the names of the tests, in the order of a print. The slice is only read.
var Tests = []string{"CLK", "ISN4", "AE", "AN", "MD5", "AO", "EC", "RT", "QU", "BU"}

// Has reports whether a test of that name belongs to the method.
func Has(test string) bool { return slices.Contains(Tests, test) }

// Over6 reports whether a test is made of probes that go over IPv6 too.
func Over6(test string) bool {
	switch test {
	case "CLK", "ISN4", "AE", "AN", "MD5", "AO":
		return true
	}
	return false
}

// Parse reads a print; empty lines are passed over. It returns what could be read and
// the first error, which names the line.
func Parse(text string) (Print, error) {
	return method.ParseLines(text, "deep", func(l method.Line) error {
		if !Has(l.Test) {
			return fmt.Errorf("there is no test %s; want one of %s", l.Test, strings.Join(Tests, " "))
		}
		return nil
	})
}
