package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"whorl"
)

// printRows lists what was said of each capture.
func printRows(out io.Writer, rows []row) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	defer w.Flush()
	fmt.Fprintln(w, "capture\tis\ttool\tmark\tsaid")
	for i := range rows {
		r := &rows[i]
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", r.file, r.class, cmp.Or(r.tool, "-"), r.mark(), r.words())
	}
}

// words are all contacts of a capture, the surest first.
func (r *row) words() string {
	all := slices.Clone(r.said)
	slices.SortStableFunc(all, func(a, b whorl.Contact) int { return cmp.Compare(b.Confidence, a.Confidence) })
	var out []string
	for i := range all {
		out = append(out, words(&all[i]))
	}
	return strings.Join(out, "; ")
}

// words tell a contact in short.
func words(c *whorl.Contact) string {
	s := fmt.Sprintf("%s %s %d %%, leak %s", c.Class, cmp.Or(c.Tool, "-"), c.Confidence.Percent(), c.Leak)
	if len(c.Probes) > 0 {
		s += fmt.Sprintf(", %d kinds", len(c.Probes))
	}
	if len(c.Evasion) > 0 {
		s += ", hides by " + strings.Join(c.Evasion, "+")
	}
	if c.Learned != nil && len(c.Learned.Verdicts) > 0 {
		s += ", learned " + c.Learned.Verdicts[0].Name
	}
	return s
}

// printSums counts over all captures. A trace is a contact of whatever class.
func printSums(out io.Writer, rows []row) {
	var attacks, scans, benign, attributed, trace, named, from, falsely, alarms, scansNamed int
	for i := range rows {
		r := &rows[i]
		_, fits := r.best()
		if r.falsely() {
			falsely++
		}
		switch {
		case r.attack():
			attacks++
			attributed += one(fits)
			trace += one(len(r.said) > 0)
			named += one(r.named())
			from += one(fits && r.from())
		case r.class == none:
			benign++
			alarms += one(len(r.said) > 0)
		default:
			scans++
			scansNamed += one(r.mark() == "right")
		}
	}
	fmt.Fprintf(out, "\nfingerprinting: %d captures, attributed %d, trace %d, tool named %d, sources right %d\n", attacks, attributed, trace, named, from)
	fmt.Fprintf(out, "other scans: %d captures, named rightly %d\n", scans, scansNamed)
	fmt.Fprintf(out, "benign: %d captures, told of %d\n", benign, alarms)
	fmt.Fprintf(out, "called fingerprinting and is none: %d of %d\n", falsely, scans+benign)
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}
