package backoff

import (
	"fmt"
	"strings"

	"whorl/method"
)

// Print is a result: at most one line of a state.
type Print []method.Line

// Test gives the line of that name.
func (p Print) Test(name string) (method.Line, bool) {
	for _, l := range p {
		if l.Test == name {
			return l, true
		}
	}
	return method.Line{}, false
}

// Runs are the times of a print. Lines that cannot be read, which Parse would have
// told, are passed over.
func (p Print) Runs() (out []Run) {
	for _, l := range p {
		if r, err := ReadRun(l); err == nil {
			out = append(out, r)
		}
	}
	return out
}

// AppendTo writes the print, a state a line with a newline after each.
func (p Print) AppendTo(b []byte) []byte {
	for _, l := range p {
		b = append(l.AppendTo(b), '\n')
	}
	return b
}

// String is the text form.
func (p Print) String() string { return string(p.AppendTo(nil)) }

// Parse reads a print; empty lines are passed over. It returns what could be read and
// the first error, which names the line.
func Parse(text string) (p Print, err error) {
	no := 0
	for s := range strings.Lines(text) {
		no++
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		l, e := method.ParseLine(s)
		if e == nil {
			_, e = ReadRun(l)
		}
		if _, twice := p.Test(l.Test); e == nil && twice {
			e = fmt.Errorf("%s stands twice", l.Test)
		}
		switch {
		case e == nil:
			p = append(p, l)
		case err == nil:
			err = fmt.Errorf("backoff: line %d: %w", no, e)
		}
	}
	return p, err
}
