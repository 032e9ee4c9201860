package persona

import (
	"net/netip"
	"time"

	"whorl/method"
	"whorl/method/gen2"
)

// trial is a scan with jitter: by how much each SYN leaves later than planned, and
// by how much later it is believed to have left.
type trial struct {
	late, wrong [6]time.Duration
}

// trials are some of what a loaded scanner does, and before them the ideal.
var trials = [...]trial{
	{},
	{late: [6]time.Duration{0, 180e3, 20e3, 150e3, 90e3, 10e3}},
	{late: [6]time.Duration{200e3, 0, 190e3, 10e3, 200e3, 0}},
	{late: [6]time.Duration{120e3, 60e3, 0, 170e3, 40e3, 200e3}},
	{late: [6]time.Duration{30e3, 190e3, 110e3, 110e3, 0, 150e3}},
	{late: [6]time.Duration{200e3, 100e3, 130e3, 20e3, 180e3, 90e3}},
	{late: [6]time.Duration{0, 200e3, 0, 200e3, 0, 200e3}},
	{wrong: [6]time.Duration{300e3, -300e3, 100e3, 250e3, -200e3, 0}},
	{wrong: [6]time.Duration{1e6, -1e6, 500e3, -500e3, 800e3, -900e3}},
}

// believed are the times at which the SYNs of a trial are believed to have left.
func (t *trial) believed() []time.Duration {
	out := make([]time.Duration, len(t.late))
	for i := range out {
		out[i] = time.Duration(i)*idealGap + t.late[i] + t.wrong[i]
	}
	return out
}

// stands counts the trials in which the generator shows what it should.
func (w growth) stands(g *isns) (n int) {
	start := time.Unix(0, 0)
	for i := range trials {
		var (
			secret  = (&method.Key{byte(i)}).Stream(netip.IPv4Unspecified(), "persona trial")
			s       sequence
			numbers = make([]uint32, w.gaps+1)
		)
		for k := range numbers {
			numbers[k] = g.draw(&s, start.Add(time.Duration(k)*idealGap+trials[i].late[k]), &secret)
		}
		if w.agrees(numbers, trials[i].believed()) {
			n++
		}
	}
	return n
}

// agrees asks the method itself what a scan would see of those numbers, in answer to SYNs
// of those times, and whether the reference says so.
func (w growth) agrees(isns []uint32, sent []time.Duration) bool {
	p, ok := gen2.PredictabilityOf(isns, sent)
	return ok && w.sp.Match(hex(p.SP)) && w.gcd.Match(hex(p.GCD)) && w.isr.Match(hex(p.ISR))
}
