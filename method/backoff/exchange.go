package backoff

import (
	"bytes"
	"net/netip"
	"time"

	"whorl/packet"
)

// Target is what has to be known of a host: an address and a port that is open.
type Target struct {
	Addr netip.Addr
	Port uint16
}

// Exchange is what was sent to one port and what came back: all that measuring needs.
type Exchange struct {
	Target  Target
	Flows   []Flow    // one for each state asked for, in the order of State
	First   time.Time // first packet sent
	Last    time.Time // last packet sent or received, or the end of listening
	Packets int       // packets sent, repeats included

	// Look is which of the times of looking [Options.Decide] is asked at, since First; 0:
	// it is asked because a segment came.
	Look time.Duration
}

// Flow is one connection.
type Flow struct {
	State State
	Port  uint16 // source port of the last SYN
	ISN   uint32 // and its sequence number
	SYNs  int    // sent, each from another port
	Asked time.Time

	Opened *Segment      // the first SYN-ACK; nil: none
	RTT    time.Duration // from the SYN to it
	Acked  time.Time     // when our ACK left; zero: not yet
	Told   time.Time     // when our FIN or request left first; zero: not yet

	Run     []Segment // the segment that is watched and its copies
	End     Ending
	Ended   *Segment // the RST, FIN or ICMP error that ended the run; nil: silence
	Doubles int      // exact copies within 5 ms, which are not in Run
	Repeats int      // SYN-ACKs after our ACK: the listener waits for data
	Closed  time.Time
	Problem string // why nothing was measured, or not all; empty: nothing

	// Invalid is set if our own kernel was heard to reset the connection. What came
	// then says nothing.
	Invalid bool

	progress
}

// Segment is a packet from the host, reduced to what Measure looks at.
type Segment struct {
	At       time.Time
	TTL      uint8
	IPID     uint16
	Seq, Ack uint32 // Seq is that of the SYN or FIN, behind the data
	Flags    packet.Flags
	Window   uint16
	Options  []byte
}

func newSegment(p *packet.Packet, at time.Time) Segment {
	h := &p.TCP
	return Segment{At: at, TTL: p.TTL, IPID: p.IPv4.ID, Seq: h.Seq, Ack: h.Ack,
		Flags: h.Flags, Window: h.Window, Options: bytes.Clone(h.Options)}
}

// same reports whether two segments are one that was doubled on the way.
func (s *Segment) same(t *Segment) bool {
	return s.TTL == t.TTL && s.IPID == t.IPID && s.Seq == t.Seq && s.Ack == t.Ack &&
		s.Flags == t.Flags && s.Window == t.Window && bytes.Equal(s.Options, t.Options)
}

// doubled is how close exact copies are that no timer sent.
const doubled = 5 * time.Millisecond

// watch files a segment of the run.
func (f *Flow) watch(s Segment) (fresh bool) {
	if n := len(f.Run); n > 0 && s.At.Sub(f.Run[n-1].At) < doubled && s.same(&f.Run[n-1]) {
		f.Doubles++
		return false
	}
	if len(f.Run) > MaxCopies {
		return false
	}
	f.Run = append(f.Run, s)
	return true
}

// stop ends the listening.
func (f *Flow) stop(at time.Time, problem string) {
	if f.Closed.IsZero() {
		f.Closed, f.Problem = at, problem
	}
}

// over reports whether nothing more is listened for.
func (f *Flow) over() bool { return !f.Closed.IsZero() }

// sample is the first round trip that the host can measure: from its SYN-ACK to our
// ACK. trip is what the SYN-ACK took of it.
func (f *Flow) sample(trip time.Duration) time.Duration {
	if f.Opened == nil || f.Acked.IsZero() {
		return 0
	}
	return f.Acked.Sub(f.Opened.At) + trip
}

// again is how much longer a handshake takes in which the first SYN-ACK was lost, at
// least.
const again = 450 * time.Millisecond

// trip is the round trip of a flow. Where the first SYN-ACK was lost and a copy came, it
// is the shortest of all flows: timestamps tell the host which one was answered.
func (e *Exchange) trip(f *Flow) time.Duration {
	trip := f.RTT
	for i := range e.Flows {
		if g := &e.Flows[i]; g.Opened != nil && g.RTT+again < trip {
			trip = g.RTT
		}
	}
	return trip
}

// run is what was seen of a flow until now. ok is false if the connection was never
// opened, or the flow is invalid.
func (e *Exchange) run(f *Flow, now time.Time) (r Run, ok bool) {
	if f.over() {
		now = f.Closed
	}
	if f.Opened == nil || f.Invalid || f.State.fin() && f.Told.IsZero() {
		return r, false
	}
	r = Run{State: f.State, Seen: len(f.Run) > 0, End: f.End, RTT: f.sample(e.trip(f)), Delay: e.delay()}
	from := f.Told
	for i, s := range f.Run {
		if i == 0 {
			from = s.At
		} else {
			r.Gaps = append(r.Gaps, s.At.Sub(f.Run[i-1].At))
		}
	}
	switch {
	case f.Ended != nil && r.Seen:
		r.Gaps = append(r.Gaps, f.Ended.At.Sub(f.Run[len(f.Run)-1].At))
		now = f.Ended.At
	case f.Ended != nil:
		now = f.Ended.At
	}
	r.Heard = now.Sub(from)
	return r, true
}

// Runs are what was seen of all flows until now.
func (e *Exchange) Runs(now time.Time) (out []Run) {
	for i := range e.Flows {
		if r, ok := e.run(&e.Flows[i], now); ok {
			out = append(out, r)
		}
	}
	return out
}

// delay estimates the mean queueing delay of the path from the handshakes in which
// nothing was lost.
func (e *Exchange) delay() time.Duration {
	var trips []time.Duration
	for i := range e.Flows {
		if f := &e.Flows[i]; f.Opened != nil && e.trip(f) == f.RTT {
			trips = append(trips, f.RTT)
		}
	}
	return spread(trips)
}
