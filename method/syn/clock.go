package syn

import (
	"math"
	"net/netip"
	"time"
)

// Clock reads the clock behind the timestamps of one host (RFC 7323): how fast it runs,
// and, if all connections show the same one, how long it has run. It is a value of fixed
// size; its zero has seen nothing.
//
// Many systems add a random offset for each connection or peer (Linux since 4.10,
// Windows 10, FreeBSD, current Apple systems). Their rate can be read and their time
// says nothing, so a clock counts only if several peers were shown the same.
type Clock struct {
	peer        netip.Addr    // of the connection that was opened last; zero: none was
	first, last Stamp         // of that connection
	hz          float64       // 0: not known yet
	over        time.Duration // what hz was measured over
	peers       uint8         // further peers that were shown the same clock, up to 255
	other       bool          // a connection showed another clock
	same, fresh uint8         // further connections to one peer that showed the same clock, and another, up to 255
}

// Stamp is one timestamp and when it arrived.
type Stamp struct {
	At    time.Time
	Value uint32
}

// Bounds of what is believed, those of p0f.
const (
	leastSpan  = 25 * time.Millisecond
	mostSpan   = 10 * time.Minute
	leastTicks = 5
	leastHz    = 0.7
	mostHz     = 1500
)

// slack is how far a clock may be from where it should be: delay, and the error of its
// rate.
const (
	slack     = 300 * time.Millisecond
	rateError = 0.002
)

// Open takes the timestamp of a SYN or SYN-ACK to a peer: another connection begins.
// Timestamps of zero tell nothing.
func (c *Clock) Open(peer netip.Addr, s Stamp) {
	if s.Value == 0 {
		return
	}
	if c.hz > 0 {
		expected := c.expects(s)
		c.other = c.other || !expected
		switch {
		case c.peer == peer && expected:
			more(&c.same)
		case c.peer == peer:
			more(&c.fresh)
		case expected:
			more(&c.peers)
		}
	}
	c.peer, c.first, c.last = peer, s, s
}

// Add takes a later timestamp of the connection that was opened last.
func (c *Clock) Add(s Stamp) {
	span := s.At.Sub(c.first.At)
	if !c.peer.IsValid() || s.Value == 0 || span < leastSpan || span > mostSpan {
		return
	}
	ticks := int32(s.Value - c.first.Value)
	if ticks < leastTicks {
		return
	}
	hz := float64(ticks) / span.Seconds()
	if hz < leastHz || hz > mostHz {
		return
	}
	if span > c.over {
		c.hz, c.over = hz, span
	}
	c.last = s
}

// expects reports whether the clock of the last connection would show that stamp.
func (c *Clock) expects(s Stamp) bool {
	rate := UsualRate(c.hz)
	span := s.At.Sub(c.last.At).Seconds()
	want := float64(c.last.Value) + rate*span
	off := math.Mod(float64(s.Value)-want, 1<<32)
	if off < 0 {
		off += 1 << 32
	}
	off = min(off, 1<<32-off)
	return off <= rate*(slack.Seconds()+rateError*math.Abs(span))
}

// Rate is the measured frequency. ok is false if no connection was long enough.
func (c *Clock) Rate() (hz float64, ok bool) { return c.hz, c.hz > 0 }

// Sure reports whether the rate was measured over long enough to name the usual one.
func (c *Clock) Sure() bool { return c.over >= time.Second }

// Randomised reports whether connections showed clocks of their own.
func (c *Clock) Randomised() bool { return c.other }

// more counts, as far as there is room.
func more[T uint8 | uint16](n *T) {
	if *n+1 > *n {
		*n++
	}
}

// fewestAlike is how many connections show a habit of the clock.
const fewestAlike = 2

// Offset tells whether connections to one peer showed one clock (S) or one each (P), as
// [HabitOffset] has it; empty: not known.
func (c *Clock) Offset() string {
	switch {
	case c.same >= fewestAlike && c.fresh == 0:
		return "S"
	case c.fresh >= fewestAlike && c.same == 0:
		return "P"
	}
	return ""
}

// Uptime is how long the clock has run at a time, modulo the time after which it begins
// anew. ok is false unless the rate is known, all connections showed the same clock, and
// they went to several peers: of one peer nobody knows whether its offset is random.
func (c *Clock) Uptime(now time.Time) (up, modulo time.Duration, ok bool) {
	if c.hz == 0 || c.other || c.peers == 0 {
		return 0, 0, false
	}
	rate := UsualRate(c.hz)
	up = time.Duration(float64(c.last.Value)/rate*float64(time.Second)) + now.Sub(c.last.At)
	modulo = time.Duration((1 << 32) / rate * float64(time.Second))
	return up % modulo, modulo, true
}

// UsualRate is the rate that clocks have near one measured, both per second: p0f's
// rounding, to 1, 5, 10, 50 or 100 by size.
func UsualRate(hz float64) float64 {
	n := int(hz)
	switch {
	case n <= 0:
		return 1
	case n <= 10:
		return float64(n)
	case n <= 50:
		return float64((n + 3) / 5 * 5)
	case n <= 100:
		return float64((n + 7) / 10 * 10)
	case n <= 500:
		return float64((n + 33) / 50 * 50)
	}
	return float64((n + 67) / 100 * 100)
}
