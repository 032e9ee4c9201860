package persona

import (
	"io"
	"net/netip"
	"time"

	"whorl/method/backoff"
)

// A service with a backend is relayed: the handshake, the segments and their repeats are the
// persona's, the bytes are the backend's.

// dial begins a stream for a connection whose handshake is complete: programs that greet speak
// first, and who has acknowledged our ISN gets our packets. It is nil if there can be no more
// of them.
func (p *Persona) dial(c *conn, s *session) Stream {
	local := p.o.Addr
	if c.addr.Is6() {
		local = p.six.addr
	}
	return p.o.Dial(&Visit{
		Backend: s.service.Backend, Peer: netip.AddrPortFrom(c.addr, c.theirs), Local: netip.AddrPortFrom(local, c.ours),
		Ready: func(now time.Time) { p.ready(now, c, s) },
	})
}

// ready looks at a stream that has changed.
func (p *Persona) ready(now time.Time, c *conn, s *session) {
	if c.session != s || s.stream == nil { // c may be another connection by now
		return
	}
	if p.relay(now, c); c.session == nil {
		return
	}
	edge := s.edge
	c.window()
	if !p.push(now, c) && s.edge != edge {
		p.acknowledge(now, c)
	}
	p.plan(now, c)
}

// relay reads what the backend says when all that it said before is acknowledged, so it is not
// read faster than the peer reads.
func (p *Persona) relay(now time.Time, c *conn) {
	s := c.session
	if len(s.data) > 0 {
		return
	}
	if s.buffer == nil {
		s.buffer = make([]byte, mostFlight*c.segmentSize())
	}
	room := s.buffer
	if s.last {
		room = nil
	}
	switch n, err := s.stream.Read(room); {
	case n > 0:
		s.data = room[:n]
		p.said(c, true, s.data)
	case err == io.EOF:
		if s.last = true; s.state == closeWait {
			s.hangUp()
		}
	case err != nil:
		p.giveUp(now, c, backoff.Reset, s.high)
		p.forget(c)
	}
}

// hangUp lets go of the backend.
func (s *session) hangUp() {
	if s.stream != nil {
		s.stream.Close()
		s.stream, s.service = nil, nil
	}
}

// HangUp ends all connections with backends, for who forgets the persona.
func (p *Persona) HangUp() {
	for _, c := range p.conns.alarms { // every connection waits for something
		if c.session != nil {
			c.session.hangUp()
		}
	}
}

// offered is what of a window there is room for before the backend, bytes. The end of the
// window moves by a segment at least (RFC 9293 section 3.8.6.2.2), and never back.
func (c *conn) offered(window int) int {
	s := c.session
	left := max(int(int32(s.edge-c.rcv)), 0)
	free := s.stream.Room()
	if free >= window || free-left >= min(c.segmentSize(), window/2) {
		left = max(min(free, window), left)
		s.edge = c.rcv + uint32(left)
	}
	return left
}
