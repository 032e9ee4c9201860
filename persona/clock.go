package persona

import (
	"fmt"
	"math"
	"time"

	"whorl/method"
	"whorl/method/deep"
	"whorl/method/gen2"
	"whorl/packet"
)

// clock makes TCP timestamps.
type clock struct {
	hz   float64
	boot time.Time // when it was zero
	// gap, if not zero, is by how much the clocks of two connections from
	// neighbouring ports differ, about: stacks that add a secret offset to each
	// connection show a rate of gigahertz to who takes them for one clock.
	gap    uint32
	random bool // the offset is another one for each SYN
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
func (c *clock) value(now time.Time, secret uint32, port uint16, chance *method.Stream) uint32 {
	return max(c.ticks(now)+c.offset(secret, port, chance), 1)
}

// ticks are those since it was zero, modulo 2^32.
func (c *clock) ticks(now time.Time) uint32 {
	since := now.Sub(c.boot)
	sec, rest := float64(since/time.Second), (since % time.Second).Seconds()
	// By whole seconds, as fast clocks exceed the precision of their product.
	return uint32(uint64(math.Mod(sec*c.hz, 1<<32) + rest*c.hz))
}

// offset is what the timestamps of one connection have more than the clock.
func (c *clock) offset(secret uint32, port uint16, chance *method.Stream) uint32 {
	if c.gap == 0 {
		return 0
	}
	h := (secret ^ uint32(port)) * 0x9e3779b1
	h ^= h >> 15
	h *= 0x85ebca6b
	h ^= h >> 13
	if c.random {
		h = chance.Uint32()
	}
	return secret + uint32(port&1)*c.gap + h%(c.gap/16+1)
}

// The values of TS that show another offset for each port, the most usual first.
var manyOffsets = []uint64{0x20, 0x1f, 0x21, 0x22}

// chooseClock chooses a rate that TS allows, if the options have timestamps, and what
// CLK of package deep says of rate and offsets.
func (c *chooser) chooseClock(i *instance) error {
	i.clock = clock{hz: 1000}
	if !c.stampsFit(i.segments[gen2.S1].options) {
		return fmt.Errorf("CLK: OFF: %v, but OPS has no such timestamps", c.deep.Expr("CLK", "OFF"))
	}
	e := c.expr(gen2.TestSEQ, "TS")
	if shown := i.stamps(); shown != "" && e != nil && !e.Match(shown) {
		return fmt.Errorf("SEQ: TS: %v, but the timestamps of OPS show %s", e, shown)
	}
	stamps := true
	for p := gen2.S1; p <= gen2.S6; p++ {
		o := i.segments[p].options
		stamps = stamps && (o.stamp != 0 && o.value || o.n == 0)
	}
	if !stamps {
		return nil
	}
	// No rate is shown as 2: what is not more than 5.66 Hz counts as 1.
	not, preferred := []uint64{0, 2}, []uint64(nil)
	one, many := c.offsets()
	switch {
	case !many:
		not = append(not, manyOffsets...)
	case !one:
		preferred = manyOffsets
	}
	if e != nil {
		ts, err := c.number(gen2.TestSEQ, "TS", 0x22, not, preferred...)
		if err != nil {
			if e.Match("U") || e.Match("0") {
				return nil
			}
			return fmt.Errorf("%w: no clock shows it", err)
		}
		i.clock = clockOf(ts)
	} else if !one {
		i.clock = clockOf(manyOffsets[0])
	}
	return c.deepClock(&i.clock)
}

// stamps is what TS says where the answers to the SEQ train tell nothing of a clock: U, as
// one has no timestamp, or 0, as one has 0 in it. The last such answer decides.
func (i *instance) stamps() (shown string) {
	for p := gen2.S1; p <= gen2.S6; p++ {
		s := &i.segments[p]
		switch o := s.options; {
		case s.silent || !s.flags.Has(packet.SYN|packet.ACK):
		case o.stamp == 0:
			shown = "U"
		case !o.value:
			shown = "0"
		}
	}
	return shown
}

// offsets tells whether CLK allows one offset for all ports, and many.
func (c *chooser) offsets() (one, many bool) {
	e := c.deep.Expr("CLK", "OFF")
	if e == nil {
		return true, true
	}
	return e.Match("S"), e.Match("P") || e.Match("R")
}

// deepClock chooses rate and kind of offsets as CLK says.
func (c *chooser) deepClock(k *clock) error {
	e := c.deep.Expr("CLK", "OFF")
	k.random = e != nil && !e.Match("P") && e.Match("R")
	if one, many := c.offsets(); k.gap == 0 && !one || k.gap != 0 && !many {
		return fmt.Errorf("CLK: OFF: %v, but TS shows other offsets", e)
	}
	hz := c.deep.Expr("CLK", "HZ")
	if hz == nil || hz.Match(hex(uint32(deep.UsualRate(k.hz)+0.5))) {
		return nil
	}
	n, err := numberOf(hz, "CLK: HZ", 3e6, []uint64{0})
	if near := float64(n) / k.hz; err == nil && k.gap == 0 && c.expr(gen2.TestSEQ, "TS") != nil && (near > 1.5 || near < 0.66) {
		err = fmt.Errorf("CLK: HZ: TS shows no clock of %d Hz", n)
	}
	k.hz = float64(n)
	return err
}

// stampsFit reports whether the answer to a SYN that offers all options has the
// timestamps that CLK speaks of.
func (c *chooser) stampsFit(o *options) bool {
	off := c.deep.Expr("CLK", "OFF")
	switch {
	case off == nil:
		return o.stamp != 0 && o.value || c.deep.Expr("CLK", "HZ") == nil
	case o.stamp == 0:
		return off.Match("U")
	case !o.value:
		return off.Match("Z")
	}
	return off.Match("S") || off.Match("P") || off.Match("R")
}
