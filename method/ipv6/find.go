package ipv6

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"whorl/method"
	"whorl/method/gen2"
)

// Located is a print found in a text.
type Located struct {
	Line int // where it begins, from 1
	Print
}

// Problem is something in a text that could not be read.
type Problem struct {
	Line int
	Err  error
}

func (p Problem) Error() string { return fmt.Sprintf("ipv6: line %d: %v", p.Line, p.Err) }

// Parse reads one print: ours, or Nmap's wrapped, unwrapped or all in one line.
func Parse(text string) (Print, error) {
	found, problems := Find(text)
	switch {
	case len(problems) > 0:
		return Print{}, problems[0]
	case len(found) == 0:
		return Print{}, fmt.Errorf("ipv6: no print in the text; it should have lines like SEQ6(...) or S1(P=...)")
	case len(found) > 1:
		return Print{}, fmt.Errorf("ipv6: line %d: a second print begins", found[1].Line)
	}
	return found[0].Print, nil
}

// ParseTests reads the tests of one print. The answers are not looked at if it has tests
// of ours, as a print of ours has.
func ParseTests(text string) (method.Lines, error) {
	if own := OwnTests(text); own != "" {
		text = own
	}
	p, err := Parse(text)
	return p.Tests, err
}

// OwnTests are the lines of our own tests in a print, without the answers that it is made of.
func OwnTests(print string) string {
	var b strings.Builder
	for line := range strings.Lines(print) {
		name, _, _ := strings.Cut(line, "(")
		if Has(name) {
			b.WriteString(line)
		}
	}
	return b.String()
}

// Find reads all prints in a text and passes over what surrounds them, fingerprints over
// IPv4 too. Of a print that has answers and none of our tests, as Nmap writes it, the
// tests are measured, as far as the answers tell. A line that cannot be read is a problem
// and loses only itself.
func Find(text string) (found []Located, problems []Problem) {
	f := &finder{}
	for _, b := range gen2.Unwrap(text) {
		forms, open := gen2.Forms(string(b.Text), known)
		if len(forms) == 0 {
			f.flush() // other text ends a print
		}
		for _, s := range forms {
			if err := f.take(b.Line, s); err != nil {
				f.problems = append(f.problems, Problem{b.Line, err})
			}
		}
		if name, _, ok := strings.Cut(open, "("); ok && (Has(name) || strings.HasPrefix(open, name+"(P=")) {
			f.problems = append(f.problems, Problem{b.Line, fmt.Errorf("%.20s...: closing parenthesis is missing", open)})
		}
	}
	f.flush()
	return f.found, f.problems
}

// Lines of Nmap's text beside the answers.
const (
	scan  = "SCAN"
	extra = "EXTRA"
)

// known reports whether a print can have lines of that name.
func known(name string) bool {
	_, answer := named(name)
	return answer || name == scan || name == extra || Has(name)
}

// finder collects prints.
type finder struct {
	cur      Located
	found    []Located
	problems []Problem
}

// flush ends the print under way.
func (f *finder) flush() {
	p := &f.cur.Print
	slices.SortFunc(p.Responses, func(a, b Response) int { return int(a.Probe) - int(b.Probe) })
	if len(p.Tests) == 0 && len(p.Responses) > 0 {
		p.Tests = p.measure()
	}
	if len(p.Tests)+len(p.Responses) > 0 {
		f.found = append(f.found, f.cur)
	}
	f.cur = Located{}
}

// take adds a line to the print under way.
func (f *finder) take(no int, text string) error {
	l, err := method.ParseLine(text)
	_, packet := l.Value("P")
	which, answer := named(l.Test)
	if answer && !packet { // of the second generation
		f.flush()
		return nil
	}
	if err != nil {
		return err
	}
	if l.Test == scan {
		f.flush()
		if e, _ := l.Value("E"); e != "6" {
			return nil
		}
	}
	p := &f.cur.Print
	switch {
	case l.Test == scan:
		p.Scan = l
	case l.Test == extra:
		p.FlowLabel, err = readLabel(l)
	case answer:
		err = p.addResponse(which, l)
	default:
		err = p.addTest(l)
	}
	if err == nil && f.cur.Line == 0 {
		f.cur.Line = no
	}
	return err
}

func readLabel(l method.Line) (string, error) {
	fl, _ := l.Value("FL")
	if len(fl) != 5 || !isHex(fl) || len(l.Attrs) > 1 {
		return "", fmt.Errorf("%.40v: want %s(FL=12345), five digits of 0-9a-f", l, extra)
	}
	return fl, nil
}

func (p *Print) addTest(l method.Line) error {
	t, _ := TestNamed(l.Test)
	for _, a := range l.Attrs {
		if _, ok := Tests[t].Attr(a.Name); !ok {
			return fmt.Errorf("%s has no attribute %.24q", l.Test, a.Name)
		}
	}
	if _, twice := p.Tests.Test(l.Test); twice {
		return fmt.Errorf("%s stands twice", l.Test)
	}
	p.Tests = append(p.Tests, l)
	return nil
}

func (p *Print) addResponse(which Probe, l method.Line) (err error) {
	r := Response{Probe: which}
	for _, a := range l.Attrs {
		switch a.Name {
		case "P":
			r.Packet, err = ParseDump(a.Value)
		case "ST":
			r.Sent, err = readSeconds(a.Value)
		case "RT":
			r.Received, err = readSeconds(a.Value)
		default:
			err = fmt.Errorf("unknown attribute %.24q", a.Name)
		}
		if err != nil {
			return fmt.Errorf("%s: %s: %w", l.Test, a.Name, err)
		}
	}
	if slices.ContainsFunc(p.Responses, func(o Response) bool { return o.Probe == which }) {
		return fmt.Errorf("%s stands twice", l.Test)
	}
	p.Responses = append(p.Responses, r)
	return nil
}

// maxSeconds is the latest time in a print.
const maxSeconds = 1e6

func readSeconds(s string) (time.Duration, error) {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || !(v >= 0 && v <= maxSeconds) {
		return 0, fmt.Errorf("%.24q is no time in seconds", s)
	}
	return time.Duration(math.Round(v * float64(time.Second))), nil
}
