package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// printTable counts marks for each role, with and without the labels that are doubted.
func printTable(out io.Writer, rows []row, withP0f bool) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	defer w.Flush()
	fmt.Fprint(w, "by\trole\tlabels\trows\tanswered\tright")
	for _, m := range []mark{wrong, tooOld, otherVersion, rightVersion} {
		fmt.Fprintf(w, "\t%v", m)
	}
	fmt.Fprintln(w)
	for _, p0f := range []bool{false, true} {
		if p0f && !withP0f {
			break
		}
		for r := range roleNames {
			for _, doubted := range []bool{true, false} {
				printCount(w, rows, role(r), doubted, p0f)
			}
		}
	}
}

func printCount(w io.Writer, rows []row, r role, doubted, p0f bool) {
	var n [len(markNames)]int
	total := 0
	for i := range rows {
		if rows[i].role != r || rows[i].doubt != "" && !doubted || rows[i].ours == nil {
			continue
		}
		total++
		n[rows[i].mark(p0f)]++
	}
	name, labels := "whorl", "all"
	if p0f {
		name = "p0f"
	}
	if !doubted {
		labels = "not doubted"
	}
	answered := total - n[unanswered]
	right := answered - n[wrong]
	fmt.Fprintf(w, "%s\t%v\t%s\t%d\t%s\t%s\t%d\t%d\t%d\t%d\n", name, r, labels, total, percent(answered, total), percent(right, total),
		n[wrong], n[tooOld], n[otherVersion], n[rightVersion])
}

func (r *row) mark(p0f bool) mark {
	if p0f {
		return r.label.compare(r.p0f)
	}
	return r.label.compare(r.ours)
}

func percent(n, of int) string {
	if of == 0 {
		return "-"
	}
	return fmt.Sprintf("%d (%.1f %%)", n, 100*float64(n)/float64(of))
}

// printBoxes lists what is said of addresses that something between answers for.
func printBoxes(out io.Writer, rows []row) {
	for i := range rows {
		r := &rows[i]
		said := "not seen"
		switch {
		case r.ours == nil:
		case r.ours.family == "":
			said = "no answer, " + r.ours.shown
		case r.ours.box:
			said = "something between: " + strings.Join(r.ours.names, "; ") + ", " + r.ours.shown
		default:
			said = "WRONG, a system: " + strings.Join(r.ours.names, "; ") + ", " + r.ours.shown
		}
		fmt.Fprintf(out, "middlebox: %s %v %v: %s\n", r.capture, r.addr, r.role, said)
	}
}

// printRows lists the hosts that were not named rightly.
func printRows(out io.Writer, rows []row) {
	for i := range rows {
		r := &rows[i]
		m := r.mark(false)
		if m >= rightFamily || m == unseen {
			continue
		}
		doubt := ""
		if r.doubt != "" {
			doubt = ", doubted: " + r.doubt
		}
		fmt.Fprintf(out, "\n%v: %s %v %v: %s %s%s\n", m, r.capture, r.addr, r.role, r.family, r.version, doubt)
		fmt.Fprintf(out, "  %s\n", r.ours.shown)
		if len(r.ours.names) > 0 {
			fmt.Fprintf(out, "  named: %s\n", strings.Join(r.ours.names, "; "))
		}
		for _, why := range r.ours.why {
			fmt.Fprintf(out, "  %s\n", why)
		}
		if r.p0f.family != "" {
			fmt.Fprintf(out, "  p0f: %s\n", strings.Join(r.p0f.names, "; "))
		}
	}
}
