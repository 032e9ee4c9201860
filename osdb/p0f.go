package osdb

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"

	"whorl"
	"whorl/method/syn"
)

// ReadP0f reads a signature file of p0f 3: a record for each label of TCP signatures, with
// its signatures as lines Syn and SynAck, and the link types of its MTU section. Those of
// HTTP are passed over. It always returns what could be read; a line that p0f would stop
// at is a problem, and so is a signature that an earlier one covers.
//
// Source: p0f 3.09b, docs/README section 5.
func ReadP0f(r io.Reader, database, file string) (*DB, []syn.Link, []Problem) {
	d := newP0fDecoder(database, file)
	d.read(bufio.NewReaderSize(io.LimitReader(r, MaxFile+1), MaxLine))
	return d.db, d.links, d.problems
}

func newP0fDecoder(database, file string) *p0fDecoder {
	return &p0fDecoder{decoder: decoder{db: &DB{Database: database, File: file}}, entries: map[string]*Entry{}}
}

// p0fDecoder is the state of reading one file.
type p0fDecoder struct {
	decoder      // for its problems
	lazy    bool // signatures stay unread
	part    p0fPart
	label   p0fLabel
	ready   bool // a label stands, and sys if it needs one
	entries map[string]*Entry
	links   []syn.Link
	seen    [2][]p0fSignature // of SYNs and of SYN-ACKs
}

// p0fPart is a section of the file.
type p0fPart uint8

const (
	beforeParts p0fPart = iota
	mtuPart
	synPart
	synAckPart
	otherPart // HTTP: not read
)

var p0fParts = map[string]p0fPart{"[mtu]": mtuPart, "[tcp:request]": synPart, "[tcp:response]": synAckPart,
	"[http:request]": otherPart, "[http:response]": otherPart}

// p0fSignature is one that stands already.
type p0fSignature struct {
	syn.Pattern
	line int
}

func (d *p0fDecoder) read(r *bufio.Reader) {
	d.lines(r, func(line []byte) {
		if line = bytes.TrimSpace(line); d.looksAt(line) {
			d.text(string(line))
		}
	})
}

// looksAt reports whether a line is more than a comment or a part of a section that is not
// read.
func (d *p0fDecoder) looksAt(line []byte) bool {
	switch {
	case len(line) == 0:
		return false
	case line[0] == ';':
		return d.part == beforeParts
	}
	return d.part != otherPart || line[0] == '['
}

func (d *p0fDecoder) text(s string) {
	switch {
	case s[0] == ';':
		d.head(s)
	case s[0] == '[':
		part, ok := p0fParts[s]
		if !ok {
			d.problem("section %.40q is not known; what stands in it is left out", s)
			part = otherPart
		}
		d.part, d.ready = part, false
	default:
		key, value, ok := strings.Cut(s, "=")
		if !ok {
			d.problem("%.60q; want a key, = and a value", s)
			return
		}
		d.pair(strings.TrimSpace(key), strings.TrimSpace(value))
	}
}

// head takes the title out of the comments before the first section.
func (d *p0fDecoder) head(s string) {
	if s = strings.Trim(s, "; -\t"); s != "" {
		d.db.head(s)
	}
}

func (d *p0fDecoder) pair(key, value string) {
	switch {
	case key == "classes", key == "ua_os":
	case d.part == beforeParts:
		d.problem("%.20s before the first section is left out", key)
	case key == "label" && d.part == mtuPart:
		d.label, d.ready = p0fLabel{name: value}, true
	case key == "label":
		label, err := parseLabel(value)
		if d.ready = err == nil; err != nil {
			d.problem("label %.60q and its signatures are left out: %v", value, err)
		}
		d.label = label
	case key == "sys" && d.label.program():
	case key == "sig" && !d.ready:
		d.problem("signature %.60q belongs to no label", value)
	case key == "sig" && d.part == mtuPart:
		d.mtu(value)
	case key == "sig":
		d.signature(value)
	default:
		d.problem("key %.20q is not known here; want label, sys or sig", key)
	}
}

func (d *p0fDecoder) mtu(s string) {
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil || n == 0 {
		d.problem("MTU %.20q; want a number from 1 to 65535", s)
		return
	}
	d.links = append(d.links, syn.Link{MTU: uint16(n), Name: d.label.name, Source: d.db.File})
}

func (d *p0fDecoder) signature(s string) {
	if d.lazy {
		if e := d.entry(); e != nil {
			e.unread.signatures = append(e.unread.signatures, signature{s, d.part == synAckPart, d.label.generic})
		}
		return
	}
	p, err := syn.ParsePattern(s)
	if err != nil {
		d.problem("signature is left out: %v", err)
		return
	}
	answer := d.part == synAckPart
	seen := &d.seen[0]
	if answer {
		seen = &d.seen[1]
	}
	if !d.label.generic {
		for i := range *seen {
			if (*seen)[i].Covers(&p) {
				d.problem("all that fits %s fits line %d too; p0f would never find it", s, (*seen)[i].line)
				break
			}
		}
		*seen = append(*seen, p0fSignature{p, d.line})
	}
	e := d.entry()
	if e != nil {
		e.Extra = append(e.Extra, p.Line(answer, d.label.generic))
	}
}

// entry is the record of the label, a new one if its name has none yet.
func (d *p0fDecoder) entry() *Entry {
	name := d.label.title()
	if e := d.entries[name]; e != nil {
		return e
	}
	if len(d.db.Entries) == MaxEntries {
		d.problem("more than %d records; the rest is not read: split the file", MaxEntries)
		d.full = true
		return nil
	}
	e := &Entry{Name: name, Classes: []whorl.Class{d.label.class()},
		Source: whorl.Source{Database: d.db.Database, File: d.db.File, Line: d.line, Text: fmt.Sprintf("p0f label %q", name)}}
	d.entries[name] = e
	d.db.Entries = append(d.db.Entries, e)
	return e
}
