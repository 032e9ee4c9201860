package backoff

import (
	"fmt"
	"time"

	"whorl/method"
)

// Schedule is what a record says of one state: when the copies of a segment leave if
// nobody answers. As a line:
//
//	SynRcvd(G=3.6,6,12,24,48%S=0.4%E=none)
//	LastAck(G=0.2,0.2,0.4,0.8,1.6,3.2,6.4,12.8,25.6,51.2%M=0.2%P=Y%L=102.2%W=Y)
type Schedule struct {
	State State

	// Gaps lie between one segment and the next (G). They may be none. If the run does
	// not end in silence, the last gap lies before its end.
	Gaps []time.Duration
	End  Ending // E; left out: none

	// First is the standard deviation of the first gap (S): stacks that wake up for
	// all connections at once shorten or lengthen it by the phase of their tick.
	First time.Duration
	// Jitter is that of all other gaps (J); 0: [Params.Jitter].
	Jitter time.Duration
	// Wheel says that timers expire late by up to an eighth and never early (W=Y), as
	// in the timer wheel of Linux since 4.8. Gaps are then the least possible.
	Wheel bool

	// Least is the least that the variance adds to a retransmission timeout (M). Above
	// zero, gaps follow the round trip R that the host measured,
	// RTO = R + max(2R, M) (RFC 6298 section 2, one sample), and are given for R = 0.
	Least time.Duration
	// Probe says that the first copy is a tail-loss probe (P=Y; RFC 8985 section 7.2),
	// after 2R + M, or the RTO if that is sooner.
	Probe bool
	// Limit is how long after the first segment copies may still leave (L); 0: always.
	Limit time.Duration
}

// newSchedule reads the line of a record.
func newSchedule(l method.Line) (s Schedule, err error) {
	var ok bool
	if s.State, ok = StateNamed(l.Test); !ok {
		return s, fmt.Errorf("there is no state %s; want one of %v", l.Test, Tests)
	}
	if s.State == Held {
		return s, fmt.Errorf("no record has it; %v with M is for both", LastAck)
	}
	for _, a := range l.Attrs {
		switch a.Name {
		case "G":
			s.Gaps, err = parseGaps(a.Value)
		case "E":
			s.End, err = parseEnding(a.Value)
		case "S":
			s.First, err = parseSeconds(a.Value)
		case "J":
			s.Jitter, err = parseSeconds(a.Value)
		case "M":
			s.Least, err = parseSeconds(a.Value)
		case "L":
			s.Limit, err = parseSeconds(a.Value)
		case "W":
			s.Wheel, err = parseYes(a.Value)
		case "P":
			s.Probe, err = parseYes(a.Value)
		default:
			err = fmt.Errorf("there is no such attribute; want G, E, S, J, W, M, P or L")
		}
		if err != nil {
			return s, fmt.Errorf("%s: %w", a.Name, err)
		}
	}
	switch {
	case s.Gaps == nil:
		return s, fmt.Errorf("G is missing; write G= for a segment without copies")
	case s.End != Silence && len(s.Gaps) == 0:
		return s, fmt.Errorf("E=%v wants a gap before it", s.End)
	case s.Probe && (s.Least == 0 || len(s.Gaps) == 0):
		return s, fmt.Errorf("P=Y wants M and a first gap")
	}
	return s, nil
}

func parseYes(s string) (bool, error) {
	if s != "Y" {
		return false, fmt.Errorf("%.20q; want Y, or leave it out", s)
	}
	return true, nil
}

// Line is the schedule as a record writes it.
func (s *Schedule) Line() method.Line {
	l := method.Line{Test: s.State.String()}
	l.Set("G", string(appendGaps(nil, s.Gaps)))
	for _, a := range []struct {
		name string
		d    time.Duration
	}{{"S", s.First}, {"J", s.Jitter}, {"M", s.Least}, {"L", s.Limit}} {
		if a.d > 0 {
			l.Set(a.name, seconds(a.d))
		}
	}
	if s.Probe {
		l.Set("P", "Y")
	}
	if s.Wheel {
		l.Set("W", "Y")
	}
	l.Set("E", s.End.String())
	return l
}

// at is the schedule for a host that measured that round trip, and so many more that
// were as long: without Least, Probe and Limit, which are worked into the gaps. probed
// is false for a connection without SACK, on which no probe is sent.
func (s *Schedule) at(rtt time.Duration, more int, probed bool) Schedule {
	out := *s
	out.Gaps = s.gaps(make([]time.Duration, 0, len(s.Gaps)), rtt, more, probed)
	out.Least, out.Probe, out.Limit = 0, false, 0
	return out
}

// gaps appends those of at.
func (s *Schedule) gaps(out []time.Duration, rtt time.Duration, more int, probed bool) []time.Duration {
	times := 1.0
	if s.Least > 0 {
		times = float64(s.timeout(rtt, more)) / float64(s.Least)
	}
	var total time.Duration
	for i, g := range s.Gaps {
		switch {
		case s.Probe && i == 0 && !probed:
			continue
		case s.Probe && i == 0:
			g = min(g+2*rtt, s.timeout(rtt, more))
		case s.Least > 0:
			g = time.Duration(float64(g) * times)
		}
		if total += g; s.Limit > 0 && total > s.Limit {
			break
		}
		out = append(out, g)
	}
	return out
}

// GapsAt are the gaps of a host that measured that round trip once; the last one before
// the end, unless that is silence. sack is false for a connection without SACK, on which
// no tail-loss probe is sent.
func (s *Schedule) GapsAt(rtt time.Duration, sack bool) []time.Duration {
	return s.at(rtt, 0, sack).Gaps
}

// timeout is the RTO after a round trip and so many more that were as long: each takes
// a quarter off the variance (RFC 6298 section 2.3).
func (s *Schedule) timeout(rtt time.Duration, more int) time.Duration {
	variance := 2 * float64(rtt)
	for range more {
		variance *= 0.75
	}
	return rtt + max(time.Duration(variance), s.Least)
}

// copies is how many segments follow the first.
func (s *Schedule) copies() int {
	if s.End != Silence {
		return len(s.Gaps) - 1
	}
	return len(s.Gaps)
}

// Alike reports whether two schedules are one group: they have the same number of
// gaps and the same end, and no gap but the first, which is unreliable, differs by
// more than 0.3 s and a tenth.
func (s *Schedule) Alike(t *Schedule) bool {
	if s.State != t.State || s.End != t.End || len(s.Gaps) != len(t.Gaps) || s.Least != t.Least || s.Wheel != t.Wheel {
		return false
	}
	for i := range s.Gaps {
		tenth := min(s.Gaps[i], t.Gaps[i]) / 10
		off := (s.Gaps[i] - t.Gaps[i]).Abs()
		if limit := 300*time.Millisecond + tenth; off > limit && (i > 0 || off > 5*limit) {
			return false
		}
	}
	return true
}

// Example is a run that follows the schedule, of a host next to us that is listened to
// for that time.
func (s *Schedule) Example(heard time.Duration) Run {
	r := Run{State: s.State, Seen: true, Heard: heard, Delay: time.Millisecond}
	host := s.at(0, 0, true)
	var at time.Duration
	for i, g := range host.Gaps {
		if s.Wheel {
			g += g / 20
		}
		if at += g; at > heard {
			return r
		}
		r.Gaps = append(r.Gaps, g)
		if i == len(host.Gaps)-1 && s.End != Silence {
			r.End, r.Heard = s.End, at
		}
	}
	return r
}
