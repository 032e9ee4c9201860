package backoff

import (
	"time"

	"whorl/packet"
)

// Timing and bounds of a flow.
const (
	lost    = 1500 * time.Millisecond // without an answer, the SYN counts as lost
	resyns  = 3                       // SYNs after the first
	opening = time.Second             // wait for a closed window to open
	// The ACK of a handshake is there before the SYN-ACK is repeated: timeouts begin with
	// 1 s (RFC 6298 section 2). The host could not tell which of the two it answers.
	unrepeated = 950 * time.Millisecond
	noClose    = 5 * time.Second       // after our FIN is acknowledged, the application keeps the connection
	eager      = 4                     // ACKs that leave at once: late ones make the host repeat data and FIN together
	lazy       = 20 * time.Millisecond // later ones wait so long for more data
	maxSends   = 10                    // packets of a flow, its RST included
)

// repeats are when our FIN or request is sent again, each after the one before, until
// it is acknowledged.
var repeats = [...]time.Duration{time.Second, 2 * time.Second, 4 * time.Second}

// progress is where a flow stands; what a flow measured is in the rest of it.
type progress struct {
	sends  int
	acks   int
	hold   time.Duration // of the ACK of the handshake
	ack    time.Time     // when an ACK is due; zero: none
	tell   time.Time     // when FIN or request is due; zero: none
	tells  int           // how often it was sent
	heard  bool          // it was acknowledged
	since  time.Time     // when it was
	sndNxt uint32        // of our next byte
	rcvNxt uint32        // of the next byte of the host that we have not got
	stamps bool          // timestamps were agreed on
	echo   uint32        // the last timestamp of the host
	reset  bool          // our RST is sent, or none is needed
	stale  []stale       // sources of SYNs that were given up
}

// stale is a SYN that is not waited for any more.
type stale struct {
	port  uint16
	isn   uint32
	asked time.Time
	due   bool // a RST is to be sent
}

// ask makes a SYN that is about to leave the one of the flow.
func (f *Flow) ask(port uint16, isn uint32) {
	if f.SYNs > 0 {
		f.stale = append(f.stale, stale{port: f.Port, isn: f.ISN, asked: f.Asked})
	}
	f.Port, f.ISN, f.sndNxt = port, isn, isn+1
}

// advance counts a FIN or a request of n bytes that leaves for the first time.
func (f *Flow) advance(which Probe, n int) {
	if which == FIN {
		n = 1
	}
	f.sndNxt += uint32(n)
}

// swap makes a SYN that was given up the one of the flow, and the other way round.
func (f *Flow) swap(s *stale) {
	f.Port, s.port = s.port, f.Port
	f.ISN, s.isn = s.isn, f.ISN
	f.Asked, s.asked = s.asked, f.Asked
	f.sndNxt = f.ISN + 1
}

// said is what the flow tells the host after the handshake.
func (f *Flow) said() Probe {
	if f.State == FinWait1 {
		return Request
	}
	return FIN
}

// spend takes a packet off what the flow may send, all but its last.
func (f *Flow) spend() bool {
	if f.sends >= maxSends-1 {
		return false
	}
	f.sends++
	return true
}

// next is the packet that is due first; ok is false if none is planned.
func (f *Flow) next() (which Probe, due time.Time, ok bool) {
	switch {
	case f.over():
		return RST, f.Closed, !f.reset
	case f.sends >= maxSends-1:
	case f.SYNs == 0:
		return SYN, time.Time{}, true
	case f.Opened == nil:
		return SYN, f.Asked.Add(lost), f.SYNs <= resyns
	case !f.ack.IsZero() && (f.tell.IsZero() || !f.tell.Before(f.ack)):
		return ACK, f.ack, true
	case !f.tell.IsZero():
		return f.said(), f.tell, true
	}
	return 0, time.Time{}, false
}

// giveUp is when the flow ends by itself if nothing comes, and why.
func (f *Flow) giveUp() (due time.Time, why string) {
	switch {
	case f.over() || f.SYNs == 0:
	case f.Opened == nil && f.SYNs > resyns:
		return f.Asked.Add(lost), "the port does not answer; try another"
	case f.State == SynRcvd || f.State == FinWait1 || len(f.Run) > 0:
	case f.heard:
		return f.since.Add(noClose), "the application does not close the connection; try method f"
	case f.tells > len(repeats):
		return f.Told.Add(7*time.Second + noClose), "our FIN is not acknowledged"
	}
	return time.Time{}, ""
}

