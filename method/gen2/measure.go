package gen2

import (
	"fmt"
	"strconv"
	"time"

	"whorl/method"
	"whorl/packet"
)

// Measure computes the thirteen tests from what came back. A test that says
// nothing, because its port was not known, is left out; a test whose probes were
// not answered says R=N.
func (e *Exchange) Measure() []method.Line {
	var out []method.Line
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
		out = append(out, e.ecn(), e.tcpTest("T1", e.first(S1)))
	}
	_, closed := e.ClosedTCP()
	for p := T2; p <= T7; p++ {
		r := e.Slots[p].Reply
		if r == nil && (p <= T4 && !open || p >= T5 && !closed) {
			continue
		}
		out = append(out, e.tcpTest(Probes[p].Name, r))
	}
	return append(out, e.u1(), e.ie())
}

// first is the answer to one of S1-S6, or else to its repeat.
func (e *Exchange) first(p Probe) *Reply {
	if r := e.Slots[p].Reply; r != nil {
		return r
	}
	return e.Slots[p+O1].Reply
}

func hex[T uint8 | uint16 | uint32 | int](v T) string {
	return fmt.Sprintf("%X", v)
}

func yesNo(b bool) string {
	if b {
		return "Y"
	}
	return "N"
}

// ops and win exist only if all six probes or their repeats were answered.
func (e *Exchange) ops() (l method.Line, ok bool) {
	l.Test = "OPS"
	for p := S1; p <= S6; p++ {
		r := e.first(p)
		if r == nil {
			return l, false
		}
		l.Set("O"+strconv.Itoa(int(p)+1), OptionString(r.Options))
	}
	return l, true
}

func (e *Exchange) win() (l method.Line, ok bool) {
	l.Test = "WIN"
	for p := S1; p <= S6; p++ {
		r := e.first(p)
		if r == nil {
			return l, false
		}
		l.Set("W"+strconv.Itoa(int(p)+1), hex(r.Window))
	}
	return l, true
}

// OptionString writes TCP options in Nmap's letters: L end of list (one for every
// zero byte to the end of the area), N no-operation, M with the MSS, W with the
// shift, S SACK permitted, T with one digit each for a non-zero value and echo.
// Other kinds are passed over; malformed options give the empty string.
func OptionString(raw []byte) string {
	var b []byte
	for len(raw) > 0 {
		o, rest, ok := packet.NextOption(raw)
		if !ok {
			return ""
		}
		raw = rest
		d := o.Data
		switch {
		case o.Kind == packet.OptEOL:
			b = append(b, 'L')
		case o.Kind == packet.OptNOP:
			b = append(b, 'N')
		case o.Kind == packet.OptMSS && len(d) >= 2:
			b = fmt.Appendf(b, "M%X", uint16(d[0])<<8|uint16(d[1]))
		case o.Kind == packet.OptWScale && len(d) >= 1:
			b = fmt.Appendf(b, "W%X", d[0])
		case o.Kind == packet.OptTimestamp && len(d) >= 8:
			b = append(b, 'T', bit(d[:4]), bit(d[4:8]))
		case o.Kind == packet.OptSACKOK:
			b = append(b, 'S')
		case o.Kind == packet.OptMSS, o.Kind == packet.OptWScale, o.Kind == packet.OptTimestamp:
			return "" // too short for its kind
		}
	}
	return string(b)
}

// bit is 1 if any byte is set.
func bit(b []byte) byte {
	for _, c := range b {
		if c != 0 {
			return '1'
		}
	}
	return '0'
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
	r := e.Slots[U1].Reply
	if r == nil {
		return 0, false
	}
	return int(e.Numbers.UDPTTL) - int(r.Quote.TTL) + 1, true
}

func (e *Exchange) ecn() method.Line {
	l := method.Line{Test: "ECN"}
	r := e.Slots[ECN].Reply
	l.Set("R", yesNo(r != nil))
	if r == nil {
		return l
	}
	l.Set("DF", yesNo(r.DF))
	e.ttl(&l, r)
	l.Set("W", hex(r.Window))
	l.Set("O", OptionString(r.Options))
	l.Set("CC", map[packet.Flags]string{
		packet.ECE | packet.CWR: "S", packet.ECE: "Y", 0: "N", packet.CWR: "O",
	}[r.Flags&(packet.ECE|packet.CWR)])
	l.Set("Q", quirks(r))
	return l
}

// quirks are set reserved bits (R) and an urgent pointer without URG (U).
func quirks(r *Reply) string {
	q := ""
	if r.Reserved != 0 {
		q = "R"
	}
	if r.Urgent != 0 && !r.Flags.Has(packet.URG) {
		q += "U"
	}
	return q
}

func (e *Exchange) tcpTest(name string, r *Reply) method.Line {
	l := method.Line{Test: name}
	l.Set("R", yesNo(r != nil))
	if r == nil {
		return l
	}
	l.Set("DF", yesNo(r.DF))
	e.ttl(&l, r)
	if name != "T1" {
		l.Set("W", hex(r.Window))
	}
	l.Set("S", relation(r.Seq, e.Numbers.Ack, "A"))
	l.Set("A", relation(r.Ack, e.Numbers.Seq, "S"))
	l.Set("F", flagLetters(r.Flags))
	if name != "T1" {
		l.Set("O", OptionString(r.Options))
	}
	rd := "0"
	if r.Flags.Has(packet.RST) && r.DataLen > 0 {
		rd = hex(r.DataCRC)
	}
	l.Set("RD", rd)
	l.Set("Q", quirks(r))
	return l
}

// relation says how a number of the answer follows from one of the probe: Z zero,
// the letter for the same, the letter and + for one more, O anything else.
func relation(got, sent uint32, letter string) string {
	switch got {
	case 0:
		return "Z"
	case sent:
		return letter
	case sent + 1:
		return letter + "+"
	}
	return "O"
}

// flagLetters are the flags without CWR, which the tests do not look at.
func flagLetters(f packet.Flags) string { return (f &^ packet.CWR).String() }

func (e *Exchange) u1() method.Line {
	l := method.Line{Test: "U1"}
	r := e.Slots[U1].Reply
	l.Set("R", yesNo(r != nil))
	if r == nil {
		return l
	}
	q := &r.Quote
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
	l.Set("RUD", map[bool]string{true: "G", false: "I"}[q.DataGood])
	return l
}

func sameOr(same bool, v uint16) string {
	if same {
		return "G"
	}
	return hex(v)
}

func (e *Exchange) ie() method.Line {
	l := method.Line{Test: "IE"}
	r1, r2 := e.Slots[IE1].Reply, e.Slots[IE2].Reply
	both := r1 != nil && r2 != nil
	l.Set("R", yesNo(both))
	if !both {
		return l
	}
	l.Set("DFI", map[[2]bool]string{
		{true, true}: "Y", {true, false}: "S", {false, false}: "N", {false, true}: "O",
	}[[2]bool{r1.DF, r2.DF}])
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
		d := e.Slots[p].Sent.Sub(e.Slots[p-1].Sent) - SeqGap
		worst = max(worst, d, -d)
	}
	return worst, float64(e.Slots[S6].Sent.Sub(e.Slots[S1].Sent)) / float64(seqSpan)
}

// CadenceGood reports whether rates can be computed from the train.
func (e *Exchange) CadenceGood() bool {
	_, ratio := e.Cadence()
	return ratio == 0 || ratio >= 0.8 && ratio <= 1.4
}
