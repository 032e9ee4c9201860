package methodtest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"whorl/method"
)

// Plan writes what was sent as "S1 0, S2 100, ...", in milliseconds. Tags are places in
// the table of probes.
func Plan(sent []Sending, probes []method.Shape) string {
	var words []string
	for _, s := range sent {
		words = append(words, fmt.Sprintf("%s %d", probes[s.Tag].Name, s.At/time.Millisecond))
	}
	return strings.Join(words, ", ")
}

// Lines reads test lines that white space separates.
func Lines(t testing.TB, text string) (out []method.Line) {
	t.Helper()
	for s := range strings.FieldsSeq(text) {
		l, err := method.ParseLine(s)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, l)
	}
	return out
}
