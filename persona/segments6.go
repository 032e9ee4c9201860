package persona

import (
	"whorl/method"
	"whorl/method/expr"
	"whorl/method/gen2"
	"whorl/method/ipv6"
)

// segments chooses the answers to segments. The tests are those of the second generation, so
// its chooser does it, with what the host shows over IPv4 wherever the lines for IPv6 allow
// that. Tests that the record does not have over IPv6 leave what was carried over.
func (c *chooser6) segments(s *over6, i *instance, known bool) error {
	lines := ipv6.Carried(c.r.Lines())
	if known {
		narrow(lines, s.replies)
	}
	tcp := chooser{deep: c.deep, heard: c.heard, secret: c.secret}
	tcp.r, _ = gen2.NewReference(lines) // what cannot be read is known of no host
	var j instance
	parts := []func(*instance) error{tcp.synOptions, tcp.windows, tcp.synAcks, tcp.tests, tcp.naturals, tcp.extensions}
	if !known {
		parts = append(parts, tcp.isns, tcp.chooseClock, tcp.succession)
	}
	for _, part := range parts {
		if err := part(&j); err != nil {
			return err
		}
	}
	if !known {
		*i, s.replies = j, &i.replies
	}
	r := j.replies
	for t := ipv6.TestECN; t <= ipv6.TestT7; t++ {
		if err := c.headers(&r, t, s.replies); err != nil {
			return err
		}
	}
	*s.replies = r
	return nil
}

// headers sets the headers of the segments that a test is about, or takes the segments from
// what was carried over, if the record does not have the test.
func (c *chooser6) headers(r *replies, t ipv6.Test, carried *replies) error {
	first, last := gen2.S1, gen2.S6
	if t != ipv6.TestT1 {
		first = probe6(t)
		last = first
	}
	if c.r.Test(t) == nil {
		copy(r.segments[first:last+1], carried.segments[first:last+1])
		if t == ipv6.TestT1 {
			r.natural = carried.natural
		}
		return nil
	}
	usual := ipHeader{ttl: plainTTL, label: c.label}
	if carried.segments[first].ttl != 0 {
		usual = carried.segments[first].ipHeader
	}
	h, err := c.header(t, usual)
	for p := first; p <= last; p++ {
		r.segments[p].ipHeader = h
	}
	for a := range r.natural {
		if t == ipv6.TestT1 {
			r.natural[a].ipHeader = h
		}
	}
	return err
}

// probe6 is the probe of the second generation that a test of one segment is about.
func probe6(t ipv6.Test) gen2.Probe {
	if t == ipv6.TestECN {
		return gen2.ECN
	}
	return gen2.T2 + gen2.Probe(t-ipv6.TestT2)
}

// narrow leaves of options and windows in the lines only those of the answers, where the
// lines allow them.
func narrow(lines method.Lines, to *replies) {
	for _, l := range lines {
		for k := range l.Attrs {
			a := &l.Attrs[k]
			value, ok := to.shows(l.Test, a.Name)
			if e, err := expr.Parse(a.Value); ok && err == nil && e.Match(value) {
				a.Value = value
			}
		}
	}
}

// shows is what the answers have of options and windows, as text; ok is false of everything
// else, and of no options.
func (r *replies) shows(test, attr string) (value string, ok bool) {
	t, _ := gen2.TestNamed(test)
	p, options := gen2.S1, attr[0] == 'O'
	switch {
	case t == gen2.TestOPS || t == gen2.TestWIN: // O1-O6, W1-W6
		p += gen2.Probe(attr[1] - '1')
	case attr != "O" && attr != "W":
		return "", false
	case t == gen2.TestECN:
		p = gen2.ECN
	default:
		p = gen2.T2 + gen2.Probe(t-gen2.TestT2)
	}
	s := &r.segments[p]
	if options {
		return s.options.text, !s.silent && s.options.n > 0
	}
	return hex(s.window), !s.silent
}
