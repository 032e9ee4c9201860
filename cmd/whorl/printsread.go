package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"whorl"
	"whorl/method/gen1"
	"whorl/method/gen2"
	"whorl/method/ipv6"
)

// findPrints finds the fingerprints of both of Nmap's generations and those over IPv6 in a
// text, in the order of their lines, which it gives too.
func findPrints(name, text string) (out []printed, lines []int, err error) {
	type found struct {
		line          int
		method, print string
	}
	var all []found
	var errs []error
	taken := map[int]bool{} // lines of the first generation: to the second they look like its own
	first, problems1 := gen1.Find(text)
	for _, f := range first {
		all = append(all, found{f.Line, "gen1", f.String()})
		for _, line := range f.Lines {
			taken[line] = true
		}
	}
	for _, p := range problems1 {
		errs = append(errs, fmt.Errorf("%s:%d: %w", name, p.Line, p.Err))
		taken[p.Line] = true
	}
	second, problems2 := gen2.Find(without(text, taken))
	for _, f := range second {
		all = append(all, found{f.Line, "gen2", f.String()})
	}
	for _, p := range problems2 {
		errs = append(errs, fmt.Errorf("%s:%d: %w", name, p.Line, p.Err))
	}
	over6, problems6 := ipv6.Find(text)
	for _, f := range over6 {
		all = append(all, found{f.Line, "ipv6", f.String()})
	}
	for _, p := range problems6 {
		errs = append(errs, fmt.Errorf("%s:%d: %w", name, p.Line, p.Err))
	}
	slices.SortStableFunc(all, func(a, b found) int { return cmp.Compare(a.line, b.line) })
	for _, f := range all {
		h := &whorl.Host{Schema: whorl.Schema, Status: whorl.Status{Up: true, Reason: "print"}}
		h.Observations = []whorl.Observation{{Method: f.method, Print: f.print}}
		out, lines = append(out, printed{h, fmt.Sprintf("%s:%d", name, f.line)}), append(lines, f.line)
	}
	return out, lines, firstOf(errs, name, "lines that cannot be read")
}

// without is a text with those lines empty.
func without(text string, lines map[int]bool) string {
	if len(lines) == 0 {
		return text
	}
	var b strings.Builder
	no := 0
	for line := range strings.Lines(text) {
		if no++; lines[no] {
			line = "\n"
		}
		b.WriteString(line)
	}
	return b.String()
}
