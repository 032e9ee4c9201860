package gen2

import (
	"time"

	"whorl/method"
	"whorl/packet"
)

// Measure computes the thirteen tests from what came back. A test that says
// nothing, because its port was not known, is left out; a test whose probes were
// not answered says R=N.
func (e *Exchange) Measure() []method.Line {
	out := make([]method.Line, 0, NumTests)
	add := func(l method.Line, ok bool) {
		if ok {
			out = append(out, l)
		}
	}
	open := e.Target.OpenTCP != 0
	add(e.seq())
	if open {
		add(e.ops())
		add(e.win())
		out = append(out, e.ecn(), e.tcpTest(TestT1, e.first(S1)))
	}
	_, closed := e.ClosedTCP()
	for p := T2; p <= T7; p++ {
		r := e.Slots[p].Reply
		if r == nil && (p <= T4 && !open || p >= T5 && !closed) {
			continue
		}
		out = append(out, e.tcpTest(TestT2+Test(p-T2), r))
	}
	return append(out, e.u1(), e.ie())
}

// begin is the empty line of a test, with room for all that it can say.
func begin(t Test) method.Line {
	return method.Line{Test: Tests[t].Name, Attrs: make([]method.Attr, 0, len(Tests[t].Attrs))}
}

// first is the answer to one of S1-S6, or else to its repeat.
func (e *Exchange) first(p Probe) *Reply {
	if r := e.Slots[p].Reply; r != nil {
		return r
	}
	return e.Slots[p+O1].Reply
}

// ops and win exist only if all six probes or their repeats were answered.
func (e *Exchange) ops() (l method.Line, ok bool) {
	l = begin(TestOPS)
	for p := S1; p <= S6; p++ {
		r := e.first(p)
		if r == nil {
			return l, false
		}
		l.Set(Tests[TestOPS].Attrs[p].Name, OptionString(r.Options.Bytes()))
	}
	return l, true
}

func (e *Exchange) win() (l method.Line, ok bool) {
	l = begin(TestWIN)
	for p := S1; p <= S6; p++ {
		r := e.first(p)
		if r == nil {
			return l, false
		}
		l.Set(Tests[TestWIN].Attrs[p].Name, hex(r.Window))
	}
	return l, true
}

// ttl writes T, the initial TTL, if the distance is known, else TG, a guess at it.
func (e *Exchange) ttl(l *method.Line, r *Reply) {
	if hops, ok := e.Distance(); ok {
		l.Set("T", hex(max(int(r.TTL)+hops-1, 0)))
		return
	}
	l.Set("TG", hex(method.GuessTTL(r.TTL)))
}

// Distance is the number of hops to the host by the TTL that a port unreachable
// quotes: 1 on the same segment.
func (e *Exchange) Distance() (hops int, ok bool) {
	if e.Slots[U1].Reply == nil {
		return 0, false
	}
	return int(e.Numbers.UDPTTL) - int(e.Quote.TTL) + 1, true
}

func (e *Exchange) ecn() method.Line {
	l := begin(TestECN)
	r := e.Slots[ECN].Reply
	l.Set("R", yesNo(r != nil))
	if r == nil {
		return l
	}
	l.Set("DF", yesNo(r.DF))
	e.ttl(&l, r)
	l.Set("W", hex(r.Window))
	l.Set("O", OptionString(r.Options.Bytes()))
	l.Set("CC", congestion(r.Flags))
	l.Set("Q", quirks(r))
	return l
}

func (e *Exchange) tcpTest(t Test, r *Reply) method.Line {
	l := begin(t)
	l.Set("R", yesNo(r != nil))
	if r == nil {
		return l
	}
	l.Set("DF", yesNo(r.DF))
	e.ttl(&l, r)
	if t != TestT1 {
		l.Set("W", hex(r.Window))
	}
	l.Set("S", relation(r.Seq, e.Numbers.Ack, "A"))
	l.Set("A", relation(r.Ack, e.Numbers.Seq, "S"))
	l.Set("F", flagLetters(r.Flags))
	if t != TestT1 {
		l.Set("O", OptionString(r.Options.Bytes()))
	}
	rd := "0"
	if r.Flags.Has(packet.RST) {
		rd = hex(r.DataCRC)
	}
	l.Set("RD", rd)
	l.Set("Q", quirks(r))
	return l
}

func (e *Exchange) u1() method.Line {
	l := begin(TestU1)
	r := e.Slots[U1].Reply
	l.Set("R", yesNo(r != nil))
	if r == nil {
		return l
	}
	q := &e.Quote
	l.Set("DF", yesNo(r.DF))
	e.ttl(&l, r)
	l.Set("IPL", hex(r.IPLen))
	l.Set("UN", hex(r.Rest))
	l.Set("RIPL", sameOr(q.IPLen == udpIPLen, q.IPLen))
	l.Set("RID", sameOr(q.IPID == udpIPID, q.IPID))
	switch {
	case q.IPSum == 0:
		l.Set("RIPCK", "Z")
	case q.IPSumGood:
		l.Set("RIPCK", "G")
	default:
		l.Set("RIPCK", "I")
	}
	l.Set("RUCK", sameOr(q.UDPSumGood, q.UDPSum))
	if q.DataGood {
		l.Set("RUD", "G")
	} else {
		l.Set("RUD", "I")
	}
	return l
}

func (e *Exchange) ie() method.Line {
	l := begin(TestIE)
	r1, r2 := e.Slots[IE1].Reply, e.Slots[IE2].Reply
	both := r1 != nil && r2 != nil
	l.Set("R", yesNo(both))
	if !both {
		return l
	}
	switch {
	case r1.DF && r2.DF:
		l.Set("DFI", "Y")
	case r1.DF: // as in the requests
		l.Set("DFI", "S")
	case r2.DF:
		l.Set("DFI", "O")
	default:
		l.Set("DFI", "N")
	}
	e.ttl(&l, r2)
	switch {
	case r1.Code == Probes[IE1].Code && r2.Code == Probes[IE2].Code:
		l.Set("CD", "S")
	case r1.Code != r2.Code:
		l.Set("CD", "O")
	case r1.Code == 0:
		l.Set("CD", "Z")
	default:
		l.Set("CD", hex(r1.Code))
	}
	return l
}

// Cadence tells how well the SEQ train kept its time: the largest deviation of a
// gap from 100 ms, and the time from the first to the last probe over the ideal
// 500 ms. Both are zero without an open port.
func (e *Exchange) Cadence() (worst time.Duration, ratio float64) {
	if e.Slots[S1].Sends == 0 || e.Slots[S6].Sends == 0 {
		return 0, 0
	}
	for p := S2; p <= S6; p++ {
		d := e.Slots[p].Sent - e.Slots[p-1].Sent - SeqGap
		worst = max(worst, d, -d)
	}
	return worst, float64(e.Slots[S6].Sent-e.Slots[S1].Sent) / float64(seqSpan)
}

// CadenceGood reports whether rates can be computed from the train.
func (e *Exchange) CadenceGood() bool {
	_, ratio := e.Cadence()
	return ratio == 0 || ratio >= 0.8 && ratio <= 1.4
}
