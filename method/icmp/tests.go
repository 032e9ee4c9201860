package icmp

import "whorl/method"

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
