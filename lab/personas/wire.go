package main

import (
	"log"
	"net/netip"
	"time"

	"whorl/link"
	"whorl/packet"
)

// mac is the hardware address of all personas. It is not that of the interface, so the
// kernel behind it looks at no frame for them.
var mac = packet.MAC{0x02, 0x77, 0x68, 0x6f, 0x72, 0x6c}

const (
	batch = 64          // answers sent at once
	pause = time.Second // between looks at what was lost
)

// batchConn is a link that takes many frames at once and counts what it lost.
type batchConn interface {
	link.Conn
	link.BatchSender
	link.Counter
}

// wire carries packets between a link and the personas. Like link/sim it is their
// outlet; unlike it, they are given the time at which a frame came, so that clocks and
// sequence numbers are right however late it is looked at, and answers leave many at once.
type wire struct {
	conn    batchConn
	hosts   *hosts
	gateway netip.Addr // ARP is answered for it too

	now   time.Time // of the packet or event at hand
	in    packet.Packet
	queue events
	ready [][]byte // frames to send
	spare [][]byte // their memory, for the next ones
	stamp [batch]time.Time

	received, sent int
	refused        int       // frames that the link did not take
	told           int       // lost frames already complained of
	looked         time.Time // when
}

// run answers until the link ends, with io.EOF if it was closed.
func (w *wire) run() error {
	var buf [2048]byte
	for {
		n, at, err := w.conn.Recv(buf[:], w.deadline())
		switch {
		case err == nil:
			w.received++
			if err := w.frame(buf[:n], at); err != nil {
				return err
			}
		case err != link.ErrTimeout:
			return err
		}
		w.happen(w.conn.Now())
		if err != nil || len(w.ready) >= batch {
			w.flush()
		}
	}
}

// deadline is until when nothing has to be done. With answers at hand only frames that
// have come already are taken.
func (w *wire) deadline() time.Time {
	if len(w.ready) > 0 {
		return time.Time{}
	}
	now := w.conn.Now()
	if now.Sub(w.looked) >= pause {
		w.look(now)
	}
	until := now.Add(pause)
	if due, ok := w.queue.next(); ok && due.Before(until) {
		return due
	}
	return until
}

// look complains of lost frames.
func (w *wire) look(now time.Time) {
	w.looked = now
	if lost := int(w.conn.Drops()) + w.refused + w.queue.lost; lost > w.told {
		log.Printf("%d frames lost; scan more slowly, or end other programs", lost-w.told)
		w.told = lost
	}
}

// frame answers what came.
func (w *wire) frame(b []byte, at time.Time) error {
	w.now = at
	w.in.Decode(packet.Ethernet, b)
	switch p := &w.in; p.Network {
	case packet.ARP:
		w.arp(p)
	case packet.IPv4:
		host, err := w.hosts.at(p.Dst)
		if err != nil {
			return err
		}
		if host != nil {
			host.Receive(at, p, outlet{w, p.SrcMAC})
		}
	}
	return nil
}

// arp answers who asks for a live address or the gateway (RFC 826).
func (w *wire) arp(p *packet.Packet) {
	asked := p.ARP.TargetIP
	if p.ARP.Op != packet.ARPRequest || asked != w.gateway && !w.hosts.live(asked) {
		return
	}
	outlet{w, p.SrcMAC}.Send(0, &packet.Packet{
		Network: packet.ARP,
		ARP: packet.ARPHeader{Op: packet.ARPReply, SenderMAC: mac, SenderIP: asked,
			TargetMAC: p.ARP.SenderMAC, TargetIP: p.ARP.SenderIP},
	})
}

// happen does what is due.
func (w *wire) happen(now time.Time) {
	for {
		e, ok := w.queue.take(now)
		if !ok {
			return
		}
		w.now = e.due
		if e.do != nil {
			e.do(e.due)
		}
		if e.frame != nil {
			w.ready = append(w.ready, e.frame)
		}
	}
}

// flush sends what is ready. A frame that the link does not take is lost.
func (w *wire) flush() {
	for todo := w.ready; len(todo) > 0; {
		k := min(len(todo), batch)
		n, err := w.conn.SendBatch(todo[:k], w.stamp[:k])
		w.sent += n
		if todo = todo[n:]; err != nil && len(todo) > 0 {
			w.refused++
			todo = todo[1:]
		}
	}
	for _, f := range w.ready {
		if len(w.spare) < 2*batch {
			w.spare = append(w.spare, f[:0])
		}
	}
	clear(w.ready)
	w.ready = w.ready[:0]
}

// memory is a frame to fill.
func (w *wire) memory() []byte {
	if n := len(w.spare); n > 0 {
		b := w.spare[n-1]
		w.spare = w.spare[:n-1]
		return b
	}
	return make([]byte, 0, 128)
}

// outlet is what a persona acts through in answer to a frame from that address.
type outlet struct {
	w  *wire
	to packet.MAC
}

// Send encodes the packet at once. One that cannot be encoded is lost.
func (o outlet) Send(after time.Duration, p *packet.Packet) {
	q := *p
	q.Link, q.SrcMAC, q.DstMAC, q.VLANs = packet.Ethernet, mac, o.to, 0
	frame, err := q.Append(o.w.memory())
	switch {
	case err != nil:
		o.w.refused++
	case after <= 0:
		o.w.ready = append(o.w.ready, frame)
	default:
		o.w.queue.add(event{due: o.w.now.Add(after), frame: frame})
	}
}

// After calls f when the delay has passed.
func (o outlet) After(delay time.Duration, f func(time.Time)) {
	o.w.queue.add(event{due: o.w.now.Add(max(delay, 0)), do: f})
}
