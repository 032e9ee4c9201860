package deep

import (
	"fmt"
	"math"
	"time"

	"whorl/method"
	"whorl/packet"
)

// Measure computes the tests from what came back. A test that could not be settled is
// left out.
func (e *Exchange) Measure() Print {
	var out Print
	add := func(l method.Line, ok bool) {
		if ok {
			out = append(out, l)
		}
	}
	add(e.clock())
	add(e.isn())
	add(e.ecn("AE", AE))
	add(e.ecn("AN", AN))
	add(e.signed("MD5", MD5))
	add(e.signed("AO", AO))
	add(e.echo())
	add(e.reset())
	add(e.quote())
	add(e.errors())
	return out
}

// answered begins a line with R. It is not ok if a missing answer may only be lost.
func (e *Exchange) answered(name string, which Probe) (l method.Line, r *Reply, ok bool) {
	l.Test = name
	slot := &e.Slots[which]
	if slot.Reply == nil {
		l.Set("R", "N")
		return l, nil, slot.Sends >= tries
	}
	l.Set("R", "Y")
	return l, slot.Reply, true
}

// sample is one of the answers to K1-K4.
type sample struct {
	at       time.Time // when the host looked at its clock: half way between probe and answer
	isn      uint32
	stamp    uint32
	hasStamp bool
}

// samples are the SYN-ACKs to K1-K4, and how far all of their times together may be
// off: what the round trips took more than the shortest of them, halved.
func (e *Exchange) samples() (out []sample, doubt time.Duration) {
	shortest := time.Duration(math.MaxInt64)
	for p := K1; p <= K4; p++ {
		if r := e.Slots[p].Reply; r.synAck() {
			trip := r.At.Sub(e.Slots[p].Sent)
			s := sample{at: e.Slots[p].Sent.Add(trip / 2), isn: r.Seq}
			s.stamp, s.hasStamp = r.timestamp()
			out = append(out, s)
			doubt += trip / 2
			shortest = min(shortest, trip)
		}
	}
	return out, max(doubt-time.Duration(len(out))*(shortest/2), 0) + lateness
}

func (r *Reply) timestamp() (val uint32, ok bool) {
	h := packet.TCPHeader{Options: r.Options}
	val, _, ok = h.Timestamp()
	return val, ok
}

// Bounds of what is believed.
const (
	lateness = 5 * time.Millisecond  // of any packet, unseen in its round trip
	maxDoubt = 40 * time.Millisecond // of times; above it nothing is said of clocks
	maxHz    = 3e6                   // RFC 7323 section 5.4 wants 1 to 1000; Linux can do a million
	maxISN   = 1 << 28               // steps per second; RFC 9293 wants 250,000, Linux has 64 times that
	maxPace  = 1 << 26               // most that a counter moves between two probes
	minStep  = 256                   // common divisors below it are chance
)

// usual are the rates that clocks have, per second.
var usual = [...]float64{2, 10, 100, 200, 250, 500, 1000, 1e6}

// clock is CLK. It needs three answers: one rate through three points is a clock.
func (e *Exchange) clock() (l method.Line, ok bool) {
	l.Test = "CLK"
	s, doubt := e.samples()
	if len(s) < 3 {
		return l, false
	}
	for _, x := range s {
		if !x.hasStamp || x.stamp == 0 {
			l.Set("OFF", map[bool]string{true: "Z", false: "U"}[x.hasStamp])
			return l, true
		}
	}
	if doubt > maxDoubt {
		return l, false
	}
	hz, steady := line(s, doubt, maxHz, func(x sample) uint32 { return x.stamp })
	if !steady {
		l.Set("OFF", "R")
		return l, true
	}
	l.Set("HZ", hex(uint32(math.Round(UsualRate(hz)))))
	if off := e.offset(s[0], hz, doubt); off != "" {
		l.Set("OFF", off)
	}
	return l, true
}

// line reports whether a number grows evenly, by the rate from the first to the last
// sample, which is at most limit per second.
func line(s []sample, doubt time.Duration, limit float64, number func(sample) uint32) (rate float64, even bool) {
	first, last := s[0], s[len(s)-1]
	rate = float64(number(last)-number(first)) / max(last.at.Sub(first.at), time.Microsecond).Seconds()
	even = rate <= limit
	for _, x := range s[1:] {
		even = even && fits(number(x)-number(first), rate, x.at.Sub(first.at), doubt)
	}
	return rate, even
}

// fits reports whether a counter moves by n in that time, give or take the doubt and
// two ticks.
func fits(n uint32, rate float64, in, doubt time.Duration) bool {
	return math.Abs(float64(int32(n))-rate*in.Seconds()) <= 2+rate*doubt.Seconds()
}

// offset tells whether other ports show the same clock. That one does by chance is
// not to be expected: the offsets are of 32 bits.
func (e *Exchange) offset(first sample, hz float64, doubt time.Duration) string {
	same, others := 0, 0
	for p := AE; p <= AO; p++ {
		slot := &e.Slots[p]
		if !slot.Reply.synAck() || slot.Sends > 1 {
			continue // after a repeat it is not known which packet was answered
		}
		stamp, ok := slot.Reply.timestamp()
		if !ok {
			continue
		}
		others++
		trip := slot.Reply.At.Sub(slot.Sent)
		if fits(stamp-first.stamp, hz, slot.Sent.Add(trip/2).Sub(first.at), doubt+trip/2) {
			same++
		}
	}
	switch {
	case others == 0:
		return ""
	case same == others:
		return "S"
	}
	return "P"
}

