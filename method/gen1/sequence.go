package gen1

import (
	"math"
	"time"

	"whorl/method"
)

// Sequence is what the SYN-ACKs to S1-S6 say: the test TSeq.
type Sequence struct {
	Growth
	Responses int       // usable SYN-ACKs
	IPID      string    // class of the IP IDs; empty if unknown
	TS        string    // class of the timestamps; empty if unknown
	Boot      time.Time // when the timestamps were zero; zero if TS tells no rate, or that of a boot over two years ago
}

// sample is one usable SYN-ACK of the train.
type sample struct {
	*Reply
	sent time.Time
}

// samples are the SYN-ACKs to S1-S6, in order. One with the IP ID of the packet before
// it counted as a copy made by the capture; ID 0 is exempt. So a constant ID other than
// zero leaves a single sample.
func (e *Exchange) samples() (out []sample) {
	var last uint16
	for p := S1; p <= S6; p++ {
		r := e.Slots[p].Reply
		if !r.synAck() {
			continue
		}
		if r.IPID == 0 || r.IPID != last {
			out = append(out, sample{r, e.Slots[p].Sent})
		}
		last = r.IPID
	}
	return out
}

// Sequence reads the train. It needs four usable SYN-ACKs; with fewer only Responses is
// set and ok is false.
func (e *Exchange) Sequence() (s Sequence, ok bool) {
	samples := e.samples()
	if s.Responses = len(samples); s.Responses < minSynAcks {
		return s, false
	}
	isns, ids := make([]uint32, len(samples)), make([]uint16, len(samples))
	for i, x := range samples {
		isns[i], ids[i] = x.Seq, x.IPID
	}
	s.Growth = GrowthOf(isns)
	s.IPID = ipidClass(ids, e.Target.Local)
	hz := 0.0
	if s.TS, hz = clock(samples); hz > 0 {
		val, _ := samples[0].timestamp()
		if up := time.Duration(float64(val) / hz * float64(time.Second)); up <= maxUptime {
			s.Boot = samples[0].sent.Add(-up)
		}
	}
	return s, true
}

// Resets is how many of S1-S6 were answered by a reset: is the port really open?
func (e *Exchange) Resets() (n int) {
	for p := S1; p <= S6; p++ {
		if r := e.Slots[p].Reply; r != nil && !r.synAck() {
			n++
		}
	}
	return n
}

// maxUptime is up to when an uptime is believed: two years of 365 days.
const maxUptime = 730 * 24 * time.Hour

// clocks are the known rates of timestamps per second, and between which measured ones
// they are seen.
var clocks = [...]struct {
	name       string
	lo, hi, hz float64
}{{"2HZ", 0, 3.9, 2}, {"100HZ", 85, 115, 100}, {"1000HZ", 900, 1100, 1000}}

// clock is the class of the timestamps, and their nominal rate if there is one.
func clock(s []sample) (class string, hz float64) {
	vals := make([]uint32, len(s))
	zero := false
	for i, x := range s {
		val, ok := x.timestamp()
		if !ok {
			return "U", 0
		}
		vals[i], zero = val, zero || val == 0
	}
	if zero {
		return "0", 0
	}
	rate := 0.0
	for i := 1; i < len(s); i++ {
		gap := max(s[i].sent.Sub(s[i-1].sent), time.Microsecond)
		rate += float64(difference(vals[i], vals[i-1])) / gap.Seconds() / float64(len(s)-1)
	}
	for _, c := range clocks {
		if c.lo < rate && rate < c.hi {
			return c.name, c.hz
		}
	}
	return "", 0
}

// tseq is the test TSeq.
func (e *Exchange) tseq() (l method.Line, ok bool) {
	s, ok := e.Sequence()
	if !ok {
		return l, false
	}
	l.Test = "TSeq"
	l.Set("Class", s.Class.String())
	switch s.Class {
	case Constant:
		l.Set("Val", hex(s.Value))
	case TimeDependent, RandomIncrements:
		l.Set("gcd", hex(s.GCD))
		l.Set("SI", hex(s.Index))
	}
	if s.IPID != "" {
		l.Set("IPID", s.IPID)
	}
	if s.TS != "" {
		l.Set("TS", s.TS)
	}
	return l, true
}

// difference is the smaller way round from a to b, modulo 2^32. Builds for 64 bits took
// the plain difference; the data was collected with this one.
func difference(a, b uint32) uint32 { return min(a-b, b-a) }

// deviation is the square root of the mean square of the distances from the average,
// rounded. The average is truncated, as the first generation divided whole numbers.
func deviation(d []uint32) uint32 {
	sum := uint64(0)
	for _, v := range d {
		sum += uint64(v)
	}
	avg := float64(sum / uint64(len(d)))
	squares := 0.0
	for _, v := range d {
		squares += (float64(v) - avg) * (float64(v) - avg)
	}
	return uint32(math.Sqrt(squares/float64(len(d))) + 0.5)
}

func gcd(a, b uint32) uint32 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