// lapse ends the flow if it has given up.
func (f *Flow) lapse(now time.Time) {
	if due, why := f.giveUp(); !due.IsZero() && !now.Before(due) {
		f.reset = f.Opened == nil
		f.stop(due, why)
	}
}

// sent plans what follows a packet.
func (f *Flow) sent(which Probe, now time.Time) {
	f.sends++
	switch which {
	case SYN:
		f.SYNs++
		f.Asked = now
	case ACK:
		f.acks++
		f.ack = time.Time{}
		if f.Acked.IsZero() {
			f.Acked = now
			f.tell = now
			if f.Opened.Window == 0 {
				f.tell = now.Add(opening)
			}
		}
	case FIN, Request:
		if f.Told.IsZero() {
			f.Told = now
		}
		f.ack, f.tell = time.Time{}, time.Time{}
		if f.tells < len(repeats) {
			f.tell = now.Add(repeats[f.tells])
		}
		f.tells++
	case RST:
		f.reset = true
	}
}

// receive takes a segment of the flow and reports whether it is new to the run.
func (f *Flow) receive(p *packet.Packet, at time.Time) (fresh bool) {
	s, h := newSegment(p, at), &p.TCP
	switch {
	case f.over():
		f.again(h, at)
		return false
	case h.Flags.Has(packet.RST):
		if f.Opened == nil && h.Ack != f.ISN+1 {
			return false // not an answer to this SYN
		}
		f.ended(Reset, s, "")
		f.reset = true
		return true
	case h.Flags.Has(packet.SYN):
		return h.Ack == f.ISN+1 && h.Flags.Has(packet.ACK) && f.synAck(h, s)
	case f.Opened == nil:
		return false
	case f.State == SynRcvd:
		if h.Flags.Has(packet.FIN) {
			f.ended(Finish, s, "")
			return true
		}
		return false
	}
	return f.established(p, s)
}

// again plans another RST if the host goes on after the end: the one before was lost, or
// the answer came after it was given up.
func (f *Flow) again(h *packet.TCPHeader, at time.Time) {
	late := at.Sub(f.Closed) > f.RTT+lost
	if f.Ended == nil && !f.Invalid && late && !h.Flags.Has(packet.RST) && h.Ack == f.sndNxt && f.spend() {
		f.reset = false
	}
}

// ended is that a packet ends the run.
func (f *Flow) ended(e Ending, s Segment, problem string) {
	if f.Opened == nil {
		problem = "the port refuses; try one that is open"
	}
	f.End, f.Ended = e, &s
	f.stop(s.At, problem)
}

// synAck takes a SYN-ACK, the first or a copy.
func (f *Flow) synAck(h *packet.TCPHeader, s Segment) (fresh bool) {
	first := f.Opened == nil
	if first {
		f.Opened, f.RTT = &s, s.At.Sub(f.Asked)
		f.rcvNxt = h.Seq + 1
		f.echo, _, f.stamps = h.Timestamp()
	}
	switch {
	case f.State == SynRcvd:
		return f.watch(s)
	case first:
		f.ack = s.At.Add(min(f.hold, max(unrepeated-f.RTT*5/4, 0)))
	case !f.Acked.IsZero(): // it waits for data, or our ACK was lost
		f.Repeats++
		if f.tell.IsZero() {
			f.ack = s.At
		} else {
			f.tell = s.At
		}
	}
	return first
}

// established takes a segment of a connection.
func (f *Flow) established(p *packet.Packet, s Segment) (fresh bool) {
	h, n := &p.TCP, uint32(len(p.Payload))
	if value, _, ok := h.Timestamp(); ok && f.stamps {
		f.echo = value
	}
	if h.Flags.Has(packet.ACK) && f.tells > 0 && h.Ack == f.sndNxt && !f.heard {
		f.heard, f.since, f.tell = true, s.At, time.Time{}
	}
	if f.tells == 0 && !f.tell.IsZero() && h.Window > 0 {
		f.tell = s.At // the window of a SYN proxy has opened
	}
	switch {
	case n == 0:
	case h.Seq == f.rcvNxt:
		f.rcvNxt += n
		fallthrough
	default:
		if f.ack.IsZero() && f.acks >= eager {
			f.ack = s.At.Add(lazy)
		} else if f.ack.IsZero() {
			f.ack = s.At
		}
	}
	s.Seq += n
	return h.Flags.Has(packet.FIN) && f.watch(s)
}
