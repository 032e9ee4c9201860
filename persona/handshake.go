package persona

import (
	"time"

	"whorl/link"
	"whorl/method/backoff"
	"whorl/packet"
)

// accept is the connection that a SYN-ACK s begins. A SYN that is repeated gets the one
// that it got before (again), and a new one on the same 4-tuple begins another.
func (p *Persona) accept(now time.Time, in *packet.Packet, s *segment, out link.Outlet) (c *conn, again bool) {
	h := &in.TCP
	f := flow{in.Src, h.SrcPort, h.DstPort}
	if c, again = p.conns.all.get(f); again {
		if c.syn == h.Seq {
			return c, true
		}
		p.forget(c)
	}
	peer := p.peers.of(now, in.Src, &p.key)
	room := p.conns.room(peer)
	if c = &p.scratch.passing; room {
		c = p.scratch.conn()
	}
	*c = conn{flow: f, answer: s, out: out, begun: now, place: -1, syn: h.Seq, rcv: h.Seq + 1, asked: askedBy(h)}
	c.mss, _ = h.MSS()
	c.scale, _ = h.WScale()
	c.stamp, _, _ = h.Timestamp()
	c.offset = p.clock.offset(peer.salt, h.SrcPort, &p.secret)
	c.label = p.label(&s.ipHeader, f, in)
	if s.seq == other {
		c.isn = p.isn(f, now, peer)
	} else {
		c.isn = relate(s.seq, h.Ack, h.Seq)
		peer.seq.follow(c.isn, now)
	}
	c.guessed = p.isns.constant || s.seq != other || p.natural[askAll].seq != other
	if room {
		p.conns.admit(c, peer)
		p.awaitACK(now, c)
	}
	return c, false
}

// isn is the initial sequence number of a new connection.
func (p *Persona) isn(f flow, now time.Time, peer *peer) (isn uint32) {
	if p.succession.class == 0 {
		return p.isns.draw(&peer.seq, now, &peer.secret)
	}
	if last, ok := p.tuples.all[f]; ok {
		isn = p.succession.next(last.isn, now.Sub(last.at), last.nth, &peer.secret)
	} else {
		isn = p.isns.draw(&peer.seq, now, &peer.secret)
	}
	p.tuples.note(f, isn, now)
	return isn
}

// How long a half-open connection is remembered after its last SYN-ACK.
const (
	longestWait  = 60 * time.Second
	shortestWait = 10 * time.Second
)

// awaitACK plans what follows a SYN-ACK that is not acknowledged.
func (p *Persona) awaitACK(now time.Time, c *conn) {
	gaps, n := p.timing.synAckGaps(), int(c.copies)
	wait := longestWait
	switch {
	case c.still || len(gaps) == 0:
	case n < len(gaps):
		wait = p.timing.wait(p.timing.synAck, gaps, n, now.Sub(p.clock.boot))
	default:
		wait = min(max(2*gaps[n-1], shortestWait), longestWait)
	}
	p.wakeAt(now, c, now.Add(wait))
}

// unanswered repeats a SYN-ACK as the record says, or gives the connection up.
func (p *Persona) unanswered(now time.Time, c *conn) {
	left := len(p.timing.synAckGaps()) - int(c.copies)
	switch {
	case c.still || left <= 0:
		p.forget(c)
	case left == 1 && p.timing.synAck.End != backoff.Silence:
		p.giveUp(now, c, p.timing.synAck.End, c.isn+1)
		p.forget(c)
	default:
		c.copies++
		c.begun = now
		a := p.begin(now, c.addr, packet.TCP, &c.answer.ipHeader)
		a.IPv6.FlowLabel = c.label
		p.fill(a, c.flow, c.answer, c.isn, c.rcv)
		p.stamp(a, c.answer.options, p.clock.ticks(now)+c.offset, c.stamp)
		c.out.Send(p.o.Delay, a)
		p.awaitACK(now, c)
	}
}

// giveUp tells the peer that a connection is over.
func (p *Persona) giveUp(now time.Time, c *conn, how backoff.Ending, seq uint32) {
	flags := packet.RST | packet.ACK
	switch how {
	case backoff.Finish:
		flags = packet.FIN | packet.ACK
	case backoff.Error: // of a router, not of the host
		return
	}
	a := p.begin(now, c.addr, packet.TCP, &c.answer.ipHeader)
	a.IPv6.FlowLabel = c.label
	a.TCP = packet.TCPHeader{SrcPort: c.ours, DstPort: c.theirs, Seq: seq, Ack: c.rcv, Flags: flags}
	c.out.Send(p.o.Delay, a)
}
