package osdb

import (
	"strings"

	"whorl"
)

func (d *decoder) fingerprint(name string) {
	d.end()
	name, _, _ = strings.Cut(name, "#")
	name = strings.TrimSpace(name)
	if name == "" {
		d.problem("Fingerprint without a name; the record is left out")
		d.section = skipped
		return
	}
	if len(d.db.Entries) == MaxEntries {
		d.problem("more than %d records; the rest is not read: split the file", MaxEntries)
		d.full = true
		return
	}
	d.section, d.noClass = record, false
	d.entry = &Entry{Name: name, Source: whorl.Source{Database: d.db.Database, File: d.db.File, Line: d.line}}
	d.db.Entries = append(d.db.Entries, d.entry)
}

func (d *decoder) within(name string) {
	switch e := d.entry; {
	case name == "":
		d.problem("Within says nothing; write the name of the record that %q narrows", e.Name)
	case e.Within != "":
		d.problem("Within stands twice in %q; only the first counts", e.Name)
	default:
		e.Within = name
	}
}

func (d *decoder) matchPoints() {
	d.end()
	d.section = points
	if d.points {
		d.problem("a second MatchPoints; only the first counts")
		d.section = skipped
	} else if len(d.db.Entries) > 0 {
		d.problem("MatchPoints stand behind records; move them to the head of the file")
	}
	d.points = true
}

func (d *decoder) class(s string) {
	const fields, sep = 4, "|"
	if d.noClass = strings.Count(s, sep) != fields-1; d.noClass {
		d.problem("class %.60q is left out; want Class vendor | family | generation | device type", s)
		return
	}
	next := func() string {
		var field string
		field, s, _ = strings.Cut(s, sep)
		return d.word(strings.TrimSpace(field))
	}
	d.entry.Classes = append(d.entry.Classes, whorl.Class{Vendor: next(), Family: next(), Generation: next(), DeviceType: next()})
}

// word gives one copy of equal strings.
func (d *decoder) word(s string) string {
	if d.words == nil {
		return s
	}
	if w, ok := d.words[s]; ok {
		return w
	}
	s = strings.Clone(s)
	d.words[s] = s
	return s
}

func (d *decoder) cpe(s string) {
	cpe, _, _ := strings.Cut(s, " ") // a flag may follow, as in "cpe:/o:x:y auto"
	switch n := len(d.entry.Classes); {
	case d.noClass: // its class was reported
	case n == 0:
		d.problem("CPE %.60q before any Class is left out; put it below its Class", s)
	case !strings.HasPrefix(cpe, "cpe:"):
		d.problem("CPE %.60q is left out; want something like cpe:/o:linux:linux_kernel:6", s)
	default:
		c := &d.entry.Classes[n-1]
		c.CPE = append(c.CPE, d.word(cpe))
	}
}

func (d *decoder) source(s string) {
	e := d.entry
	switch {
	case s == "":
		d.problem("Source says nothing; write where the facts of %q come from", e.Name)
	case e.Source.Text == "":
		e.Source.Text = s
	case len(e.Source.Text)+len(s) > MaxSource:
		d.problem("the Source lines of %q have more than %d bytes; the rest is left out", e.Name, MaxSource)
	default:
		e.Source.Text += "; " + s
	}
}
