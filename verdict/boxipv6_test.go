package verdict

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl"
	"whorl/method/ipv6"
)

// What boxes answer is left out under the names of either version of IP, there and back.
func TestBoxesIPv6(t *testing.T) {
	four := []whorl.Box{
		{Kind: whorl.BoxNAT, LeftOut: slices.Concat(testsOfClosed, testsOfPings)},
		{Kind: whorl.BoxSYNProxy, LeftOut: testsOfOpen},
		{Kind: whorl.BoxOwnNAT, LeftOut: EveryTest()},
		{Kind: whorl.BoxScrubber, LeftOut: []string{"T1.DF", "T6.W", "IE.CD"}},
	}
	six := renamed(four, toIPv6)
	for _, name := range []string{"T5_6", "U1_6", "IE1_6", "IE2_6", "NS6", "SEQ6.CI"} {
		if !slices.Contains(six[0].LeftOut, name) {
			t.Errorf("%s is not left out: %v", name, six[0].LeftOut)
		}
	}
	for _, name := range six[1].LeftOut {
		if test, _, _ := strings.Cut(name, "."); !ipv6.Has(test) {
			t.Errorf("there is no test %s", name)
		}
	}
	for _, boxes := range [][]whorl.Box{six, four} {
		if d := cmp.Diff(four, renamed(boxes, toIPv4)); d != "" {
			t.Error(d)
		}
	}
}
