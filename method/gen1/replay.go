package gen1

import (
	"bytes"
	"net/netip"
	"time"

	"whorl/method"
	"whorl/packet"
)

// Replay finds exchanges of [Machine] in a capture. Give it all packets in order of time
// with Add; of a host that was asked twice it keeps the first.
type Replay struct{ talks method.Talks[Exchange] }

// Full reports whether there was more than is kept, so that exchanges may be missing.
func (r *Replay) Full() bool { return r.talks.Full() }

// Bounds of what makes an exchange.
const (
	maxPackets = 64 // a machine sends fewer
	fewest     = 3  // probes
)

// Add takes a packet of an exchange, and reports whether it was one.
func (r *Replay) Add(p *packet.Packet, at time.Time) (mine bool) {
	if p.Network != packet.IPv4 {
		return false
	}
	return r.talks.Take(p,
		func() *Exchange {
			return &Exchange{Target: Target{Addr: p.Dst, Local: p.Src == p.Dst || p.Dst.IsLoopback()}}
		},
		func(e *Exchange) bool { _, mine, _ := e.heard(p, at); return mine },
		func(e *Exchange) bool { return e.asked(p, at) })
}

// Of is the exchange with a host; nil if there is none, or next to nothing of one. Whether
// its closed port was known to be closed is for others to say.
func (r *Replay) Of(host netip.Addr) *Exchange {
	if e := r.talks.First(host); e != nil && e.Asked() >= fewest {
		return e
	}
	return nil
}

// Exchanges are those with all hosts, in the order of the first probes.
func (r *Replay) Exchanges() (out []*Exchange) {
	for k, e := range r.talks.All() {
		if e == r.Of(k.Host) {
			out = append(out, e)
		}
	}
	return out
}

// asked notes a packet of the prober, and reports whether it is a probe of the exchange, by
// its shape and by the numbers that the probes before have shown.
func (e *Exchange) asked(p *packet.Packet, at time.Time) (mine bool) {
	for which := range NumProbes {
		if e.Packets < maxPackets && looks(which, p) && e.numbered(which, p) {
			e.learn(which, p)
			e.Slots[which].Leave(&e.Course, at)
			return true
		}
	}
	return false
}

// looks reports whether a packet has the shape of a probe, wherever it goes. The data of
// PU are one byte again and again.
func looks(which Probe, p *packet.Packet) bool {
	s := &Probes[which]
	if p.Transport != s.Proto || p.IPv4.DF || p.TOS != s.TOS || len(p.Payload) != s.DataLen {
		return false
	}
	if s.Proto == packet.UDP {
		return bytes.Count(p.Payload, p.Payload[:1]) == len(p.Payload)
	}
	h := &p.TCP
	return h.Flags == s.Flags && h.Ack == 0 && h.Window == Window(p.TTL) && bytes.Equal(h.Options, Options)
}

// numbered reports whether the numbers of a packet are those of the exchange. S1 may also
// begin a second train.
func (e *Exchange) numbered(which Probe, p *packet.Packet) bool {
	s, n := &Probes[which], &e.Numbers
	same := func(known, now uint16) bool { return known == 0 || known == now }
	if s.Proto == packet.UDP { // T5-T7 at least come before it
		return p.UDP.SrcPort == n.PortBase && same(e.Target.ClosedUDP, p.UDP.DstPort)
	}
	if !same(e.ports().Of(s.To), p.TCP.DstPort) || n.Seq != 0 && p.TCP.Seq-s.SeqPlus != n.Seq {
		return false
	}
	base := p.TCP.SrcPort - s.PortPlus
	return same(n.PortBase, base) || which >= S1 && base == n.PortBase+ports
}

// learn takes the numbers and ports of the exchange from a probe.
func (e *Exchange) learn(which Probe, p *packet.Packet) {
	s, n := &Probes[which], &e.Numbers
	switch {
	case s.Proto == packet.UDP:
		n.UDPID, n.UDPTTL, n.Fill, e.Target.ClosedUDP = p.IPv4.ID, p.TTL, p.Payload[0], p.UDP.DstPort
	case which >= S1:
		e.trainFrom(p.TCP.SrcPort - s.PortPlus)
	default:
		n.PortBase = p.TCP.SrcPort - s.PortPlus
	}
	if s.Proto == packet.TCP {
		n.Seq = p.TCP.Seq - s.SeqPlus
	}
	switch s.To {
	case method.ToOpenTCP:
		e.Target.OpenTCP = p.TCP.DstPort
	case method.ToClosedTCP:
		e.Target.ClosedTCP = p.TCP.DstPort
	}
}

// trainFrom notes that one of S1-S6 left, whose ports count from base: that of the
// exchange, or those of a second train.
func (e *Exchange) trainFrom(base uint16) {
	n := &e.Numbers
	if n.PortBase == 0 {
		n.PortBase = base
	}
	switch {
	case base != n.PortBase && e.Trains < maxTrains:
		e.Trains = maxTrains
		clear(e.Slots[S1:])
	case e.Trains == 0:
		e.Trains = 1
	}
}
