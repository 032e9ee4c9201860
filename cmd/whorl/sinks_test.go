package main

import (
	"io"
	"os"
	"strings"
	"testing"
)

// A disk that is full ends what is written there and nothing else, and is told of once.
func TestSinks(t *testing.T) {
	const full = "/dev/full"
	if _, err := os.Stat(full); err != nil {
		t.Skip(err)
	}
	for _, c := range []struct {
		names []string
		dead  bool
	}{{[]string{full, "-"}, false}, {[]string{"-", full}, false}, {[]string{full}, true}} {
		var out, people strings.Builder
		s := sinks{out: &out, people: &people}
		var all []io.Writer
		for _, name := range c.names {
			w, err := s.openAs("--json", name, os.O_APPEND)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, w)
		}
		for range 3 {
			for _, w := range all {
				_, err := io.WriteString(w, "a record\n")
				s.keep(err)
			}
			s.flush()
		}
		if s.dead() != c.dead || !c.dead && out.String() != strings.Repeat("a record\n", 3) {
			t.Errorf("%q: dead %v, written %q", c.names, s.dead(), out.String())
		}
		if n := strings.Count(people.String(), "the others go on"); (n == 1) == c.dead {
			t.Errorf("%q: told %d times", c.names, n)
		}
		if s.close(); s.incomplete() == nil {
			t.Errorf("%q: nothing is missing", c.names)
		}
	}
}
