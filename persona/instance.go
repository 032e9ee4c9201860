package persona

import (
	"errors"
	"fmt"

	"whorl/method/gen2"
	"whorl/packet"
)

// instance is one of the hosts that a reference stands for.
type instance struct {
	replies
	isns        isns
	succession  succession
	sources     [numSources]ids
	clock       clock
	unreachable unreachable
	echoes      echoes
}

// replies are how segments are answered.
type replies struct {
	segments  [gen2.T7 + 1]segment // S1 to S6, ECN and T2 to T7; O1 to O6 are not used
	natural   [askAll + 1]segment  // other SYNs, by what they ask for
	echoesMSS bool                 // the MSS of an answer is not above that of the SYN
	extended  extended
	firsts    *firsts // nil: the record has no tests of the first generation
}

// instance chooses. The order matters: what comes later fits what came before.
func (c *chooser) instance() (i instance, err error) {
	if c.answersNothing() {
		return i, errors.New("not reproducible: no answer to any probe")
	}
	for _, part := range [...]func(*instance) error{
		c.synOptions, c.windows, c.synAcks, c.tests, c.ttls, c.chooseICMP, c.isns, c.ipids, c.chooseClock, c.naturals,
		c.succession, c.extensions, c.resets,
	} {
		if err := part(&i); err != nil {
			return i, err
		}
	}
	return i, nil
}

func (c *chooser) answersNothing() bool {
	for _, t := range [...]gen2.Test{gen2.TestECN, gen2.TestT1, gen2.TestT2, gen2.TestT3, gen2.TestT4,
		gen2.TestT5, gen2.TestT6, gen2.TestT7, gen2.TestU1, gen2.TestIE} {
		if !c.silent(t) {
			return false
		}
	}
	return c.r.Test(gen2.TestOPS).State() != gen2.Filled
}

// test is the test that the answer to a probe is judged by.
func test(p gen2.Probe) gen2.Test {
	switch {
	case p <= gen2.S6:
		return gen2.TestT1
	case p == gen2.ECN:
		return gen2.TestECN
	}
	return gen2.TestT2 + gen2.Test(p-gen2.T2)
}

// synAcks says how S1 to S6 and ECN are answered: as T1 says of S1. The other five
// accept the connection if the sequence tests need it, whatever S1 gets. Where the
// reference has no OPS, not all six are answered.
func (c *chooser) synAcks(i *instance) error {
	first := &i.segments[gen2.S1]
	if err := c.segment(first, gen2.TestT1); err != nil {
		return err
	}
	need := c.samples()
	whole := c.r.Test(gen2.TestOPS).State() != gen2.Silent
	for p := gen2.S2; p <= gen2.S6; p++ {
		s := &i.segments[p]
		options, window := s.options, s.window
		*s = *first
		s.options, s.window = options, window
		switch {
		case need > 0 && i.resets(p):
			s.flags, s.seq, s.ack, s.ids = packet.RST|packet.ACK, zero, next, idsClosed
		case need > 0:
			s.silent = !whole && !first.silent && int(p) >= need
			s.flags = first.flags&(packet.PSH|packet.FIN) | packet.SYN | packet.ACK
			if constant := c.expr(gen2.TestSEQ, "GCD"); first.seq == zero || constant == nil || !constant.Match("0") {
				s.seq = other
			}
			if !first.flags.Has(packet.SYN) {
				s.ack = next
			}
			if first.flags.Has(packet.RST) {
				s.flags = packet.SYN | packet.ACK
			}
		case !whole:
			s.silent = true
		}
	}
	ecn := &i.segments[gen2.ECN]
	if err := c.segment(ecn, gen2.TestECN); err != nil {
		return err
	}
	if c.expr(gen2.TestECN, "W") == nil {
		ecn.window = c.scaledWindow(first, ecn.options)
	}
	return c.congestion(ecn)
}

// samples is how many SYN-ACKs to S1-S6 the sequence tests need.
func (c *chooser) samples() int {
	has := func(attr string) bool { return c.expr(gen2.TestSEQ, attr) != nil }
	switch {
	case has("SP") || has("GCD") || has("ISR"):
		return 5
	case has("TI") || has("SS"):
		return 3
	case has("TS"):
		return 1
	}
	return 0
}

// resets reports whether the answer to S2-S6 looks like a reset among SYN-ACKs: no
// options and no window.
func (i *instance) resets(p gen2.Probe) bool {
	bare := func(p gen2.Probe) bool { return i.segments[p].options.n == 0 && i.segments[p].window == 0 }
	for q := gen2.S1; q <= gen2.S6; q++ {
		if !bare(q) {
			return bare(p)
		}
	}
	return false
}

// congestion chooses the ECN bits of the answer to ECN.
func (c *chooser) congestion(s *segment) error {
	cc, err := c.text(gen2.TestECN, "CC", "N")
	s.flags = packet.SYN | packet.ACK
	s.seq, s.ack = other, next
	switch cc {
	case "Y":
		s.flags |= packet.ECE
	case "S":
		s.flags |= packet.ECE | packet.CWR
	case "O":
		s.flags |= packet.CWR
	case "N":
	default:
		return fmt.Errorf("ECN: CC: %q is not Y, N, S or O", cc)
	}
	return err
}

// tests says how T2 to T7 are answered.
func (c *chooser) tests(i *instance) error {
	for p := gen2.T2; p <= gen2.T7; p++ {
		if err := c.segment(&i.segments[p], test(p)); err != nil {
			return err
		}
	}
	return nil
}

// resets says what the resets of closed ports take over, by RT of package deep.
func (c *chooser) resets(i *instance) error {
	known, silent := c.answered("RT")
	if !known {
		return nil
	}
	t5 := &i.segments[gen2.T5]
	switch {
	case silent == t5.silent:
	case silent && c.allows(gen2.TestT5, "R", "N"):
		t5.silent = true
	default:
		return fmt.Errorf("RT: R: an answer to RT and none to T5 or the other way round: both are SYNs to a closed port")
	}
	for p := gen2.T5; p <= gen2.T7; p++ {
		if err := c.copies("RT", &i.segments[p].copies); err != nil {
			return err
		}
	}
	return nil
}
