package main

import (
	"strings"
	"testing"
)

// rounds is how often each target has to be named rightly, without exception.
const rounds = 3

// Whorl's own database names every stack that comes up in no time: Linux with a range
// that includes this kernel, whatever its settings and whatever stands before it, the
// others by their family. What answers for a SYN proxy is the proxy, of which at least
// nothing wrong is said.
func TestVerdicts(t *testing.T) {
	whorl := needsLab(t)
	eachTarget(t, quick(t), func(t *testing.T, s subject) {
		h := s.start(t)
		for range rounds {
			a, err := whorl(t.Context(), h)
			if err != nil {
				t.Fatal(err)
			}
			got := s.judge(a.name)
			good := got == byVersion
			switch {
			case s.name == "synproxy":
				good = got != wrong
			case !strings.HasPrefix(s.truth, "Linux "):
				good = got == byVersion || got == byFamily
			}
			if !good {
				t.Errorf("named %q, %d %% sure: %s; it is %s", a.name, a.percent, got, s.truth)
			}
		}
	})
}
