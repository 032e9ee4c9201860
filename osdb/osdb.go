package osdb

import (
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"whorl"
	"whorl/method"
	"whorl/method/gen1"
	"whorl/method/gen2"
)

// Entry is one record: what is known of a stack.
type Entry struct {
	Name    string
	Within  string // name of the record of its file that it narrows; empty: none
	Classes []whorl.Class
	Gen2    *gen2.Reference // nil: none
	Gen1    gen1.Reference  // nil: none
	Extra   []method.Line   // tests of other methods, kept as they are
	Source  whorl.Source

	unread unread
}

// DB is one database in the order of its file.
type DB struct {
	Database string // embedded, nmap-os-db, user, or as named
	File     string
	Title    string // first line of its head comment
	Date     string // first date in its head comment, YYYY-MM-DD, empty if none
	Points   gen2.Points
	Entries  []*Entry
}

// Set is several databases in the order in which they count.
type Set []*DB

// Names of databases.
const (
	Embedded = "embedded"
	Nmap     = "nmap-os-db"
	P0f      = "p0f.fp"
	User     = "user"
)

// Own tells whether the database is kept by this project or the user, so that
// its records can be corrected.
func (d *DB) Own() bool { return d.Database == Embedded || d.Database == User }

// Len counts the entries.
func (s Set) Len() int {
	n := 0
	for _, d := range s {
		n += len(d.Entries)
	}
	return n
}

// Entries goes through all entries in order.
func (s Set) Entries() iter.Seq2[*DB, *Entry] {
	return func(yield func(*DB, *Entry) bool) {
		for _, d := range s {
			for _, e := range d.Entries {
				if !yield(d, e) {
					return
				}
			}
		}
	}
}

// Find gives the entries of a name, or the entry at file:line, where the file may
// be given without its folder and the line be any line of the record. What stands in
// parentheses may be left out of a name, if no other name is the query.
func (s Set) Find(query string) (found []*Entry) {
	if file, digits, ok := cutLast(query, ":"); ok {
		if line, err := strconv.Atoi(digits); err == nil {
			return s.at(file, line)
		}
	}
	if found = s.named(query, func(name string) string { return name }); found == nil {
		found = s.named(query, withoutAsides)
	}
	return found
}

// named gives the entries whose name, as short has it, is the query.
func (s Set) named(query string, short func(name string) string) (found []*Entry) {
	for _, e := range s.Entries() {
		if strings.EqualFold(short(e.Name), query) {
			found = append(found, e)
		}
	}
	return found
}

func (s Set) at(file string, line int) (found []*Entry) {
	for _, d := range s {
		if d.File != file && filepath.Base(d.File) != file {
			continue
		}
		var last *Entry
		for _, e := range d.Entries {
			if e.Source.Line <= line {
				last = e
			}
		}
		if last != nil {
			found = append(found, last)
		}
	}
	return found
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// AppendTo writes the record in the form that Read reads to the end of b.
func (e *Entry) AppendTo(b []byte) []byte {
	b = fmt.Appendf(b, "Fingerprint %s\n", e.Name)
	if e.Within != "" {
		b = fmt.Appendf(b, "Within %s\n", e.Within)
	}
	for _, c := range e.Classes {
		b = fmt.Appendf(b, "Class %s | %s |%s| %s\n", c.Vendor, c.Family, pad(c.Generation), c.DeviceType)
		for _, cpe := range c.CPE {
			b = fmt.Appendf(b, "CPE %s\n", cpe)
		}
	}
	b = e.appendTests(b)
	if e.Source.Text != "" {
		b = fmt.Appendf(b, "Source %s\n", e.Source.Text)
	}
	return b
}

// appendTests writes the part of the record that matching looks at.
func (e *Entry) appendTests(b []byte) []byte {
	if e.Gen2 != nil {
		b = e.Gen2.AppendTo(b)
	}
	for _, l := range e.Gen1.Lines() {
		b = append(l.AppendTo(append(b, mark...)), '\n')
	}
	for _, l := range e.Extra {
		b = append(l.AppendTo(b), '\n')
	}
	return b
}

func pad(s string) string {
	if s == "" {
		return s
	}
	return " " + s + " "
}

// String is the record as text.
func (e *Entry) String() string { return string(e.AppendTo(nil)) }

// Check reports why the record, written to a file, would not be read as it is: a
// name with a line break, a class field with a bar. A record that is added to a
// database should pass it first.
func (e *Entry) Check() error {
	db, problems := Read(strings.NewReader(e.String()), e.Source.Database, e.Name)
	switch {
	case len(problems) > 0:
		return problems[0]
	case len(db.Entries) != 1 || !same(db.Entries[0], e):
		return fmt.Errorf("osdb: %.60q: the record changes when it is written and read", e.Name)
	}
	return nil
}

func same(a, b *Entry) bool {
	return a.Name == b.Name && a.Within == b.Within && a.Source.Text == b.Source.Text && a.String() == b.String() &&
		slices.EqualFunc(a.Classes, b.Classes, func(a, b whorl.Class) bool {
			return SameClass(a, b) && slices.Equal(a.CPE, b.CPE)
		})
}

// SameClass tells whether two classes differ in their CPE names at most.
func SameClass(a, b whorl.Class) bool {
	return a.Vendor == b.Vendor && a.Family == b.Family && a.Generation == b.Generation && a.DeviceType == b.DeviceType
}
