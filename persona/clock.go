package persona

import (
	"fmt"
	"math"
	"time"

	"whorl/method/gen2"
)

// clock makes TCP timestamps.
type clock struct {
	hz   float64
	boot time.Time // when it was zero
	// gap, if not zero, is by how much the clocks of two connections from
	// neighbouring ports differ, about: stacks that add a secret offset to each
	// connection show a rate of gigahertz to who takes them for one clock.
	gap uint32
}

// clockOf gives a clock for a value of TS, the binary logarithm of its rate, or the
// classes 1, 7 and 8 (see gen2.Exchange.Clock).
func clockOf(ts uint64) clock {
	switch {
	case ts <= 1:
		return clock{hz: 2.2} // at least one tick in half a second, and at most two
	case ts == 7:
		return clock{hz: 100}
	case ts == 8:
		return clock{hz: 200}
	case ts == 3:
		return clock{hz: 8.5}
	case ts == 9:
		return clock{hz: 500}
	case ts >= 10 && ts < 15:
		return clock{hz: 1000 * math.Exp2(float64(ts)-10)}
	case ts >= 0x1f && ts <= 0x22:
		return clock{hz: 1000, gap: uint32(math.Exp2(float64(ts)) * idealGap.Seconds())}
	}
	return clock{hz: math.Exp2(float64(ts))}
}

// value is the timestamp of a packet that leaves now, to a peer with that secret and
// port. It is never zero.
func (c *clock) value(now time.Time, secret uint32, port uint16) uint32 {
	since := now.Sub(c.boot)
	sec, rest := float64(since/time.Second), (since % time.Second).Seconds()
	// Modulo 2^32 by whole seconds, as fast clocks exceed the precision of their product.
	v := uint32(uint64(math.Mod(sec*c.hz, 1<<32) + rest*c.hz))
	if c.gap != 0 {
		v += c.offset(secret, port)
	}
	return max(v, 1)
}

// offset is the secret of one connection.
func (c *clock) offset(secret uint32, port uint16) uint32 {
	h := (secret ^ uint32(port)) * 0x9e3779b1
	h ^= h >> 15
	h *= 0x85ebca6b
	h ^= h >> 13
	return secret + uint32(port&1)*c.gap + h%(c.gap/16+1)
}

// chooseClock chooses a rate that TS allows, if the options have timestamps.
func (c *chooser) chooseClock(i *instance) error {
	i.clock = clock{hz: 1000}
	e := c.expr(gen2.TestSEQ, "TS")
	stamps := true
	for p := gen2.S1; p <= gen2.S6; p++ {
		o := i.segments[p].options
		stamps = stamps && (o.stamp != 0 && o.value || o.n == 0)
	}
	if e == nil || !stamps {
		return nil
	}
	// No rate is shown as 2: what is not more than 5.66 Hz counts as 1.
	ts, err := c.number(gen2.TestSEQ, "TS", 0x22, []uint64{0, 2})
	if err != nil {
		if e.Match("U") || e.Match("0") {
			return nil
		}
		return fmt.Errorf("%w: no clock shows it", err)
	}
	i.clock = clockOf(ts)
	return nil
}
