package decoy

import (
	"net/netip"
	"time"

	"whorl/link"
	"whorl/packet"
)

// outlet is what a decoy acts through in answer to a frame from that address.
type outlet struct {
	n    *Network
	host *host
	to   packet.MAC
}

var _ link.Outlet = (*outlet)(nil)

// outlet is what a decoy acts through in answer to a station: mostly the same one as before.
func (n *Network) outlet(h *host, to packet.MAC) *outlet {
	if h.out == nil || h.out.to != to {
		h.out = &outlet{n, h, to}
	}
	return h.out
}

// Send encodes the packet at once. One that no limit allows, or that cannot be encoded, is lost.
func (o *outlet) Send(after time.Duration, p *packet.Packet) {
	n := o.n
	if n.silent() {
		return
	}
	if !n.limits.take(p.Dst, n.now) {
		n.counts.Limited++
		return
	}
	q := *p
	q.Link, q.SrcMAC, q.DstMAC, q.VLANs = n.link, o.host.mac, o.to, 0
	frame, err := q.Append(n.memory())
	if err != nil {
		n.counts.Refused++
		return
	}
	n.contacts.answered(n.at, p)
	if len(frame)-n.header() <= n.o.MTU {
		n.depart(after, frame)
		return
	}
	for _, f := range n.fragments(p.Network, frame) {
		n.depart(after, f)
	}
}

// depart lets a frame leave after a while.
func (n *Network) depart(after time.Duration, frame []byte) {
	if after <= 0 {
		n.leave(frame)
		return
	}
	n.queue.add(event{due: n.now.Add(after), frame: frame})
}

// After calls f when the delay has passed.
func (o *outlet) After(delay time.Duration, f func(time.Time)) {
	o.n.queue.add(event{due: o.n.now.Add(max(delay, 0)), do: f, of: o.host})
}

// leave lets a frame leave with the next batch. What was on its way from an address that
// somebody else has by now stays.
func (n *Network) leave(frame []byte) {
	if len(n.claims.lost) > 0 && n.claims.isLost(n.source(frame)) || n.silent() {
		return
	}
	if n.sensor != nil {
		n.sensor.Frame(n.link, frame, n.now)
	}
	n.recordedSent(frame)
	n.out = append(n.out, frame)
}

// source is the address that a frame with an IP packet is from.
func (n *Network) source(frame []byte) netip.Addr {
	const in4, in6 = 12, 8
	if frame = frame[n.header():]; frame[0]>>4 == 6 {
		return netip.AddrFrom16([16]byte(frame[in6:]))
	}
	return netip.AddrFrom4([4]byte(frame[in4:]))
}

// header is where the IP header of a frame begins.
func (n *Network) header() int {
	if n.link == packet.Ethernet {
		return 14
	}
	return 0
}

// flush sends what is ready. A frame that the link does not take is lost.
func (n *Network) flush() {
	for todo := n.out; len(todo) > 0; {
		k, err := n.send(todo[:min(len(todo), batch)])
		n.counts.Sent += k
		if todo = todo[k:]; err != nil && len(todo) > 0 {
			n.counts.Refused++
			todo = todo[1:]
		}
	}
	for _, f := range n.out {
		if len(n.spare) < 2*batch {
			n.spare = append(n.spare, f[:0])
		}
	}
	clear(n.out)
	n.out = n.out[:0]
}

// send sends frames, one by one if the link has no better way.
func (n *Network) send(frames [][]byte) (sent int, err error) {
	if b, ok := n.conn.(link.BatchSender); ok {
		return b.SendBatch(frames, n.stamp[:len(frames)])
	}
	for i, f := range frames {
		if _, err := n.conn.Send(f); err != nil {
			return i, err
		}
	}
	return len(frames), nil
}

// memory is a frame to fill.
func (n *Network) memory() []byte {
	if k := len(n.spare); k > 0 {
		b := n.spare[k-1]
		n.spare = n.spare[:k-1]
		return b
	}
	return make([]byte, 0, 128)
}
