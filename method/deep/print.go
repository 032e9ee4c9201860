package deep

import (
	"fmt"
	"slices"
	"strings"

	"whorl/method"
	"whorl/packet"
)

// Print is a result, or the lines of a database record: at most one line of a test.
type Print = method.Lines

// Tests are the names of the tests, in the order of a print. The slice is only read.
var Tests = []string{"CLK", "ISN4", "AE", "AN", "MD5", "AO", "EC", "RT", "QU", "BU", "BU6"}

// Has reports whether a test of that name belongs to the method.
func Has(test string) bool { return slices.Contains(Tests, test) }

// Over reports whether a test is made of probes that go over that version of IP.
func Over(n packet.Network, test string) bool {
	switch test {
	case "EC", "RT", "QU", "BU":
		return n == packet.IPv4
	case "BU6":
		return n == packet.IPv6
	}
	return Has(test)
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
