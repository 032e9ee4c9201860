package method

import (
	"fmt"
	"strings"
)

// Line is one test of a print or of a reference: NAME(A=v%B=w). Nmap's two
// generations and our own methods all use this form. In a print the values are
// what was measured, in a reference they are expressions (package expr).
type Line struct {
	Test  string
	Attrs []Attr
}

// Attr is one attribute of a test. An empty value is a value.
type Attr struct {
	Name, Value string
}

// Value looks an attribute up.
func (l Line) Value(name string) (v string, ok bool) {
	for _, a := range l.Attrs {
		if a.Name == name {
			return a.Value, true
		}
	}
	return "", false
}

// Set appends an attribute.
func (l *Line) Set(name, value string) { l.Attrs = append(l.Attrs, Attr{name, value}) }

// AppendTo writes the line in its text form to the end of b.
func (l Line) AppendTo(b []byte) []byte {
	b = append(b, l.Test...)
	b = append(b, '(')
	for i, a := range l.Attrs {
		if i > 0 {
			b = append(b, '%')
		}
		b = append(b, a.Name...)
		b = append(b, '=')
		b = append(b, a.Value...)
	}
	return append(b, ')')
}

// String is the text form.
func (l Line) String() string { return string(l.AppendTo(nil)) }

// ParseLine reads NAME(A=v%B=w), possibly with nothing between the parentheses.
func ParseLine(s string) (Line, error) {
	name, rest, ok := strings.Cut(s, "(")
	if !ok || !validTest(name) {
		return Line{}, fmt.Errorf("method: %.40q is not a test line like SEQ(...)", s)
	}
	body, ok := strings.CutSuffix(strings.TrimRight(rest, " \t\r"), ")")
	if !ok {
		return Line{}, fmt.Errorf("method: %s: closing parenthesis is missing", name)
	}
	l := Line{Test: name}
	if body == "" {
		return l, nil
	}
	l.Attrs = make([]Attr, 0, 1+strings.Count(body, "%"))
	for part := range strings.SplitSeq(body, "%") {
		attr, value, ok := strings.Cut(part, "=")
		if !ok || attr == "" || strings.ContainsAny(attr, "() \t\r\n") {
			return l, fmt.Errorf("method: %s: bad attribute %.40q, want NAME=value", name, part)
		}
		if _, twice := l.Value(attr); twice {
			return l, fmt.Errorf("method: %s: attribute %s stands twice", name, attr)
		}
		if i := strings.IndexAny(value, "()\n\r"); i >= 0 {
			return l, fmt.Errorf("method: %s: %s: value %.40q has a %q", name, attr, value, value[i])
		}
		l.Set(attr, value)
	}
	return l, nil
}

func validTest(name string) bool {
	if name == "" || len(name) > 24 {
		return false
	}
	for _, c := range name {
		if (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return true
}

// Lines are a print, or what a record says: at most one line of a test.
type Lines []Line

// Test gives the line of that name.
func (ls Lines) Test(name string) (Line, bool) {
	for _, l := range ls {
		if l.Test == name {
			return l, true
		}
	}
	return Line{}, false
}

// AppendTo writes a test a line, with a newline after each.
func (ls Lines) AppendTo(b []byte) []byte {
	for _, l := range ls {
		b = append(l.AppendTo(b), '\n')
	}
	return b
}

// String is the text form.
func (ls Lines) String() string { return string(ls.AppendTo(nil)) }

// ParseLines reads a print of the method of that name; empty lines are passed over, and
// so is what check refuses. It returns what could be read and the first error, which
// names the line.
func ParseLines(text, name string, check func(Line) error) (ls Lines, err error) {
	no := 0
	for s := range strings.Lines(text) {
		no++
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		l, e := ParseLine(s)
		if e == nil {
			e = check(l)
		}
		if _, twice := ls.Test(l.Test); e == nil && twice {
			e = fmt.Errorf("%s stands twice", l.Test)
		}
		switch {
		case e == nil:
			ls = append(ls, l)
		case err == nil:
			err = fmt.Errorf("%s: line %d: %w", name, no, e)
		}
	}
	return ls, err
}
