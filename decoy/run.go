package decoy

import (
	"errors"
	"io"
	"time"

	"whorl/link"
	"whorl/packet"
)

const (
	batch     = 64               // answers sent at once, and frames taken until then
	pause     = time.Second      // between looks at what was lost
	grain     = time.Millisecond // events nearer to each other than this are waited for together
	maxPacket = 1<<16 - 1
	maxFrame  = 18 + maxPacket // with a VLAN tag; segments may have been put together on the way here
)

// Run answers on a link until that is closed, and then returns nil. The link is Ethernet or
// Raw. It is ErrNoAddress if others have all the addresses.
func (n *Network) Run(conn link.Conn) error {
	n.conn, n.link = conn, conn.LinkType()
	if w, ok := conn.(link.Waker); ok {
		n.relay.open(w.Wake)
	}
	defer n.relay.close()
	if err := n.claim(conn.Now()); err != nil {
		return err
	}
	err := n.loop()
	n.flush()
	n.end(conn.Now())
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// loop gives frames the time at which they came, so that clocks and sequence numbers are
// right however late they are looked at, and lets answers leave many at once: when there
// are many, when nothing else has come, and after as many frames that got none.
func (n *Network) loop() error {
	buf := make([]byte, maxFrame)
	for taken := 0; !n.allLost(); {
		k, at, err := n.conn.Recv(buf, n.deadline())
		switch {
		case err == nil:
			n.counts.Received++
			n.frame(buf[:k], at)
			taken++
		case !errors.Is(err, link.ErrTimeout):
			return err
		}
		n.relayed(n.conn.Now())
		n.happen(n.conn.Now())
		if err != nil || taken >= batch || len(n.out) >= batch {
			n.flush()
			taken = 0
		}
	}
	return ErrNoAddress
}

// deadline is until when nothing has to be done. With answers at hand only frames that
// have come already are taken.
func (n *Network) deadline() time.Time {
	if len(n.out) > 0 {
		return time.Time{}
	}
	now := n.conn.Now()
	if now.Sub(n.looked) >= pause {
		n.look(now)
	}
	until := n.looked.Add(pause)
	if due, ok := n.queue.next(); ok && due.Before(until) {
		until = due
	}
	if soon := n.woke.Add(grain); until.Before(soon) {
		return soon
	}
	return until
}

// look does what is done once a second: it ends contacts, lets decoys rest and tells of
// lost frames.
func (n *Network) look(now time.Time) {
	n.looked = now
	if n.sensor != nil {
		n.sensor.Wake(now)
	}
	n.contacts.expire(now)
	n.now = now
	n.partial.expire(now)
	n.hosts.rest(now)
	if c, ok := n.conn.(link.Counter); ok {
		n.counts.Dropped = int(c.Drops())
	}
	if lost := n.counts.Dropped + n.counts.Refused + n.queue.lost; lost > n.late && n.o.Late != nil {
		n.o.Late(lost - n.late)
		n.late = lost
	}
}

// frame takes what came.
func (n *Network) frame(b []byte, at time.Time) {
	n.now = at
	p := &n.in
	p.Decode(n.link, b)
	switch {
	case p.VLANs > 0: // of another segment
	case p.Network == packet.ARP:
		n.arp(p)
	case p.Network == packet.IPv6 && n.link == packet.Ethernet && n.discovery(p, b):
	case p.Network >= packet.IPv4 && n.groups.of(p.Dst) != nil:
		n.packet(p, b)
	}
}

// packet gives a packet to the decoy that it is for.
func (n *Network) packet(p *packet.Packet, b []byte) {
	if !n.welcome(p) {
		n.counts.Unwelcome++
		return
	}
	h := n.decoy(p)
	if h == nil {
		return
	}
	n.at = n.contacts.note(n.now, p)
	n.recorded(n.at, b, n.now, false)
	if n.sensor != nil {
		n.sensor.Frame(n.link, b, n.now)
	}
	whole := !p.Odd.Has(packet.OddFragment) || n.join(h, p, b)
	switch {
	case !whole || h.node == nil || n.silent():
	case n.limits.open(p.Src, n.now):
		n.counts.Answered++
		h.node.Receive(n.now, p, n.outlet(h, p.SrcMAC))
	default:
		n.counts.Limited++
	}
	n.contacts.told(n.at)
	n.at = nil
}

// decoy is the one that a packet is for, or nil. None is made for who would get no answer.
func (n *Network) decoy(p *packet.Packet) *host {
	h := n.hosts.remembered(p.Dst)
	if h == nil && n.claims.open(p.Dst) {
		if !n.limits.open(p.Src, n.now) {
			n.counts.Limited++
			return nil
		}
		h = n.hosts.make(p.Dst)
	}
	if h == nil || n.link == packet.Ethernet && p.DstMAC != h.mac {
		return nil
	}
	return h
}

// happen does what is due.
func (n *Network) happen(now time.Time) {
	for {
		e, ok := n.queue.take(now)
		if !ok {
			return
		}
		n.now, n.woke = e.due, now
		if e.do != nil {
			e.do(e.due)
		}
		if e.frame != nil {
			n.leave(e.frame)
		}
	}
}

// end ends all contacts.
func (n *Network) end(now time.Time) {
	if n.sensor != nil {
		n.sensor.End()
	}
	n.look(now)
	n.contacts.end()
}
