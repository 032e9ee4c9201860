package persona

import (
	"time"

	"whorl/method/backoff"
	"whorl/packet"
)

const (
	headers = 40 // bytes of IPv4 and TCP without options; over IPv6 headersMore
	stamps  = 12 // bytes of timestamps in every segment

	usualSegment = 536 // RFC 9293 section 3.7.1
	leastSegment = 64  // less is believed of nobody
	mostFlight   = 4   // segments under way, once data was acknowledged

	// enlarged is how many times what came may go to somebody whose acknowledgement
	// could be guessed (RFC 9000 section 8.1).
	enlarged = 3
)

// segmentSize is the most data of a segment, bytes.
func (c *conn) segmentSize() int {
	n := int(c.mss)
	if n == 0 {
		n = usualSegment
	}
	n = min(max(n, leastSegment), usualMSS)
	if c.addr.Is6() {
		n = min(n, usualMSS-headersMore)
	}
	if c.asked&askStamp != 0 && n > leastSegment {
		n -= stamps
	}
	return n
}

// push sends what may be sent: nothing while something is under way, then one segment,
// and several once the peer has shown that it reads.
func (p *Persona) push(now time.Time, c *conn) (sent bool) {
	s := c.session
	if s.nxt != s.una {
		return false
	}
	flight := 1
	if s.warm {
		flight = mostFlight
	}
	for range flight {
		if !p.transmit(now, c) {
			break
		}
		sent = true
	}
	if sent {
		c.copies = 0
		s.at = now.Add(p.timing.wait(s.schedule, s.gaps, 0, now.Sub(p.clock.boot)))
	}
	return sent
}

// transmit sends the next segment, data or a FIN behind all of it, if there is one.
func (p *Persona) transmit(now time.Time, c *conn) bool {
	s := c.session
	off := int(s.nxt - s.una)
	rest := s.data[min(off, len(s.data)):]
	flags, n := packet.ACK, 0
	switch {
	case len(rest) > 0:
		// A closed window is tried with a byte (RFC 9293 section 3.8.6.1).
		n = min(len(rest), c.segmentSize(), max(int(s.window)-off, 1))
		if off > 0 && int(s.window)-off < n {
			return false
		}
		if n == len(rest) {
			flags |= packet.PSH
		}
	case s.last && len(s.data) == 0 && off == 0 && s.state != finWait2 && s.state != timeWait:
		flags |= packet.FIN
	default:
		return false
	}
	if !c.affords(c.headers() + stamps + n) {
		return false
	}
	if flags.Has(packet.FIN) {
		p.finish(c)
	}
	p.emit(now, c, flags, s.nxt, rest[:n])
	if s.nxt += uint32(n); flags.Has(packet.FIN) {
		s.nxt++
	}
	if int32(s.nxt-s.high) > 0 {
		s.high = s.nxt
	}
	return true
}

// headers is how many bytes those of IP and TCP have, without options.
func (c *conn) headers() int {
	if c.addr.Is6() {
		return headers + headersMore
	}
	return headers
}

// affords reports whether so many bytes may be sent. Who acknowledges a number that
// nobody can know has got it; any other proves nothing.
func (c *conn) affords(n int) bool {
	s := c.session
	switch {
	case !c.guessed:
		return true
	case s.gave+n > enlarged*s.got:
		return false
	}
	s.gave += n
	return true
}

// finish notes that our FIN leaves.
func (p *Persona) finish(c *conn) {
	switch s := c.session; s.state {
	case established:
		s.state = finWait1
		p.retime(c, p.timing.finWait1)
	case closeWait:
		s.state = lastAck
		p.retime(c, p.timing.lastAck)
	}
}

// acknowledge sends an ACK alone.
func (p *Persona) acknowledge(now time.Time, c *conn) {
	p.emit(now, c, packet.ACK, c.session.nxt, nil)
}

// emit sends a segment of an open connection.
func (p *Persona) emit(now time.Time, c *conn, flags packet.Flags, seq uint32, data []byte) {
	a := p.begin(now, c.addr, packet.TCP, &c.answer.ipHeader)
	a.IPv6.FlowLabel = c.label
	a.TCP = packet.TCPHeader{SrcPort: c.ours, DstPort: c.theirs, Seq: seq, Ack: c.rcv, Flags: flags, Window: c.window()}
	a.Payload = data
	if c.asked&askStamp != 0 {
		a.TCP.Options = stampOnly.with(p.scratch.options[:0], p.clock.ticks(now)+c.offset, c.stamp)
		p.scratch.options = a.TCP.Options
	}
	c.out.Send(p.o.Delay, a)
}

// stampOnly are the options of segments after the handshake (RFC 7323 appendix A). Only read.
var stampOnly = &options{n: stamps, raw: [40]byte{packet.OptNOP, packet.OptNOP, packet.OptTimestamp, 10}, stamp: 4, value: true, echo: true}

// window is what the stack offers all the time: that of its SYN-ACK, scaled if that was
// agreed on. Before a backend there may be room for less.
func (c *conn) window() uint16 {
	h := c.answer.options.header()
	shift, _ := h.WScale()
	if c.asked&askScale == 0 {
		shift = 0
	}
	w := c.answer.window >> min(shift, 14)
	if w == 0 {
		w = 1 << 12 >> min(shift, 12)
	}
	if c.session.stream != nil {
		return uint16(c.offered(int(w)<<shift) >> shift)
	}
	return w
}

// elapsed does what is due for an open connection.
func (p *Persona) elapsed(now time.Time, c *conn) {
	s := c.session
	switch {
	case s.nxt != s.una:
		p.again(now, c)
		return
	case s.next != nil:
		p.serve(now, c)
	case now.Before(s.since.Add(s.idle())):
	case s.last: // both have closed, or the peer does not
		p.forget(c)
		return
	default:
		s.hangUp()
		s.last, s.since = true, now
	}
	p.push(now, c)
	p.plan(now, c)
}

// again repeats what is under way, or gives the connection up.
func (p *Persona) again(now time.Time, c *conn) {
	s, n := c.session, int(c.copies)
	switch {
	case s.window == 0 && len(s.data) > 0 && now.Sub(s.moved) < s.patience(): // the peer reads slowly
		n = max(min(n, len(s.gaps)-2), 0) // the ending stays ahead
	case n >= len(s.gaps):
		p.forget(c)
		return
	case n == len(s.gaps)-1 && s.schedule.End != backoff.Silence:
		p.giveUp(now, c, s.schedule.End, s.high)
		p.forget(c)
		return
	}
	s.nxt = s.una
	p.transmit(now, c)
	c.copies = uint8(n + 1)
	wait := closedWait
	if n+1 < len(s.gaps) {
		wait = p.timing.wait(s.schedule, s.gaps, n+1, now.Sub(p.clock.boot))
	}
	s.at = now.Add(wait)
	p.wakeAt(now, c, s.at)
}

// plan sets the alarm of an open connection.
func (p *Persona) plan(now time.Time, c *conn) {
	s := c.session
	due := s.at
	if s.nxt == s.una && s.next == nil {
		due = s.since.Add(s.idle())
	}
	p.wakeAt(now, c, due)
}

// idle is how long nothing has to come until something is done.
func (s *session) idle() time.Duration {
	if s.last && s.stream == nil {
		return closedWait
	}
	return s.patience()
}

// patience is how long a connection that nobody has closed may bring nothing new.
func (s *session) patience() time.Duration {
	if s.service != nil && s.service.Idle > 0 {
		return s.service.Idle
	}
	return DefaultIdle
}
