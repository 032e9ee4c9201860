package osdb

import (
	"whorl/method/gen1"
	"whorl/method/gen2"
)

// mark stands before tests of Nmap's first generation in records that have tests of the
// second too, and wherever we write them.
const mark = "Gen1 "

// generation says of which of Nmap's two the plain tests of a record are.
type generation uint8

const (
	undecided generation = iota
	first
	second
)

// plain is a line that both generations know, and where it stands.
type plain struct {
	*test
	at int
}

// readNmap reads a line named as a test of the first generation is. T1-T7 may be of the
// second, or of either.
func (d *decoder) readNmap(t *test) {
	one, two := gen1.Looks(t.line)
	if t.marked || !two {
		t.gen1, t.errs1 = gen1.NewTest(t.line)
	}
	if !t.marked && !one {
		t.gen2, t.errs = d.compiler.Test(t.line)
	}
	if t.marked && t.gen1 == nil {
		t.errs, t.unfit = t.errs1, true
	}
}

// nmapTest puts a test of either generation where it belongs.
func (d *decoder) nmapTest(t *test) {
	its := second
	switch {
	case t.marked:
		d.put(t, first, d.line)
		return
	case t.gen1 != nil && t.gen2 != nil:
		its = d.nmap
	case t.gen1 != nil:
		its = first
	}
	if d.nmap == undecided && its != undecided {
		d.settle(its)
	}
	switch {
	case its == undecided:
		d.wait(t)
	case its != d.nmap:
		d.problem("%s is of another generation than the tests before it in %q and is left out; write Gen1 before tests of the first",
			t.line.Test, d.entry.Name)
	default:
		d.put(t, its, d.line)
	}
}

// wait keeps a line until it is known of which generation it is.
func (d *decoder) wait(t *test) {
	for _, w := range d.either {
		if w.line.Test == t.line.Test {
			d.twice(t, d.line)
			return
		}
	}
	d.either = append(d.either, plain{t, d.line})
}

// settle decides of which generation the record is.
func (d *decoder) settle(g generation) {
	for _, w := range d.either {
		d.put(w.test, g, w.at)
	}
	d.nmap, d.either = g, d.either[:0]
}

// put adds a test to the record.
func (d *decoder) put(t *test, g generation, line int) {
	e, errs, added := d.entry, t.errs, false
	if g == first {
		errs, added = t.errs1, e.Gen1.Set(t.gen1)
	} else {
		if e.Gen2 == nil {
			e.Gen2 = &gen2.Reference{}
		}
		added = e.Gen2.Set(t.gen2)
	}
	for _, err := range errs {
		d.problemAt(line, "%v", err)
	}
	if !added {
		d.twice(t, line)
	}
}

func (d *decoder) twice(t *test, line int) {
	name := t.line.Test
	if t.marked {
		name = mark + name
	}
	d.problemAt(line, "%s stands twice in %q; only the first counts", name, d.entry.Name)
}
