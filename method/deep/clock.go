package deep

import (
	"math"
	"time"

	"whorl/method"
	"whorl/packet"
)

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
