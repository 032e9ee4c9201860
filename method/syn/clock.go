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
//
// It holds no pointer, as there may be many.
type Clock struct {
	peer        [16]byte      // of the connection that was opened last
	first, last moment        // of that connection
	hz          float64       // 0: not known yet
	over        time.Duration // what hz was measured over
	open        bool          // a connection was
	other       bool          // a connection showed another clock
	peers       uint8         // further peers that were shown the same clock, up to 255
	same, fresh uint8         // further connections to one peer that showed the same clock, and another, up to 255
}

// moment is a Stamp with the time in nanoseconds of Unix time.
type moment struct {
	at    int64
	value uint32
}

func (s Stamp) moment() moment { return moment{s.At.UnixNano(), s.Value} }

// since is the time from one moment to a later one.
func (m moment) since(first moment) time.Duration { return time.Duration(m.at - first.at) }

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
	now, again := s.moment(), c.peer == peer.As16()
	if c.hz > 0 {
		expected := c.expects(now)
		c.other = c.other || !expected
		switch {
		case again && expected:
			more(&c.same)
		case again:
			more(&c.fresh)
		case expected:
			more(&c.peers)
		}
	}
	c.peer, c.first, c.last, c.open = peer.As16(), now, now, true
}

// Add takes a later timestamp of the connection that was opened last.
func (c *Clock) Add(s Stamp) {
	now := s.moment()
	span := now.since(c.first)
	if !c.open || s.Value == 0 || span < leastSpan || span > mostSpan {
		return
	}
	ticks := int32(now.value - c.first.value)
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
	c.last = now
}

// expects reports whether the clock of the last connection would show that stamp.
func (c *Clock) expects(m moment) bool {
	rate := UsualRate(c.hz)
	span := m.since(c.last).Seconds()
	want := float64(c.last.value) + rate*span
	off := math.Mod(float64(m.value)-want, 1<<32)
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
	up = time.Duration(float64(c.last.value)/rate*float64(time.Second)) + time.Duration(now.UnixNano()-c.last.at)
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
