package icmp

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"whorl/method"
	"whorl/method/expr"
)

// Tests that are told.
const (
	TestU1    = "U1"
	TestQU    = "QU"
	TestU1v6  = "U1_6"
	TestIE    = "IE"
	TestEC    = "EC"
	TestIEv6  = "IE1_6"
	TestHeard = "Heard"
)

var tests = []string{TestU1, TestQU, TestU1v6, TestIE, TestEC, TestIEv6}

// Has reports whether records tell of ICMP messages in a test.
func Has(test string) bool { return slices.Contains(tests, test) }

// Heard counts messages, and tells with which TTLs they came.
type Heard struct {
	N           uint32
	Least, Most uint8
}

func (h *Heard) add(ttl uint8) {
	if h.N == 0 {
		h.Least, h.Most = ttl, ttl
	}
	h.N = max(h.N, h.N+1)
	h.Least, h.Most = min(h.Least, ttl), max(h.Most, ttl)
}

// Line is Heard(N=5%TTL=3E), with TTL=3D-3E for several.
func (h *Heard) Line() (l method.Line) {
	l.Test = TestHeard
	l.Set("N", hex(h.N))
	l.Set("TTL", between(int(h.Least), int(h.Most)))
	return l
}

// between is an expression for the numbers from one to another.
func between(lo, hi int) string {
	if lo == hi {
		return hex(lo)
	}
	return hex(lo) + "-" + hex(hi)
}

// Print is what messages of one kind tell.
type Print struct {
	Tests []method.Line // their values are expressions
	Heard Heard
}

// AppendTo writes a test a line, and Heard at the end.
func (p *Print) AppendTo(b []byte) []byte {
	for _, l := range p.Tests {
		b = append(l.AppendTo(b), '\n')
	}
	l := p.Heard.Line()
	return append(l.AppendTo(b), '\n')
}

// String is what AppendTo writes.
func (p *Print) String() string { return string(p.AppendTo(nil)) }

// Parse reads what AppendTo writes. The error names the line.
func Parse(text string) (p Print, err error) {
	for line := range strings.Lines(text) {
		l, err := method.ParseLine(strings.TrimSpace(line))
		switch {
		case err != nil:
			return Print{}, fmt.Errorf("icmp: %w", err)
		case p.Heard.N > 0:
			return Print{}, fmt.Errorf("icmp: %.20s: stands behind %s", l.Test, TestHeard)
		case l.Test == TestHeard:
			if p.Heard, err = parseHeard(l); err != nil {
				return Print{}, err
			}
			continue
		case !Has(l.Test):
			return Print{}, fmt.Errorf("icmp: %.20s: no such test; want one of %s, %s", l.Test, strings.Join(tests, ", "), TestHeard)
		}
		for _, a := range l.Attrs {
			if _, err := expr.Parse(a.Value); err != nil {
				return Print{}, fmt.Errorf("icmp: %s: %s: %w", l.Test, a.Name, err)
			}
		}
		p.Tests = append(p.Tests, l)
	}
	if p.Heard.N == 0 {
		return Print{}, fmt.Errorf("icmp: %s is missing; want %s(N=1%%TTL=40) at the end", TestHeard, TestHeard)
	}
	return p, nil
}

func parseHeard(l method.Line) (h Heard, err error) {
	n, _ := l.Value("N")
	ttl, _ := l.Value("TTL")
	lo, hi, several := strings.Cut(ttl, "-")
	if !several {
		hi = lo
	}
	count, err := strconv.ParseUint(n, 16, 32)
	least, err1 := strconv.ParseUint(lo, 16, 8)
	most, err2 := strconv.ParseUint(hi, 16, 8)
	h = Heard{uint32(count), uint8(least), uint8(most)}
	if again := h.Line(); err != nil || err1 != nil || err2 != nil || count == 0 || least > most || again.String() != l.String() {
		return Heard{}, fmt.Errorf("icmp: %.40s; want %s(N=1%%TTL=40)", l, TestHeard)
	}
	return h, nil
}

// Print tells what the messages have in common. Those that left with different TTLs are of
// different machines, and tell nothing.
func (u *Unreach) Print(v6 bool) Print {
	s := &u.said
	out := Print{Heard: u.Heard}
	if s.guess.mixed {
		return out
	}
	if v6 {
		l := lineOf(TestU1v6, "R", "Y")
		s.ttl(&l, "HL", "HLG")
		set(&l, "TC", s.tos.text())
		set(&l, "FL", s.flow.text())
		set(&l, "PL", s.quoted(probe6, headerICMP))
		set(&l, "ET", "1")
		set(&l, "EC", "4")
		set(&l, "UN", s.unused.text())
		set(&l, "RPL", s.length.text())
		set(&l, "RFL", s.label.text())
		set(&l, "RUCK", s.sum.text())
		set(&l, "RUD", s.data.text())
		out.Tests = []method.Line{l}
		return out
	}
	l := lineOf(TestU1, "R", "Y")
	set(&l, "DF", s.df.text())
	s.ttl(&l, "T", "TG")
	set(&l, "IPL", s.quoted(probe4, header4+headerICMP))
	set(&l, "UN", s.unused.text())
	set(&l, "RIPL", s.length.text())
	set(&l, "RID", s.id.text())
	set(&l, "RIPCK", s.header.text())
	set(&l, "RUCK", s.sum.text())
	set(&l, "RUD", s.data.text())
	out.Tests = []method.Line{l}
	q := method.Line{Test: TestQU}
	if s.least > probe4 { // otherwise U1 tells all of it
		set(&q, "IPL", s.quoted(probeBig, header4+headerICMP))
	}
	set(&q, "TOS", s.tos.text())
	return out.with(q)
}

// ttl writes the TTL that they left with if the quotes tell it, and else a guess at it.
func (s *unreachSaid) ttl(l *method.Line, known, guess string) {
	if text := s.initial.text(); text != "" {
		l.Set(known, text)
		return
	}
	set(l, guess, s.guess.text())
}

// quoted is the length of the answer to a probe of so many bytes, with so many bytes around
// the quote; empty if nothing is known of it.
func (s *unreachSaid) quoted(probe, around int) string {
	most := probe
	if s.most != 0 {
		most = min(most, int(s.most))
	}
	least := min(probe, int(s.least))
	if least == 0 || least > most { // two systems, or settings
		return ""
	}
	return between(least+around, most+around)
}

// Print tells what the replies have in common, as Unreach does.
func (e *Echo) Print(v6 bool) Print {
	s := &e.said
	out := Print{Heard: e.Heard}
	if s.guess.mixed {
		return out
	}
	if v6 {
		l := lineOf(TestIEv6, "HLG", s.guess.text())
		set(&l, "FL", s.flow.text())
		return out.with(l)
	}
	l := method.Line{Test: TestIE}
	set(&l, "DFI", s.df.text(dfLetters))
	set(&l, "TG", s.guess.text())
	set(&l, "CD", s.code.text(codeLetters))
	c := method.Line{Test: TestEC}
	set(&c, "ID", s.id.text(idLetters))
	set(&c, "TOS", s.tos.text(tosLetters))
	return out.with(l).with(c)
}

// with adds a test that says something.
func (p Print) with(l method.Line) Print {
	if len(l.Attrs) > 0 {
		p.Tests = append(p.Tests, l)
	}
	return p
}

func lineOf(test, attr, value string) (l method.Line) {
	l.Test = test
	set(&l, attr, value)
	return l
}

func set(l *method.Line, attr, value string) {
	if value != "" {
		l.Set(attr, value)
	}
}
