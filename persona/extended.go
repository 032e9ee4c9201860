package persona

import (
	"cmp"
	"fmt"

	"whorl/packet"
)

// extended is how SYNs are answered that ask for more than those of Nmap do, where a
// record tells it (AE, AN, MD5 and AO of package deep).
type extended struct {
	accurate [2]accurate // SYNs that ask for Accurate ECN, under Not-ECT and else
	md5, ao  signature
}

// accurate is an answer to a SYN that asks for Accurate ECN (RFC 9768 section 3.1.1).
type accurate struct {
	known, silent bool
	bits          uint8 // AE, CWR, ECE
	option        bool  // there is an AccECN option
}

// signature is an answer to a SYN that is signed with an unknown key (RFC 2385, RFC 5925).
type signature struct {
	known, silent bool
	flags         packet.Flags
}

// answered reports whether a record speaks of a test of package deep, and then
// whether there is an answer.
func (c *chooser) answered(test string) (known, silent bool) {
	if r := c.deep.Expr(test, "R"); r != nil {
		return true, !r.Match("Y")
	}
	for i := range c.deep {
		known = known || c.deep[i].Test == test
	}
	return known, false
}

// extensions chooses what AE, AN, MD5 and AO say.
func (c *chooser) extensions(i *instance) error {
	x := &i.extended
	return cmp.Or(c.accurate("AN", &x.accurate[0]), c.accurate("AE", &x.accurate[1]),
		c.signature("MD5", &x.md5), c.signature("AO", &x.ao))
}

func (c *chooser) accurate(test string, a *accurate) error {
	a.known, a.silent = c.answered(test)
	if !a.known || a.silent {
		return nil
	}
	bits, err := numberOf(c.deep.Expr(test, "B"), test+": B", 7, nil, 0)
	a.bits = uint8(bits)
	o := c.deep.Expr(test, "O")
	a.option = o != nil && !o.Match("N")
	return err
}

func (c *chooser) signature(test string, s *signature) error {
	s.known, s.silent = c.answered(test)
	if !s.known || s.silent {
		return nil
	}
	f, err := textOf(c.deep.Expr(test, "F"), test+": F", "AS")
	if err != nil {
		return err
	}
	if s.flags, err = parseFlags(f); err != nil {
		err = fmt.Errorf("%s: F: %w", test, err)
	}
	return err
}

// signatures reports whether the record tells of signed SYNs.
func (x *extended) signatures() bool { return x.md5.known || x.ao.known }

// answer changes the answer s to a SYN as far as the SYN is of those that the record
// tells of.
func (x *extended) answer(in *packet.Packet, s *segment) {
	h := &in.TCP
	if h.Reserved&1 != 0 && h.Flags.Has(packet.ECE|packet.CWR) {
		x.accurate[min(in.TOS&ecnMask, 1)].answer(s)
	}
	for raw := h.Options; ; {
		o, rest, ok := packet.NextOption(raw)
		if !ok {
			return
		}
		switch o.Kind {
		case packet.OptMD5:
			x.md5.answer(s)
		case packet.OptAO:
			x.ao.answer(s)
		}
		raw = rest
	}
}

func (a *accurate) answer(s *segment) {
	if !a.known {
		return
	}
	s.silent = s.silent || a.silent
	s.flags &^= packet.ECE | packet.CWR
	if a.bits&1 != 0 {
		s.flags |= packet.ECE
	}
	if a.bits&2 != 0 {
		s.flags |= packet.CWR
	}
	s.reserved = s.reserved&^1 | a.bits>>2
	if a.option {
		s.options = s.options.and(packet.OptNOP, packet.OptNOP, packet.OptAccECN0, 2)
	}
}

func (g *signature) answer(s *segment) {
	if !g.known {
		return
	}
	s.silent = s.silent || g.silent
	s.flags = g.flags
	if g.flags.Has(packet.RST) {
		s.seq, s.ack, s.window, s.options = zero, next, 0, none
	}
}
