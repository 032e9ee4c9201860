package persona

import (
	"cmp"
	"errors"
	"fmt"

	"whorl/method/gen1"
	"whorl/method/gen2"
	"whorl/packet"
)

// The first generation tells nothing of the TTL, of echo requests and of SYNs that offer
// SACK. A record that has nothing else stands for hosts that are usual in these.
const plainTTL = 64

// alone chooses a host of a record that has tests of the first generation only.
func (c *firstChooser) alone() (i instance, err error) {
	if c.answersNothing() {
		return i, errors.New("not reproducible: no answer to any probe")
	}
	plain := ipHeader{ttl: plainTTL}
	i.echoes = echoes{ipHeader: plain, df: dfSame}
	i.echoes.copies.tos = taken
	i.unreachable = unreachable{ipHeader: plain, silent: true, ipSum: 'G'}
	i.clock = clock{hz: c.hz()}
	c.resetsAlone(&i, plain)
	for _, part := range [...]func(*instance) error{c.synAcksAlone, c.firsts, c.growth, c.idsAlone, c.errorsAlone} {
		if err := part(&i); err != nil {
			return i, err
		}
	}
	for p := gen2.T2; p <= gen2.T7; p++ { // what means the same is answered the same
		i.segments[p] = i.firsts[gen1.T2+gen1.Probe(p-gen2.T2)]
	}
	return i, nil
}

func (c *firstChooser) answersNothing() bool {
	for _, t := range c.r {
		if resp := t.Expr("Resp"); len(t.Terms) > 0 && (resp == nil || resp.Match("Y")) {
			return false
		}
	}
	return true
}

// resetsAlone are the answers to T2-T7 where the record says nothing of them (RFC 9293
// section 3.10.7).
func (c *firstChooser) resetsAlone(i *instance, h ipHeader) {
	reset := segment{ipHeader: h, flags: packet.RST, seq: same, options: none}
	refuse := segment{ipHeader: h, flags: packet.RST | packet.ACK, ack: next, options: none}
	silent := segment{ipHeader: h, silent: true, flags: packet.RST | packet.ACK, ack: next, options: none}
	for p, s := range map[gen2.Probe]segment{
		gen2.T2: silent, gen2.T3: silent, gen2.T4: reset, gen2.T5: refuse, gen2.T6: reset, gen2.T7: refuse,
	} {
		i.segments[p] = s
	}
}

// synAcksAlone are the answers to SYNs: as T1 says, with what is asked for.
func (c *firstChooser) synAcksAlone(i *instance) error {
	s := segment{ipHeader: ipHeader{ttl: plainTTL}, flags: packet.SYN | packet.ACK, seq: other, ack: next, window: 0x4000}
	o, err := packOps("M")
	if rates := c.r.Test("TSeq").Expr("TS"); rates != nil && !rates.Match("U") {
		o, err = packOps("MNNT")
		o.value = !c.zeroStamps()
	}
	if err != nil {
		return err
	}
	s.options = o
	if err := c.segment(&s, "T1"); err != nil {
		return err
	}
	if s.silent || !s.flags.Has(packet.SYN|packet.ACK) || s.flags.Has(packet.RST) {
		s.silent, s.flags, s.seq, s.ack, s.options = false, packet.SYN|packet.ACK, other, next, o
	}
	s.flags &^= packet.ECE // of the odd bit in T1
	h := s.options.header()
	if mss, ok := h.MSS(); ok && mss == gen1.MSS {
		i.echoesMSS = true
		s.options = s.options.announcing(usualMSS)
	}
	for a := range i.natural {
		i.natural[a] = s
		i.natural[a].options = s.options.reduced(asked(a))
	}
	// As T1 orders them; the probes of the first generation ask for no more.
	i.natural[askStamp|askScale].options = s.options
	if i.echoesMSS {
		i.natural[askStamp|askScale].options = s.options.atMost(gen1.MSS)
	}
	for p := gen2.S1; p <= gen2.ECN; p++ {
		i.segments[p] = i.natural[askedBy(&packet.TCPHeader{Options: gen2.Probes[p].Options})]
	}
	return nil
}

// announcing is o with another MSS.
func (o *options) announcing(mss uint16) *options {
	other := *o
	other.raw[o.mss], other.raw[o.mss+1] = byte(mss>>8), byte(mss)
	return &other
}

