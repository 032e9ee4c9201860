package persona

import (
	"time"

	"whorl/method/backoff"
)

// tcpState is where an open connection stands (RFC 9293 section 3.3.2).
type tcpState uint8

const (
	established tcpState = iota
	closeWait            // the peer has closed
	lastAck              // and then we
	finWait1             // we have closed
	finWait2             // and the peer knows
	closing              // both have, at once
	timeWait             // both know
)

// session is an open connection: its numbers, and where its dialogue stands.
type session struct {
	state tcpState
	rtt   time.Duration // as the handshake showed it
	since time.Time     // the latest segment of the peer
	moved time.Time     // the latest that brought or acknowledged something new

	una, nxt, high uint32 // our first byte that is not acknowledged, the next to send, the end of all that were
	window         uint32 // of the peer, bytes
	data           []byte // to send, from una on
	last           bool   // a FIN follows the data
	warm           bool   // the peer has acknowledged data
	schedule       *backoff.Schedule
	gaps           []time.Duration // of the schedule, for that round trip
	got, gave      int             // bytes of packets from and to the peer, while it is not known to be there

	service *Service // nil: what comes is read and forgotten
	script  uint8    // where the dialogue stands
	input   []byte   // what came and was not looked at
	next    *Rule    // what is done at the time at
	at      time.Time

	stream Stream // to the backend of the service; nil: none, or not any more
	buffer []byte // for what it says
	edge   uint32 // the end of the window that was offered before it
}

// How long a connection that both sides have closed, or only we, is remembered.
const closedWait = 60 * time.Second

// open makes a session of a half-open connection whose SYN-ACK is acknowledged. Where
// there are too many the ACK is passed over, as listeners do whose queue is full.
func (p *Persona) open(now time.Time, c *conn) bool {
	peer := p.peers.known(c.addr)
	if p.conns.full(peer) {
		return false
	}
	h := c.answer.options.header()
	c.asked &= askedBy(&h)
	if c.asked&askScale == 0 {
		c.scale = 0
	}
	c.scale = min(c.scale, 14) // RFC 7323 section 2.3
	first := c.isn + 1
	s := &session{rtt: now.Sub(c.begun), moved: now, una: first, nxt: first, high: first, edge: c.rcv, got: c.headers(), service: p.service(c.ours)}
	if s.service != nil && s.service.Backend != nil {
		if s.stream = p.dial(c, s); s.stream == nil {
			return false
		}
	}
	p.conns.open(peer)
	c.session, c.copies = s, 0
	p.retime(c, p.timing.finWait1)
	if s.service != nil && s.service.Greeting != nil {
		s.next, s.at = &Rule{Reply: s.service.Greeting}, now.Add(s.service.Wait)
	}
	return true
}

// retime lets a connection repeat segments by that schedule.
func (p *Persona) retime(c *conn, schedule *backoff.Schedule) {
	s := c.session
	s.schedule, s.gaps = schedule, schedule.GapsAt(s.rtt, c.asked&askSACK != 0)
	if len(s.gaps) == 0 { // SYN cookies repeat no SYN-ACK, but a FIN
		s.schedule, s.gaps = &usualFIN, usualFIN.Gaps
	}
}
