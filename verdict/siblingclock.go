package verdict

import (
	"math"
	"time"

	"whorl"
)

// Bounds of what counts as a clock or a counter that runs by itself.
const (
	leastTicks  = 5                      // within the series, or its rate is not known
	fastestTick = 2e6                    // a second
	unevenness  = 100 * time.Millisecond // of the way, within a series
	leastISNs   = 10_000                 // steps a second that ISNs by a clock take at least (RFC 9293 section 3.4.1: 250,000)
	clockDrift  = 0.0005                 // of two crystals, generously
	clockApart  = time.Second            // two clocks are farther apart than that
	vagueClock  = 3 * time.Second        // an error that leaves nothing to compare
)

// line is a clock or counter that was read at several times and that all connections showed.
type line struct {
	first time.Time     // when the first reading was asked for
	value uint32        // the first
	rate  float64       // a second
	err   float64       // of the rate, at most
	slack time.Duration // from asking to reading, at most
	usual []float64     // rates that it may have in truth; nil: any
}

// lineOf puts a line through a series; ok is false if there is none.
func lineOf(h *whorl.Host, values []uint32, usual []float64) (l line, ok bool) {
	s := h.Sequences
	n := len(values)
	if s.First.IsZero() || n < 4 || n != len(s.Sent) {
		return l, false
	}
	span, ticks := (s.Sent[n-1] - s.Sent[0]).Seconds(), float64(int32(values[n-1]-values[0]))
	if span <= 0 || ticks < leastTicks || ticks > fastestTick*span {
		return l, false
	}
	l = line{first: s.First, value: values[0], rate: ticks / span, slack: slackOf(h), usual: usual}
	for i := range values {
		off := float64(int32(values[i]-values[0])) - l.rate*(s.Sent[i]-s.Sent[0]).Seconds()
		if math.Abs(off) > l.rate*unevenness.Seconds()+2 {
			return l, false
		}
	}
	l.err = (1 + l.rate*l.slack.Seconds()) / span
	return l, true
}

// slackOf is how long the answers of a host may have taken: half as much again as the round
// trip that was measured, or a long time.
func slackOf(h *whorl.Host) time.Duration {
	for _, o := range h.Observations {
		if rtt := o.Conditions.RTT; rtt > 0 && (o.Method == "gen2" || o.Method == "ipv6") {
			return rtt*3/2 + 5*time.Millisecond
		}
	}
	return time.Second
}

// clockOf is the clock of the timestamps of a host (RFC 7323 section 5.4).
func clockOf(h *whorl.Host) (line, bool) {
	if h.Sequences == nil {
		return line{}, false
	}
	return lineOf(h, h.Sequences.Timestamps, usualRates)
}

// isnClockOf is the counter of the initial sequence numbers of a host, if one serves all its
// connections: no stack that heeds RFC 6528 has such.
func isnClockOf(h *whorl.Host) (l line, ok bool) {
	if h.Sequences == nil {
		return l, false
	}
	l, ok = lineOf(h, h.Sequences.ISN, nil)
	return l, ok && l.rate >= leastISNs
}

// compare tells whether two lines are one, as far as rates, round trips and the time between
// the two allow. Each usual rate that both may have is tried.
func (l line) compare(m line) relation {
	if m.first.Before(l.first) {
		l, m = m, l
	}
	if math.Abs(l.rate-m.rate) > l.err+m.err {
		return different
	}
	tried, all := false, different
	for _, hz := range l.usual {
		if math.Abs(hz-l.rate) > l.err || math.Abs(hz-m.rate) > m.err {
			continue
		}
		switch l.at(hz, hz*clockDrift, m) {
		case same:
			return same
		case unrelated:
			all = unrelated
		}
		tried = true
	}
	switch {
	case tried:
		return all
	case l.err < m.err:
		return l.at(l.rate, l.err, m)
	}
	return l.at(m.rate, m.err, m)
}

// at compares two lines that have a rate, which may err.
func (l line) at(rate, err float64, m line) relation {
	gone := m.first.Sub(l.first).Seconds()
	bound := 2 + rate*(l.slack+m.slack).Seconds() + err*gone
	off := math.Abs(math.Remainder(float64(m.value-l.value)-rate*gone, 1<<32))
	switch {
	case bound > rate*vagueClock.Seconds() || bound > 1<<32/1000:
		return unrelated
	case off <= bound:
		return same
	case off > bound+rate*clockApart.Seconds():
		return different
	}
	return unrelated
}