// hz is the rate of the timestamps that TS tells.
func (c *firstChooser) hz() float64 {
	x := c.r.Test("TSeq").Expr("TS")
	for _, k := range [...]struct {
		class string
		hz    float64
	}{{"1000HZ", 1000}, {"100HZ", 100}, {"2HZ", 2}} {
		if x != nil && x.Match(k.class) {
			return k.hz
		}
	}
	return 1000
}

// zeroStamps reports whether timestamps have to be zero.
func (c *firstChooser) zeroStamps() bool {
	x := c.r.Test("TSeq").Expr("TS")
	return x != nil && x.Match("0") && !x.Match("2HZ") && !x.Match("100HZ") && !x.Match("1000HZ")
}

// stampFits reports whether answers with those options can show the TS of the record.
func (c *firstChooser) stampFits(o *options) bool {
	x := c.r.Test("TSeq").Expr("TS")
	switch {
	case x == nil:
		return true
	case o.stamp == 0:
		return x.Match("U")
	}
	return x.Match("0") || x.Match("2HZ") || x.Match("100HZ") || x.Match("1000HZ")
}

// idsAlone chooses the IP IDs by the class of TSeq; a stack has one source of them.
func (c *firstChooser) idsAlone(i *instance) error {
	g := ids{class: idCounter, lo: 0x100, hi: 0xffff}
	if x := c.r.Test("TSeq").Expr("IPID"); x != nil {
		found := false
		for _, k := range [...]struct {
			name  string
			class idClass
		}{{"I", idCounter}, {"Z", idZero}, {"BI", idSwapped}, {"RPI", idRandomSteps}, {"RD", idRandom}} {
			if !found && x.Match(k.name) {
				g.class, found = k.class, true
			}
		}
		if !found {
			return fmt.Errorf("TSeq: IPID: no numbering shows %v: a repeated ID counts as a copy of its packet", x)
		}
	}
	i.sources = [numSources]ids{idsTCP: g, idsClosed: g, idsICMP: g}
	return nil
}

// errorsAlone chooses how a closed UDP port is answered, by PU.
func (c *firstChooser) errorsAlone(i *instance) error {
	t := c.r.Test("PU")
	if t == nil || len(t.Terms) == 0 {
		return nil
	}
	u := &i.unreachable
	if resp := t.Expr("Resp"); resp != nil && !resp.Match("Y") {
		return nil
	}
	u.silent = false
	if x := t.Expr("DF"); x != nil {
		u.df = x.Match("Y")
	}
	number := func(attr string, most, usual uint64) (n uint64, err error) {
		n, ok := usual, true
		if x := t.Expr(attr); x != nil {
			n, ok = numberIn(x, most, usual)
		}
		if !ok {
			err = fmt.Errorf("PU: %s: no number up to %X can be shown for %v", attr, most, t.Expr(attr))
		}
		return n, err
	}
	tos, err1 := number("TOS", 0xff, 0)
	u.tos = uint8(tos)
	length, err2 := number("IPLEN", probeLen+errorLen, 56)
	if u.quote = int(length) - errorLen; err2 == nil && u.quote < 28 {
		err2 = fmt.Errorf("PU: IPLEN: %X is too short to quote the ports", length)
	}
	total, err3 := number("RIPTL", 0xffff, probeLen)
	u.length = changeTo(uint16(total), probeLen)
	if x := t.Expr("ULEN"); x != nil && !x.Match(hex(uint16(probeLen-20))) {
		err3 = cmp.Or(err3, fmt.Errorf("PU: ULEN: %v, and a quoted UDP length is always the one sent", x))
	}
	u.id = quotedAs(t.Expr("RID"))
	u.udpSum = quotedAs(t.Expr("UCK"))
	u.ipSum = map[changeKind]byte{changeNone: 'G', changeSet: 'Z', changeAdd: 'I'}[quotedAs(t.Expr("RIPCK")).kind]
	if x := t.Expr("DAT"); x != nil && !x.Match("E") {
		u.spoilt = true
		if u.quote <= 28 {
			err3 = cmp.Or(err3, errors.New("PU: DAT: F, but no data is quoted"))
		}
	}
	return cmp.Or(err1, err2, err3)
}

// quotedAs is what becomes of a quoted number, by the letters E, 0 and F.
func quotedAs(x *gen1.Expr) change {
	switch {
	case x == nil || x.Match("E"):
		return change{}
	case x.Match("0"):
		return change{changeSet, 0}
	}
	return change{changeAdd, 0x0101}
}
