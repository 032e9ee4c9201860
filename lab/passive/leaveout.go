package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"whorl"
	"whorl/method"
	"whorl/method/syn"
	"whorl/osdb"
	"whorl/verdict"
)

// printLeftOut judges the hosts of each project's captures without what these captures
// alone have told: were they strangers, how many would have their names?
func printLeftOut(out io.Writer, set osdb.Set, rows []row) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	defer w.Flush()
	fmt.Fprintln(w, "\nleft out\talternatives\tclients\tanswered\twrong\tservers\tanswered\twrong\tnewer Windows called older")
	var total leftOut
	for _, p := range projects(rows) {
		rest, gone := without(set, rows, p)
		n := leftOut{gone: gone}
		n.judge(verdict.NewHandshakes(rest, verdict.Options{}), rows, p)
		n.print(w, p)
		total.add(&n)
	}
	total.print(w, "all")
}

// leftOut counts what became of the hosts of one project.
type leftOut struct {
	gone  int // alternatives of lines
	marks [len(roleNames)][len(markNames)]int
}

func (n *leftOut) judge(j *verdict.Handshakes, rows []row, project string) {
	for i := range rows {
		r := &rows[i]
		if r.seen == nil || projectOf(r.capture) != project {
			continue
		}
		h := changed(r.seen, func(*syn.Sighting) {})
		j.Judge(h)
		a := answerOf(h)
		n.marks[r.role][r.compare(&a)]++
	}
}

func (n *leftOut) add(o *leftOut) {
	n.gone += o.gone
	for r := range o.marks {
		for m := range o.marks[r] {
			n.marks[r][m] += o.marks[r][m]
		}
	}
}

func (n *leftOut) print(w io.Writer, name string) {
	fmt.Fprintf(w, "%s\t%d", name, n.gone)
	older := 0
	for _, marks := range n.marks {
		all := 0
		for _, k := range marks {
			all += k
		}
		fmt.Fprintf(w, "\t%d\t%s\t%d", all, percent(all-marks[unanswered], all), marks[wrong])
		older += marks[tooOld]
	}
	fmt.Fprintf(w, "\t%d\n", older)
}

// projectOf is the project that a capture is from: what stands before two underscores.
func projectOf(capture string) string {
	project, _, _ := strings.Cut(capture, "__")
	return project
}

// projects are those of the rows, in their order.
func projects(rows []row) (out []string) {
	for i := range rows {
		if p := projectOf(rows[i].capture); !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// without is a set without the alternatives that only hosts of a project show. gone is how
// many they are.
func without(set osdb.Set, rows []row, project string) (out osdb.Set, gone int) {
	for _, d := range set {
		c := *d
		c.Entries = nil
		for _, e := range d.Entries {
			c.Entries = append(c.Entries, e)
			if !strings.Contains(e.Source.Text, "capture") {
				continue
			}
			copied := *e
			copied.Extra = nil
			if !elsewhere(e) {
				copied.Gen2 = nil // tests written down from the same captures
			}
			for _, l := range e.Extra {
				n := 0
				if learned(e, &l) {
					l, n = forget(l, e, rows, project)
				}
				if gone += n; l.Test != "" {
					copied.Extra = append(copied.Extra, l)
				}
			}
			c.Entries[len(c.Entries)-1] = &copied
		}
		out = append(out, &c)
	}
	return out, gone
}

// learned reports whether a line rests on captures: SYNs are not in other sources of
// records that name captures.
func learned(e *osdb.Entry, l *method.Line) bool {
	return l.Test == syn.TestSyn || l.Test == syn.TestSynAck && !elsewhere(e)
}

// elsewhere reports whether SYN-ACKs of a record were measured elsewhere too.
func elsewhere(e *osdb.Entry) bool {
	return strings.Contains(e.Source.Text, "Hershel") || strings.Contains(e.Source.Text, "scan logs")
}

// forget takes the windows and orders out of a line that only hosts of a project show. A
// line that has none left is empty.
func forget(l method.Line, e *osdb.Entry, rows []row, project string) (out method.Line, gone int) {
	out = method.Line{Test: l.Test}
	for _, a := range l.Attrs {
		if a.Name != "W" && a.Name != "O" {
			out.Attrs = append(out.Attrs, a)
			continue
		}
		var kept []string
		for alternative := range strings.SplitSeq(a.Value, "|") {
			if who := showing(l, a.Name, alternative, e, rows); len(who) == 1 && who[0] == project {
				gone++
				continue
			}
			kept = append(kept, alternative)
		}
		if len(kept) == 0 {
			return method.Line{}, gone
		}
		out.Set(a.Name, strings.Join(kept, "|"))
	}
	return out, gone
}

// showing are the projects with a host of the record's family that shows an alternative of
// a line.
func showing(l method.Line, attr, alternative string, e *osdb.Entry, rows []row) (out []string) {
	one := method.Line{Test: l.Test}
	for _, a := range l.Attrs {
		if a.Name == attr {
			a.Value = alternative
		}
		one.Attrs = append(one.Attrs, a)
	}
	form, errs := syn.NewReference([]method.Line{one})
	if len(errs) > 0 {
		return nil
	}
	for i := range rows {
		if p := projectOf(rows[i].capture); rows[i].seen != nil && !slices.Contains(out, p) &&
			slices.ContainsFunc(e.Classes, func(c whorl.Class) bool {
				return rows[i].want() == familyOf(whorl.Verdict{Vendor: c.Vendor, Family: c.Family, DeviceType: c.DeviceType})
			}) && shows(&rows[i], &form[0]) {
			out = append(out, p)
		}
	}
	return out
}

// shows reports whether some packet of a host has the window and the order of a form.
func shows(r *row, f *syn.Form) bool {
	for _, o := range r.seen.Observations {
		p, err := syn.ParsePrint(o.Print)
		if err != nil || p.Answer != f.Answer {
			continue
		}
		w := f.Weigh(&p.Signature, p.Offer)
		if w[syn.AttrWindow] > agrees && w[syn.AttrOrder] > agrees && w[syn.AttrTTL] > agrees {
			return true
		}
	}
	return false
}

// agrees is the logarithm of a likelihood that only an attribute that agrees has.
const agrees = -1
