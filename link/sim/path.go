package sim

import (
	"math/rand/v2"
	"net/netip"
	"time"

	"whorl/link"
	"whorl/packet"
)

// Impair is a bad path to a node: each direction loses, delays, doubles and
// reorders packets by itself.
type Impair struct {
	Node    link.Node
	Delay   time.Duration // one way
	Jitter  time.Duration // uniform, plus and minus
	Loss    float64       // probabilities from 0 to 1
	Double  float64
	Reorder float64 // the packet overtakes by skipping its delay
	Rand    *rand.Rand
}

// Receive passes the packet on, or not.
func (m *Impair) Receive(now time.Time, p *packet.Packet, out link.Outlet) {
	m.each(func(d time.Duration) {
		q := p.Clone()
		out.After(d, func(now time.Time) { m.Node.Receive(now, q, impaired{m, out}) })
	})
}

// each calls f with the delay of every copy that arrives.
func (m *Impair) each(f func(time.Duration)) {
	if m.Rand.Float64() < m.Loss {
		return
	}
	copies := 1
	if m.Rand.Float64() < m.Double {
		copies = 2
	}
	for range copies {
		d := m.Delay
		if m.Jitter > 0 {
			d += time.Duration(m.Rand.Int64N(int64(2*m.Jitter))) - m.Jitter
		}
		if m.Rand.Float64() < m.Reorder {
			d = 0
		}
		f(max(d, 0))
	}
}

type impaired struct {
	m *Impair
	link.Outlet
}

func (o impaired) Send(after time.Duration, p *packet.Packet) {
	o.m.each(func(d time.Duration) { o.Outlet.Send(after+d, p) })
}

// Hops puts N routers in front of a node: TTLs fall by N in both directions, and
// packets that run out are lost with a time exceeded message from Router, if that
// is a valid address.
type Hops struct {
	Node   link.Node
	N      uint8
	Router netip.Addr
}

// Receive passes the packet on with a lower TTL.
func (h *Hops) Receive(now time.Time, p *packet.Packet, out link.Outlet) {
	if p.TTL <= h.N {
		h.expired(p, out)
		return
	}
	q := *p
	q.TTL -= h.N
	h.Node.Receive(now, &q, hopped{h, out})
}

func (h *Hops) expired(p *packet.Packet, out link.Outlet) {
	if !h.Router.Is4() || p.Network != packet.IPv4 {
		return
	}
	out.Send(time.Millisecond, &packet.Packet{
		Network: packet.IPv4, Transport: packet.ICMP, Src: h.Router, Dst: p.Src, TTL: 64,
		ICMP: packet.ICMPHeader{Type: packet.ICMPTimeExceed}, Payload: quote(p),
	})
}

// quote is the IP header and first 8 bytes of a packet (RFC 792).
func quote(p *packet.Packet) []byte {
	q := *p
	q.Link = packet.Raw
	b, err := q.Append(nil)
	if err != nil {
		return nil
	}
	return b[:min(len(b), 20+len(p.IPv4.Options)+8)]
}

type hopped struct {
	h *Hops
	link.Outlet
}

func (o hopped) Send(after time.Duration, p *packet.Packet) {
	if p.TTL <= o.h.N {
		return
	}
	q := *p
	q.TTL -= o.h.N
	o.Outlet.Send(after, &q)
}
