package harden

import (
	"slices"

	"whorl/method"
	"whorl/method/gen2"
)

// Print is what Nmap's second generation measured, as a setting changes it.
type Print struct {
	scan  method.Line
	lines []method.Line
}

// read takes a print; later rounds of it do not count.
func read(text string) (*Print, error) {
	f, err := gen2.Parse(text)
	if err != nil {
		return nil, err
	}
	return (&Print{scan: f.Scan, lines: f.First()}).clone(), nil
}

func (p *Print) clone() *Print {
	c := &Print{scan: p.scan, lines: slices.Clone(p.lines)}
	for i := range c.lines {
		c.lines[i].Attrs = slices.Clone(c.lines[i].Attrs)
	}
	return c
}

// String is the print as text.
func (p *Print) String() string { return gen2.Fingerprint{Scan: p.scan, Tests: p.lines}.String() }

// test finds a line, nil if it is not there.
func (p *Print) test(name string) *method.Line {
	for i := range p.lines {
		if p.lines[i].Test == name {
			return &p.lines[i]
		}
	}
	return nil
}

// attr finds an attribute, nil if it is not there.
func attr(l *method.Line, name string) *string {
	if l == nil {
		return nil
	}
	for i := range l.Attrs {
		if l.Attrs[i].Name == name {
			return &l.Attrs[i].Value
		}
	}
	return nil
}

// set changes an attribute that is there; one that is not stays away.
func (p *Print) set(test, name, value string) {
	if v := attr(p.test(test), name); v != nil {
		*v = value
	}
}

// value is an attribute, empty if it is not there.
func (p *Print) value(test, name string) string {
	if v := attr(p.test(test), name); v != nil {
		return *v
	}
	return ""
}

// everywhere changes an attribute in all tests that have it. A guessed TTL is TG.
func (p *Print) everywhere(name, value string) {
	for i := range p.lines {
		for _, n := range []string{name, name + "G"} {
			p.set(p.lines[i].Test, n, value)
		}
	}
}

// only changes an attribute in these tests.
func (p *Print) only(name, value string, tests ...string) {
	for _, t := range tests {
		p.set(t, name, value)
	}
}

// windows sets the windows of SYN-ACKs, those to the ECN probe apart.
func (p *Print) windows(w, ecn string) {
	if l := p.test("WIN"); l != nil {
		for i := range l.Attrs {
			l.Attrs[i].Value = w
		}
	}
	p.set("ECN", "W", ecn)
}

// drop takes attributes away.
func (p *Print) drop(test string, names ...string) {
	if l := p.test(test); l != nil {
		l.Attrs = slices.DeleteFunc(l.Attrs, func(a method.Attr) bool { return slices.Contains(names, a.Name) })
	}
}

// mute takes away the answer to a test.
func (p *Print) mute(test string) {
	if l := p.test(test); l != nil {
		l.Attrs = []method.Attr{{Name: "R", Value: "N"}}
	}
}
