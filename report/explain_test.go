package report

import (
	"strings"
	"testing"
)

// The page of each host, as whorl explain prints it.
func TestExplainGolden(t *testing.T) {
	var got []byte
	for _, h := range hosts() {
		got = append(got, Explain(h, "one.txt:1", ExplainOptions{Top: 3})...)
	}
	got = append(got, Explain(perfectHost(), "verbose.txt:1", ExplainOptions{Top: 2, Verbose: 2, Color: true})...)
	golden(t, "explain.text", got)
}

// How much is told depends on who asks.
func TestExplainTop(t *testing.T) {
	h := guessHost()
	for top, want := range map[int]int{0: 1, 1: 1, 3: 3, 99: len(h.Verdicts)} {
		got := 0
		for line := range strings.Lines(string(Explain(h, "x", ExplainOptions{Top: top}))) {
			if strings.Contains(line, ". Linux 5.") {
				got++
			}
		}
		if got != want {
			t.Errorf("--top %d tells of %d candidates, want %d", top, got, want)
		}
	}
}
