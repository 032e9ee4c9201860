package gen2

import (
	"math"
	"time"

	"whorl/method"
)

// sample is one accepted answer of the SEQ train.
type sample struct {
	sent time.Duration // after the exchange's First
	isn  uint32
	ipid uint16
	// ticks is the value of the timestamps option; 0 if there is none.
	ticks uint32
}

// samples are the SYN-ACKs to S1-S6, in order; ISN 0 counts as none.
func (e *Exchange) samples() []sample {
	out := make([]sample, 0, seqProbes)
	for p := S1; p <= S6; p++ {
		r := e.Slots[p].Reply
		if r != nil && r.synAck() && r.Seq != 0 {
			ticks, _ := r.timestamp()
			out = append(out, sample{e.Slots[p].Sent, r.Seq, r.IPID, ticks})
		}
	}
	return out
}

// modDiff is the smaller way round from a to b.
func modDiff(a, b uint32) uint32 { return min(a-b, b-a) }

// seq needs no open port: CI and II come from elsewhere. It is left out when empty.
func (e *Exchange) seq() (l method.Line, ok bool) {
	l = begin(TestSEQ)
	if p, ok := e.Predictability(); ok {
		l.Set("SP", hex(p.SP))
		l.Set("GCD", hex(p.GCD))
		l.Set("ISR", hex(p.ISR))
	}
	ti, ci, ii := e.ipids()
	for _, c := range []struct{ name, class string }{{"TI", ti}, {"CI", ci}, {"II", ii}} {
		if c.class != "" {
			l.Set(c.name, c.class)
		}
	}
	if ss := e.shared(); ss != "" {
		l.Set("SS", ss)
	}
	if c := e.Clock(); c.Value != "" {
		l.Set("TS", c.Value)
	}
	return l, len(l.Attrs) > 0
}

// Predictability is how initial sequence numbers grow.
type Predictability struct {
	GCD uint32 // of the steps between answers
	ISR uint32 // 8 log2 of the mean rate per second
	SP  uint32 // 8 log2 of the standard deviation of the rates
}

func predictability(s []sample) (p Predictability, ok bool) {
	if len(s) < 4 {
		return p, false
	}
	rates := make([]float32, 0, seqProbes-1)
	var total float32
	for i := 1; i < len(s); i++ {
		d := modDiff(s[i].isn, s[i-1].isn)
		us := max((s[i].sent - s[i-1].sent).Microseconds(), 1)
		p.GCD = gcd(p.GCD, d)
		r := float32(d) * 1e6 / float32(us)
		rates = append(rates, r)
		total += r
	}
	if p.GCD == 0 {
		return p, true
	}
	avg := total / float32(len(rates))
	p.ISR = uint32(max(math.Floor(8*math.Log2(float64(avg))+0.5), 0))
	div := float32(1)
	if p.GCD > 9 {
		div = float32(p.GCD)
	}
	var squares float64
	for _, r := range rates {
		d := float64(r/div - avg/div)
		squares += d * d
	}
	if sd := math.Sqrt(squares / float64(len(rates)-1)); sd > 1 {
		p.SP = uint32(math.Floor(8*math.Log2(sd) + 0.5))
	}
	return p, true
}

func gcd(a, b uint32) uint32 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// Predictability computes SP, GCD and ISR, if enough answers came in good time.
func (e *Exchange) Predictability() (p Predictability, ok bool) {
	if !e.CadenceGood() {
		return p, false
	}
	s, _ := e.timed()
	return predictability(s)
}

// PredictabilityOf computes the same of ISNs that answered SYNs of those times, at most
// six; ok is false of fewer than four.
func PredictabilityOf(isns []uint32, sent []time.Duration) (p Predictability, ok bool) {
	var all [seqProbes]sample
	n := min(len(isns), len(sent), len(all))
	for i := range n {
		all[i] = sample{sent: sent[i], isn: isns[i]}
	}
	return predictability(all[:n])
}

// Series are the raw numbers of the SYN-ACKs, in the order of the probes.
type Series struct {
	ISN   []uint32
	IPID  []uint16
	First time.Time       // when the probe of the first left
	Sent  []time.Duration // when the probe of each left, after the first of them
	Class string          // of the IP IDs, as TI; empty if unknown
}

// Series gives the numbers behind SEQ.
func (e *Exchange) Series() (s Series) {
	samples := e.samples()
	s.ISN, s.IPID, s.Sent = make([]uint32, len(samples)), make([]uint16, len(samples)), make([]time.Duration, len(samples))
	for i, x := range samples {
		s.ISN[i], s.IPID[i], s.Sent[i] = x.isn, x.ipid, x.sent-samples[0].sent
	}
	if len(samples) > 0 {
		s.First = e.First.Add(samples[0].sent)
	}
	s.Class, _, _ = e.ipids()
	return s
}
