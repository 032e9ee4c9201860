package afpacket

import "time"

// clock is the time of a link: the wall clock at Open, carried on by the
// monotonic clock, so that it never runs backwards and is not stepped by whoever
// sets the machine's time.
//
// The kernel stamps frames with its wall clock (CLOCK_REALTIME), which is. A stamp
// is therefore read as an age: how long before now the frame came. Between stamp
// and reading lie milliseconds, in which a clock that is slewed by 500 ppm, the
// most that adjtimex(2) does, errs by a microsecond. If the clock is stepped
// in just that time, the stamp is held between the previous frame and now.
type clock struct {
	epoch time.Time // with monotonic reading
	wall  time.Time // the same without
	last  time.Time // stamp of the previous frame
}

func newClock() clock {
	now := time.Now()
	return clock{epoch: now, wall: now.Round(0), last: now.Round(0)}
}

// at is the link's time of a reading of the system clock.
func (c *clock) at(t time.Time) time.Time { return c.wall.Add(t.Sub(c.epoch)) }

func (c *clock) now() time.Time { return c.at(time.Now()) }

// stamp brings a kernel stamp, in nanoseconds since 1970, to the link's clock.
func (c *clock) stamp(t time.Time, ns int64) time.Time {
	now := c.at(t)
	at := now.Add(time.Duration(ns - t.UnixNano()))
	if at.After(now) {
		at = now
	}
	if at.Before(c.last) {
		at = c.last
	}
	c.last = at
	return at
}
