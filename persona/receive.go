package persona

import (
	"math"
	"time"

	"whorl/link"
	"whorl/method/gen2"
	"whorl/packet"
)

// connected takes a segment of a connection that is known and reports whether it was one:
// half-open ones take resets and the end of their handshake only, which data may overtake.
func (p *Persona) connected(now time.Time, c *conn, in *packet.Packet, out link.Outlet) bool {
	h := &in.TCP
	switch {
	case c.session == nil && h.Flags.Has(packet.RST):
		p.forget(c)
		return true
	case c.session == nil:
		const rest = packet.ACK | packet.SYN
		if h.Flags&rest != packet.ACK || h.Ack != c.isn+1 || h.Seq-c.rcv > uint32(c.answer.window) {
			return false
		}
		if c.heard(in, out); !p.open(now, c) {
			return true
		}
	case c.session.state == timeWait && h.Flags&(packet.SYN|packet.ACK) == packet.SYN:
		p.forget(c) // the next connection (RFC 9293 section 3.6.1)
		return false
	case h.Flags.Has(packet.RST):
		p.reset(now, c, h)
		return true
	default:
		c.heard(in, out)
	}
	p.segment(now, c, in)
	return true
}

// reset takes a reset: one with the number that is expected ends the connection, and one
// near it is doubted (RFC 5961 section 3.2).
func (p *Persona) reset(now time.Time, c *conn, h *packet.TCPHeader) {
	switch ahead := h.Seq - c.rcv; {
	case ahead == 0:
		p.forget(c)
	case ahead <= math.MaxUint16:
		p.acknowledge(now, c)
	}
}

// segment takes a segment of an open connection (RFC 9293 section 3.10.7.4).
func (p *Persona) segment(now time.Time, c *conn, in *packet.Packet) {
	h, s := &in.TCP, c.session
	s.since = now
	s.got = min(s.got+c.headers()+len(h.Options)+len(in.Payload), math.MaxInt32)
	data, fin := in.Payload, h.Flags.Has(packet.FIN)
	length := uint32(len(data))
	if fin {
		length++
	}
	skip := c.rcv - h.Seq // bytes that are known; of a segment behind a gap a large number
	early := skip != 0 && -skip <= math.MaxUint16
	strange := h.Ack-s.una > s.high-s.una
	overtaken := strange && s.una-h.Ack <= math.MaxUint16 // by a later segment
	switch {
	case h.Flags.Has(packet.SYN) || skip > length && !early:
		p.acknowledge(now, c)
		return
	case !h.Flags.Has(packet.ACK):
		return
	case strange && !overtaken: // of what was not sent, or of long ago (RFC 5961 section 5.2)
		p.acknowledge(now, c)
		return
	case !overtaken:
		p.acknowledged(now, c, h)
	}
	if c.session == nil {
		return // that was all
	}
	switch {
	case early && length > 0: // it has to come again, and at once (RFC 5681 section 3.2)
		p.acknowledge(now, c)
		length = 0
	case skip < length:
		data = data[min(int(skip), len(data)):]
		if len(data) > 0 && s.state >= finWait1 && s.state < timeWait && s.stream == nil {
			p.reply(now, in, gen2.T4, c.out) // there is nobody to read it (RFC 9293 section 3.10.7.4)
			p.forget(c)
			return
		}
		p.read(now, c, data, fin)
	}
	if p.serve(now, c); c.session == nil {
		return // the backend has cut it off
	}
	if !p.push(now, c) && length > 0 {
		p.acknowledge(now, c)
	}
	p.plan(now, c)
}

// acknowledged takes an acknowledgement.
func (p *Persona) acknowledged(now time.Time, c *conn, h *packet.TCPHeader) {
	s := c.session
	shut := s.window == 0
	s.window = uint32(h.Window) << c.scale
	n := h.Ack - s.una
	if n == 0 {
		if shut && s.window > 0 && len(s.data) > 0 { // what it was tried with found no room
			s.nxt, c.copies = s.una, 0
		}
		return
	}
	s.moved = now
	data := min(int(n), len(s.data))
	s.data, s.una = s.data[data:], h.Ack
	s.warm = s.warm || data > 0
	if int32(s.nxt-s.una) < 0 { // one that was given up had arrived
		s.nxt = s.una
	}
	c.copies = 0
	if int(n) == data {
		return
	}
	switch s.state { // our FIN
	case finWait1:
		s.state = finWait2
	case closing:
		s.state = timeWait
	case lastAck:
		p.forget(c)
	}
}

// read files what is new of a segment.
func (p *Persona) read(now time.Time, c *conn, data []byte, fin bool) {
	s := c.session
	if s.state == closeWait || s.state == lastAck || s.state >= closing {
		return // behind its FIN
	}
	n := len(data)
	switch {
	case s.stream != nil:
		n = s.stream.Write(data)
	case s.service != nil:
		n = min(n, MaxRequest-len(s.input))
		s.input = append(s.input, data[:n]...)
	}
	p.said(c, false, data[:n])
	if c.rcv += uint32(n); n > 0 {
		s.moved = now
	}
	if !fin || n < len(data) {
		return
	}
	c.rcv++
	switch s.state {
	case established:
		s.state = closeWait
	case finWait1:
		s.state = closing
	case finWait2:
		s.state = timeWait
	}
	if s.stream == nil {
		return
	}
	if s.stream.CloseWrite(); s.last {
		s.hangUp()
	}
}
