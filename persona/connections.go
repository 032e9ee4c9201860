package persona

import (
	"net/netip"
	"time"

	"whorl/link"
	"whorl/packet"
)

// Bounds of the connections of a persona (decoys are flooded). A SYN beyond them is
// answered and forgotten: nothing is sent again, and the end of its handshake is
// unknown.
const (
	maxHalfOpen   = 4096
	maxHalfOfPeer = 64
	maxOpen       = 1024
	maxOpenOfPeer = 64
	// maxFlood is how many half-open connections of one second SYN-ACKs are repeated to.
	maxFlood = 100
)

// flow is a connection as the persona sees it.
type flow struct {
	addr         netip.Addr
	theirs, ours uint16 // ports
}

// key is the connection as tables find it.
func (f flow) key() flow { return f }

// conn is a connection that is half-open or open.
type conn struct {
	flow
	answer  *segment    // the SYN-ACK
	out     link.Outlet // the way to the peer
	begun   time.Time   // when the SYN came
	due     time.Time   // when something is to be done
	place   int         // in alarms; negative: none
	syn     uint32      // sequence number of the SYN
	isn     uint32      // and of the SYN-ACK
	rcv     uint32      // the byte that is expected next
	stamp   uint32      // the peer's latest timestamp
	offset  uint32      // of our timestamps
	label   uint32      // of our packets, over IPv6
	mss     uint16      // of the SYN, bytes
	copies  uint8       // SYN-ACKs sent again; later, of the segment under way
	scale   uint8       // of the peer's window
	asked   asked       // options that were agreed on
	still   bool        // nothing is sent again
	guessed bool        // the ISN proves nothing: others can know it
	session *session    // nil: half-open
}

// conns are the connections that are remembered. The zero value is empty.
type conns struct {
	all    table[flow, *conn]
	half   int // half-open ones
	alarms alarms
	armed  time.Time       // when the link will call; zero: not
	call   func(time.Time) // what it calls

	second time.Time // in which half-open connections are counted
	flood  int       // of that second
}

// room reports whether one more half-open connection of a peer can be remembered.
func (s *conns) room(p *peer) bool { return p.half < maxHalfOfPeer && s.half < maxHalfOpen }

// admit remembers a half-open connection.
func (s *conns) admit(c *conn, p *peer) {
	s.all.put(c)
	s.half++
	p.half++
	if c.begun.Sub(s.second) >= time.Second {
		s.second, s.flood = c.begun, 0
	}
	s.flood++
	c.still = s.flood > maxFlood
}

// full reports whether a peer, which may have been forgotten, can have no more open ones.
func (s *conns) full(p *peer) bool {
	return s.all.len()-s.half >= maxOpen || p != nil && p.open >= maxOpenOfPeer
}

// open makes a half-open connection of a peer an open one.
func (s *conns) open(p *peer) {
	s.half--
	if p != nil {
		p.half = max(p.half-1, 0)
		p.open++
	}
}

// drop forgets a connection.
func (s *conns) drop(c *conn, p *peer) {
	s.all.remove(c.flow)
	s.alarms.cancel(c)
	half := c.session == nil
	if half {
		s.half--
	}
	switch {
	case p == nil: // it was forgotten before
	case half:
		p.half = max(p.half-1, 0)
	default:
		p.open = max(p.open-1, 0)
	}
}

// forget is drop, of any connection.
func (p *Persona) forget(c *conn) {
	if c.session != nil {
		c.session.hangUp()
	}
	p.conns.drop(c, p.peers.known(c.addr))
	p.scratch.release(c)
}

// heard files what every segment of a connection tells.
func (c *conn) heard(in *packet.Packet, out link.Outlet) {
	c.out = out
	if value, _, ok := in.TCP.Timestamp(); ok && c.asked&askStamp != 0 {
		c.stamp = value
	}
}
