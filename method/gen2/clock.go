package gen2

import (
	"math"
	"time"
)

// Clock is what the timestamps of the SEQ answers say.
type Clock struct {
	Value string  // TS as printed: U none, 0 zero, else a logarithm of the rate in hex; empty if unknown
	Hz    float64 // mean rate over the answers, each on its own connection
	// Steady is set if all gaps show the same rate. Stacks that add a secret offset
	// to the clock of each connection (Linux, Windows) are not steady here, and
	// neither rate nor uptime can be read off them.
	Steady bool
	Boot   time.Time // when the clock was zero; zero if not steady
	Values []uint32  // timestamp values in the order of the probes
}

// maxUptime is where Nmap stops to believe a clock.
const maxUptime = 2 * 365 * 24 * time.Hour

// Clock reads the timestamps of the SEQ train.
func (e *Exchange) Clock() (c Clock) {
	type tick struct {
		sent time.Duration // after First
		val  uint32
	}
	ticks := make([]tick, 0, seqProbes)
	c.Values = make([]uint32, 0, seqProbes)
	open := true // no answer without a usable timestamp yet
	for p := S1; p <= S6; p++ {
		r := e.Slots[p].Reply
		if r == nil || !r.synAck() {
			continue
		}
		val, ok := r.timestamp()
		switch {
		case !ok:
			c.Value, open = "U", false
		case val == 0:
			c.Value, open = "0", false
		}
		ticks = append(ticks, tick{e.Slots[p].Sent, val})
		c.Values = append(c.Values, val)
	}
	if !open || len(ticks) < 2 || !e.CadenceGood() {
		return c
	}
	lo, hi := math.Inf(1), 0.0
	for i := 1; i < len(ticks); i++ {
		us := max((ticks[i].sent - ticks[i-1].sent).Microseconds(), 1)
		hz := float64(modDiff(ticks[i].val, ticks[i-1].val)) / (float64(us) / 1e6)
		c.Hz += hz
		lo, hi = min(lo, hz), max(hi, hz)
	}
	c.Hz /= float64(len(ticks) - 1)
	if c.Hz <= 0 {
		return c
	}
	c.Value = hex(clockClass(c.Hz))
	// A slow clock ticks in some gaps and not in others: two ticks of grace.
	c.Steady = hi-lo <= 0.2*c.Hz+20
	if up := time.Duration(float64(ticks[0].val) / c.nominal() * float64(time.Second)); c.Steady && up < maxUptime {
		c.Boot = e.First.Add(ticks[0].sent - up)
	}
	return c
}

// clockClass is the value printed for a rate, with the ranges that usual clocks fall into.
func clockClass(hz float64) int {
	switch {
	case hz <= 5.66:
		return 1
	case hz > 70 && hz <= 150:
		return 7
	case hz > 150 && hz <= 350:
		return 8
	}
	return int(math.Floor(0.5 + math.Log2(hz)))
}

// nominal is the rate that the clock means, as the measured one is never exact.
func (c Clock) nominal() float64 {
	switch {
	case c.Hz < 5.66:
		return 2
	case c.Hz > 70 && c.Hz < 150:
		return 100
	case c.Hz > 724 && c.Hz < 1448:
		return 1000
	}
	return max(math.Floor(0.5+c.Hz), 1)
}

// Class names the clock as Nmap's XML does.
func (c Clock) Class() string {
	switch {
	case c.Value == "U":
		return "none returned (unsupported)"
	case c.Value == "0":
		return "zero timestamp"
	case c.Value == "":
		return "unknown class"
	}
	switch c.nominal() {
	case 2:
		return "2HZ"
	case 100:
		return "100HZ"
	case 1000:
		return "1000HZ"
	}
	return "other"
}