// UsualRate is the usual rate of a clock within a tenth of hz, or hz. Both are per
// second.
func UsualRate(hz float64) float64 {
	for _, u := range usual {
		if math.Abs(hz-u) <= max(0.1*u, 3) {
			return u
		}
	}
	return hz
}

// isn is ISN4. The gaps between K1-K4 differ, and so do the numbers of SYNs in them, so
// that steps do not look like time. They are multiples of one, as other connections
// move the counter too.
func (e *Exchange) isn() (l method.Line, ok bool) {
	l.Test = "ISN4"
	s, doubt := e.samples()
	if len(s) < 3 {
		return l, false
	}
	var step, widest uint32
	for i := 1; i < len(s); i++ {
		d := s[i].isn - s[i-1].isn
		step, widest = gcd(step, d), max(widest, d)
	}
	rate, even := line(s, doubt, maxISN, func(x sample) uint32 { return x.isn })
	switch {
	case widest == 0:
		l.Set("C", "K")
	case even && rate >= 1 && doubt <= maxDoubt:
		l.Set("C", "T")
		l.Set("R", hex(uint32(math.Round(8*math.Log2(rate)))))
	case step >= minStep && widest < maxPace:
		l.Set("C", "I")
		l.Set("D", hex(step))
	case widest < maxPace && doubt > maxDoubt:
		return l, false // a clock would look uneven too
	case widest < maxPace:
		l.Set("C", "G")
	default:
		l.Set("C", "R")
	}
	return l, true
}

func gcd(a, b uint32) uint32 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// ecn is AE and AN.
func (e *Exchange) ecn(name string, which Probe) (method.Line, bool) {
	l, r, ok := e.answered(name, which)
	if r == nil {
		return l, ok
	}
	bits := r.Reserved & 1 << 2
	if r.Flags.Has(packet.CWR) {
		bits |= 2
	}
	if r.Flags.Has(packet.ECE) {
		bits |= 1
	}
	l.Set("B", hex(uint32(bits)))
	l.Set("O", map[bool]string{true: "Y", false: "N"}[r.accECN()])
	return l, true
}

// accECN reports whether the answer has an option of RFC 9768 section 3.2.3.
func (r *Reply) accECN() bool {
	for raw := r.Options; ; {
		o, rest, ok := packet.NextOption(raw)
		if !ok {
			return false
		}
		if o.Kind == packet.OptAccECN0 || o.Kind == packet.OptAccECN1 {
			return true
		}
		raw = rest
	}
}

// signed is MD5 and AO.
func (e *Exchange) signed(name string, which Probe) (method.Line, bool) {
	l, r, ok := e.answered(name, which)
	if r != nil {
		l.Set("F", r.Flags.String())
	}
	return l, ok
}

func (e *Exchange) echo() (method.Line, bool) {
	l, r, ok := e.answered("EC", EC)
	if r == nil {
		return l, ok
	}
	l.Set("ID", copied(r.IPID, Probes[EC].IPID))
	l.Set("TOS", copiedTOS(r.TOS, tosMark))
	// Each way may have taken some hops off.
	l.Set("TTL", map[bool]string{true: "S", false: "O"}[r.TTL <= echoTTL && r.TTL > 64])
	return l, true
}

func (e *Exchange) reset() (method.Line, bool) {
	l, r, ok := e.answered("RT", RT)
	switch {
	case r == nil:
		return l, ok && e.Target.ClosedKnown
	case !r.Flags.Has(packet.RST):
		return l, false // the port is open
	}
	l.Set("ID", copied(r.IPID, Probes[RT].IPID))
	l.Set("TOS", copiedTOS(r.TOS, tosMark))
	return l, true
}

// copied says how a number of the answer relates to that of the probe.
func copied(got, sent uint16) string {
	switch got {
	case sent:
		return "S"
	case 0:
		return "Z"
	}
	return "O"
}

func copiedTOS(got, sent uint8) string {
	if got == sent&^3 {
		return "D"
	}
	return copied(uint16(got), uint16(sent))
}

// quote is QU. Without any error there is none: a filter would look the same.
func (e *Exchange) quote() (l method.Line, ok bool) {
	r := e.Slots[Q1].Reply
	if r == nil {
		return l, false
	}
	l.Test = "QU"
	l.Set("IPL", hex(uint32(r.IPLen)))
	l.Set("TOS", hex(uint32(r.TOS)))
	return l, true
}

// errors is BU, counted with Q1.
func (e *Exchange) errors() (l method.Line, ok bool) {
	n := uint32(0)
	for p := Q1; p <= B6; p++ {
		if e.Slots[p].Sends == 0 {
			return l, false
		}
		if e.Slots[p].Reply != nil {
			n++
		}
	}
	l.Test = "BU"
	l.Set("N", hex(n))
	return l, n > 0
}

func hex(v uint32) string { return fmt.Sprintf("%X", v) }
