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
		case slices.ContainsFunc(p.Tests, func(t method.Line) bool { return t.Test == l.Test }):
			return Print{}, fmt.Errorf("icmp: %s stands twice", l.Test)
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
