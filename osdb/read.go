package osdb

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"whorl/method"
	"whorl/method/backoff"
	"whorl/method/deep"
	"whorl/method/gen1"
	"whorl/method/gen2"
	"whorl/method/ipv6"
	"whorl/method/syn"
)

// Read reads a database. database and file are what the entries name as their
// source. It always returns what could be read.
func Read(r io.Reader, database, file string) (*DB, []Problem) {
	d := newDecoder(database, file)
	d.read(bufio.NewReaderSize(io.LimitReader(r, MaxFile+1), MaxLine))
	return d.db, d.problems
}

func newDecoder(database, file string) *decoder {
	return &decoder{
		db:    &DB{Database: database, File: file, Points: *gen2.DefaultPoints()},
		tests: map[string]*test{},
		words: map[string]string{},
	}
}

// decoder is the state of reading one file. Equal lines, expressions and class
// fields are read once and shared: in nmap-os-db, four of five test lines are
// repetitions.
type decoder struct {
	db       *DB
	trusted  bool // Config.Trusted
	problems []Problem
	line     int
	tests    map[string]*test
	words    map[string]string // nil: there is no need to copy strings
	compiler gen2.Compiler

	section section
	entry   *Entry              // of the section record
	nmap    generation          // of the entry's plain tests
	either  []plain             // its lines that wait for that to be known, at most one of a test
	body    bool                // something other than comments has come
	points  bool                // MatchPoints have come
	crlf    bool                // was reported
	full    bool                // MaxEntries were exceeded
	scored  [gen2.NumTests]bool // tests in MatchPoints
	noClass bool                // CPE lines have no class to go to
}

type section uint8

const (
	outside section = iota
	points
	record
	skipped // a record or section that is not used
)

// test is a line that was read before.
type test struct {
	gen2   *gen2.ReferenceTest // nil: of another method
	gen1   *gen1.ReferenceTest // nil: of another method; both if that cannot be told
	line   method.Line
	errs   []error
	errs1  []error // of gen1
	marked bool    // begins with Gen1
	unfit  bool    // not a test line at all
}

// read reads all lines of a file.
func (d *decoder) read(r *bufio.Reader) {
	d.lines(r, d.text)
	d.end()
}

// text takes one line with its end.
func (d *decoder) text(b []byte) {
	n := len(b)
	if b[n-1] != '\n' {
		d.problem("the last line has no newline: the file may be cut short")
	} else if n--; n > 0 && b[n-1] == '\r' && !d.crlf {
		d.crlf = true
		d.problem("lines end with CR LF; read as LF, better save the file so")
	}
	for n > 0 && (b[n-1] == ' ' || b[n-1] == '\t' || b[n-1] == '\r') {
		n--
	}
	b = b[:n]
	if t := d.tests[string(b)]; t != nil {
		d.test(t)
		return
	}
	d.other(string(b))
}

// other takes a line that was not read before.
func (d *decoder) other(s string) {
	if strings.HasPrefix(s, "#") {
		d.comment(s[1:])
		return
	}
	d.body = d.body || s != ""
	word, rest, _ := strings.Cut(s, " ")
	rest = strings.TrimSpace(rest)
	switch {
	case s == "":
		d.end()
	case strings.EqualFold(word, "Fingerprint"): // in whatever case, as the first generation had it
		d.fingerprint(rest)
	case word == "MatchPoints":
		d.matchPoints()
	case word == "Within" && d.inRecord(s):
		d.within(rest)
	case word == "Class" && d.inRecord(s):
		d.class(rest)
	case word == "CPE" && d.inRecord(s):
		d.cpe(rest)
	case word == "Source" && d.inRecord(s):
		d.source(rest)
	case word == "Within", word == "Class", word == "CPE", word == "Source":
	case strings.Contains(s, "("):
		t := d.readTest(s)
		d.tests[s] = t
		d.test(t)
	case d.section != skipped:
		d.problem("unknown keyword %.40q; want Fingerprint, Within, Class, CPE, Source, Gen1 or a test like T1(R=Y)", word)
	}
}

func (d *decoder) comment(s string) {
	if !d.body {
		d.db.head(s)
	}
}

// inRecord tells whether a line has a record to belong to.
func (d *decoder) inRecord(s string) bool {
	if d.section == outside || d.section == points {
		d.problem("%.40q belongs to no record; put it below a Fingerprint line without empty lines between", s)
	}
	return d.section == record
}

// end closes the section.
func (d *decoder) end() {
	d.settle(second)
	switch e := d.entry; {
	case d.section == record && e.Gen2 == nil && e.Gen1 == nil && len(e.Extra) == 0 && e.unread.text == "":
		d.problemAt(e.Source.Line, "record %q has no tests; it can match nothing", e.Name)
	case d.section == points:
		for t, ok := range d.scored {
			if !ok {
				d.problem("MatchPoints lack %v; it counts as by default", gen2.Test(t))
			}
		}
	}
	d.section, d.entry, d.nmap = outside, nil, undecided
}

func (d *decoder) readTest(s string) *test {
	t := &test{}
	var err error
	s, t.marked = strings.CutPrefix(s, mark)
	if t.line, err = method.ParseLine(s); err != nil {
		t.errs, t.unfit = []error{err}, true
		return t
	}
	name := t.line.Test
	if t.marked || gen1.Has(name) {
		d.readNmap(t)
	} else if _, ok := gen2.TestNamed(name); ok {
		t.gen2, t.errs = d.compiler.Test(t.line)
	} else if d.trusted {
		return t
	} else if deep.Has(name) {
		_, t.errs = deep.NewReference([]method.Line{t.line})
	} else if backoff.Has(name) {
		_, t.errs = backoff.NewReference([]method.Line{t.line})
	} else if name == syn.TestHabits {
		_, t.errs = syn.NewHabitsReference([]method.Line{t.line})
	} else if syn.Has(name) {
		_, t.errs = syn.NewReference([]method.Line{t.line})
	} else if ipv6.Has(name) {
		_, t.errs = ipv6.NewReference([]method.Line{t.line})
	} else {
		t.errs = []error{fmt.Errorf("no method has a test %s; it is kept and not used", name)}
	}
	return t
}

// test puts a test line where it belongs.
func (d *decoder) test(t *test) {
	switch d.section {
	case skipped:
		return
	case outside:
		d.problem("test %.60s belongs to no record; put it below a Fingerprint line without empty lines between", t.line)
		return
	case points:
		d.score(t)
		return
	}
	if t.gen1 != nil || t.gen2 != nil {
		d.nmapTest(t)
		return
	}
	for _, err := range t.errs {
		d.problem("%v", err)
	}
	if !t.unfit {
		d.entry.Extra = append(d.entry.Extra, t.line)
	}
}

// score takes a line of MatchPoints.
func (d *decoder) score(t *test) {
	errs := t.errs
	if !t.unfit {
		errs = d.db.Points.Set(t.line)
	}
	for _, err := range errs {
		d.problem("%v", err)
	}
	if n, ok := gen2.TestNamed(t.line.Test); ok {
		d.scored[n] = true
	}
}
