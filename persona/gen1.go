package persona

import (
	"bytes"
	"fmt"

	"whorl/method"
	"whorl/method/gen1"
	"whorl/method/gen2"
	"whorl/packet"
)

// firsts are the answers to segments with the TCP options of Nmap's first generation,
// where a record has tests of it. They are told apart by flags and port, as always.
type firsts [gen1.NumProbes]segment

// firstChooser picks one value from each expression of a first-generation reference.
type firstChooser struct {
	*chooser
	r gen1.Reference
}

// firstAnswer is the answer to a segment of the first generation; nil: it is none, or the
// record says nothing of it.
func (p *Persona) firstAnswer(in *packet.Packet, port state) *segment {
	h, firsts := &in.TCP, p.over(in).firsts
	to, ok := map[state]method.Target{open: method.ToOpenTCP, closed: method.ToClosedTCP}[port]
	if !ok || firsts == nil || !bytes.Equal(h.Options, gen1.Options) {
		return nil
	}
	for which := gen1.T1; which <= gen1.S1; which++ {
		s := &gen1.Probes[which]
		if s.Proto != packet.TCP || s.To != to || s.Flags != h.Flags {
			continue
		}
		if t := twin(which); t < gen2.NumProbes && p.silent[t] {
			return &segment{silent: true}
		}
		return &firsts[which]
	}
	return nil
}

// twin is the probe of the second generation that means the same as one of T1-T7.
func twin(which gen1.Probe) gen2.Probe {
	if which >= gen1.T2 && which <= gen1.T7 {
		return gen2.T2 + gen2.Probe(which-gen1.T2)
	}
	return gen2.NumProbes
}

// firsts chooses the answers to the probes of the first generation: what the record does
// not tell is as in the answers to those that mean the same.
func (c *firstChooser) firsts(i *instance) error {
	if c.r == nil {
		return nil
	}
	f := new(firsts)
	f[gen1.T1] = i.natural[askStamp|askScale]
	for which := gen1.T2; which <= gen1.T7; which++ {
		f[which] = i.segments[twin(which)]
		f[which].options = f[which].options.offered(&offer)
	}
	for which := gen1.T1; which <= gen1.T7; which++ {
		if err := c.segment(&f[which], gen1.Probes[which].Name); err != nil {
			return err
		}
	}
	f[gen1.S1] = f[gen1.T1]
	if s := &f[gen1.S1]; s.silent || !s.flags.Has(packet.SYN|packet.ACK) || s.flags.Has(packet.RST) {
		f[gen1.S1] = i.natural[askStamp|askScale] // only the odd bit is refused
	}
	f[gen1.S1].flags &^= packet.ECE
	i.firsts = f
	return nil
}

// offer is what all probes of the first generation offer. Only read.
var offer = packet.TCPHeader{Options: gen1.Options}

// segment changes an answer to what the record says of a test.
func (c *firstChooser) segment(s *segment, test string) (err error) {
	t := c.r.Test(test)
	if t == nil || len(t.Terms) == 0 {
		return nil
	}
	if resp := t.Expr("Resp"); resp != nil {
		s.silent = !resp.Match("Y")
	} else {
		s.silent = false
	}
	if s.silent {
		return nil
	}
	if x := t.Expr("DF"); x != nil {
		s.df = x.Match("Y")
	}
	if x := t.Expr("W"); x != nil {
		w, ok := numberIn(x, 0xffff, uint64(s.window))
		if !ok {
			return fmt.Errorf("%s: W: no window shows %v", test, x)
		}
		s.window = uint16(w)
	}
	if x := t.Expr("Flags"); x != nil {
		if s.flags, err = flagsIn(x, s.flags); err != nil {
			return fmt.Errorf("%s: Flags: %w", test, err)
		}
	}
	switch {
	case !s.flags.Has(packet.RST):
		s.seq = other
	case s.flags.Has(packet.ACK):
		s.seq = zero
	default:
		s.seq = same // the acknowledgement of the probe
	}
	if x := t.Expr("ACK"); x != nil {
		switch {
		case x.Match("S++"):
			s.ack = next
		case x.Match("S"):
			s.ack = same
		case !x.Match("O"):
			return fmt.Errorf("%s: ACK: %v is not S++, S or O", test, x)
		case s.flags.Has(packet.ACK):
			s.ack = other
		default:
			s.ack = zero
		}
	}
	return c.options(s, t.Expr("Ops"), test)
}

// options chooses the options of an answer, with timestamps as TSeq has them in those
// that accept a connection.
func (c *firstChooser) options(s *segment, x *gen1.Expr, test string) error {
	if x == nil {
		return nil
	}
	var failed error
	for pass := range 2 { // those that TS allows, then any
		for _, text := range x.Literals() {
			o, err := encodeOps(text)
			if err != nil {
				failed = fmt.Errorf("%s: Ops: %w", test, err)
				continue
			}
			o.value = o.stamp != 0 && !c.zeroStamps()
			if pass > 0 || c.stampFits(o) {
				s.options = o
				return nil
			}
		}
	}
	if failed == nil {
		failed = fmt.Errorf("%s: Ops: nothing matches %v", test, x)
	}
	return failed
}

// flagsIn are flags that the expression allows: those if it does, else the first.
func flagsIn(x *gen1.Expr, usual packet.Flags) (packet.Flags, error) {
	if x.Match(gen1.FlagString(usual)) {
		return usual, nil
	}
	for _, text := range x.Literals() {
		return gen1.ParseFlags(text)
	}
	return 0, fmt.Errorf("nothing matches %v", x)
}

// numberIn is a number of at most most that the expression allows: the usual one if it
// does, else the middle of its first range that has one.
func numberIn(x *gen1.Expr, most, usual uint64) (n uint64, ok bool) {
	if x.Match(hex(usual)) {
		return usual, true
	}
	for _, s := range x.Spans() {
		if s.Lo <= most {
			n = s.Lo + (min(s.Hi, most)-s.Lo)/2
			for _, v := range [...]uint64{n, s.Lo, min(s.Hi, most)} {
				if x.Match(hex(v)) {
					return v, true
				}
			}
		}
	}
	return 0, false
}
