package main

import (
	_ "embed"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"whorl/method"
)

//go:embed differences.txt
var differencesFile string

// difference is an attribute in which two fingerprints of one target differ.
type difference struct {
	attr         string // TEST.ATTR
	ours, theirs string
}

// absent stands for an attribute that a fingerprint does not have.
const absent = "-"

func (d difference) String() string { return fmt.Sprintf("%s\t%s\t%s", d.attr, d.ours, d.theirs) }

// differences compares two fingerprints attribute by attribute, in the order of ours.
func differences(ours, theirs []method.Line) (out []difference) {
	mine, other := flat(ours), flat(theirs)
	for _, a := range mine {
		b, ok := value(other, a.Name)
		switch {
		case !ok:
			out = append(out, difference{a.Name, a.Value, absent})
		case alike(a.Name, a.Value) != alike(a.Name, b):
			out = append(out, difference{a.Name, a.Value, b})
		}
	}
	for _, b := range other {
		if _, ok := value(mine, b.Name); !ok {
			out = append(out, difference{b.Name, absent, b.Value})
		}
	}
	return out
}

// flat gives the attributes of all tests as TEST.ATTR.
func flat(print []method.Line) (out []method.Attr) {
	for _, l := range print {
		for _, a := range l.Attrs {
			out = append(out, method.Attr{Name: l.Test + "." + a.Name, Value: a.Value})
		}
	}
	return out
}

func value(attrs []method.Attr, name string) (string, bool) {
	i := slices.IndexFunc(attrs, func(a method.Attr) bool { return a.Name == name })
	if i < 0 {
		return "", false
	}
	return attrs[i].Value, true
}

// bands are the values, in hex in a fingerprint, that mean the same although they are
// never the same twice: they measure numbers that a stack draws. A value belongs to the
// last band that it reaches; below the first it stands for itself.
var bands = map[string][]uint64{
	"SEQ.SP":  {0, 0x40, 0xd0}, // counted, spread, random
	"SEQ.ISR": {0, 0x60, 0xe0}, // slow, fast, random
	"SEQ.TS":  {0x1a},          // faster than any clock: a new offset for each connection
}

// alike brings a value into the form in which it is compared.
func alike(attr, value string) string {
	n, err := strconv.ParseUint(value, 16, 32)
	switch {
	case err != nil:
		return value
	case attr == "SEQ.GCD" && n <= 9: // of five random numbers
		return "small"
	}
	band := value
	for _, from := range bands[attr] {
		if n >= from {
			band = fmt.Sprintf("from %X", from)
		}
	}
	return band
}

// known is a line of differences.txt. All but the reason are patterns as for
// [path.Match].
type known struct {
	line                       int
	target, attr, ours, theirs string
	sometimes                  bool // does not occur in every run
	reason                     string
	met                        bool
}

// about reports whether the line speaks of this target.
func (k known) about(target string) bool {
	ok, _ := path.Match(k.target, target) // patterns were tried when read
	return ok
}

// explains reports whether the line is about this difference.
func (k known) explains(target string, d difference) bool {
	for _, m := range [][2]string{{k.attr, d.attr}, {k.ours, d.ours}, {k.theirs, d.theirs}} {
		if ok, _ := path.Match(m[0], m[1]); !ok {
			return false
		}
	}
	return k.about(target)
}

// readKnown reads the form of differences.txt.
func readKnown(text string) (out []known, err error) {
	no := 0
	for line := range strings.Lines(text) {
		no++
		line = strings.TrimRight(line, "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) != 5 {
			return nil, fmt.Errorf("differences.txt: line %d: %d fields, want target, attribute, ours, theirs, reason", no, len(f))
		}
		for _, p := range f[:4] {
			if _, err := path.Match(p, ""); err != nil {
				return nil, fmt.Errorf("differences.txt: line %d: %q: %w", no, p, err)
			}
		}
		reason, sometimes := strings.CutPrefix(f[4], "sometimes: ")
		if strings.TrimSpace(reason) == "" {
			return nil, fmt.Errorf("differences.txt: line %d: no reason", no)
		}
		out = append(out, known{no, f[0], f[1], f[2], f[3], sometimes, reason, false})
	}
	return out, nil
}
