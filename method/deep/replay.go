package deep

import (
	"bytes"
	"net/netip"
	"time"

	"whorl/method"
	"whorl/packet"
)

// Replay finds exchanges in a capture. Give it all packets in order of time with Add; of a
// host that was asked twice it keeps the first.
type Replay struct{ talks method.Talks[Exchange] }

// Full reports whether there was more than is kept, so that exchanges may be missing.
func (r *Replay) Full() bool { return r.talks.Full() }

// Add takes a packet of an exchange, and reports whether it was one. Packets of other
// methods are not.
func (r *Replay) Add(p *packet.Packet, at time.Time) (mine bool) {
	if p.Network != packet.IPv4 && p.Network != packet.IPv6 {
		return false
	}
	return r.talks.Take(p,
		func() *Exchange { return new(newExchange(Target{Addr: p.Dst})) },
		func(e *Exchange) bool { return e.heard(p, at) },
		func(e *Exchange) bool { return e.asked(p, at) })
}

// Of is the exchange with a host; nil if there is none. Whether its closed port was known
// to be closed is for others to say.
func (r *Replay) Of(host netip.Addr) *Exchange { return r.talks.First(host) }

// asked notes a packet of the prober, and reports whether it is a probe of the exchange, by
// its shape and by the numbers that the probes before have shown. K1-K4 are alike, and so
// are B1-B6, and L1-L17, but for their ports.
func (e *Exchange) asked(p *packet.Packet, at time.Time) (mine bool) {
	for which := range NumProbes {
		if e.Packets < e.most() && looks(which, p) && e.numbered(which, p) {
			e.learn(which, p)
			e.Slots[which].Leave(&e.Course, at)
			return true
		}
	}
	return false
}

// looks reports whether a packet has the shape of a probe, wherever it goes.
func looks(which Probe, p *packet.Packet) bool {
	s := &Probes[which]
	if p.Transport != s.Proto || p.TOS != s.TOS || len(p.Payload) != s.DataLen || bytes.Count(p.Payload, []byte{s.Fill}) != s.DataLen {
		return false
	}
	if !which.Over(p.Network) || p.Network == packet.IPv4 && (p.IPv4.DF != s.DF || s.IPID != 0 && p.IPv4.ID != s.IPID) {
		return false
	}
	switch s.Proto {
	case packet.TCP:
		h := &p.TCP
		return h.Flags == s.Flags && h.Window == s.Window && h.Reserved == s.Reserved && bytes.Equal(h.Options, s.Options)
	case packet.ICMP:
		return p.ICMP.Type == packet.ICMPEchoRequest && p.ICMP.Code == s.Code && p.ICMP.Seq() == s.Seq
	}
	return true
}

// numbered reports whether the numbers of a packet are those of the exchange. As they look
// like any empty datagram, B1-B6 need Q1 before them, and L1-L17 a SYN.
func (e *Exchange) numbered(which Probe, p *packet.Packet) bool {
	s, n := &Probes[which], &e.Numbers
	same := func(known, now uint16) bool { return known == 0 || known == now }
	switch {
	case K1 <= which && which <= K4 && which != e.nextClock():
		return false
	case s.Proto == packet.ICMP:
		return same(n.EchoID, p.ICMP.ID()-s.PortPlus)
	case s.Proto == packet.TCP:
		return same(n.PortBase, p.TCP.SrcPort-s.PortPlus) && same(e.port(s.To), p.TCP.DstPort) && (n.Seq == 0 || n.Seq == p.TCP.Seq)
	case which > Q1 && which < L1 && e.Slots[Q1].Sends == 0, which >= L1 && n.PortBase == 0:
		return false
	}
	return same(n.PortBase, p.UDP.SrcPort-s.PortPlus) && same(e.Target.ClosedUDP, p.UDP.DstPort)
}

// nextClock is the one of K1-K4 that is sent next; behind them, if all were.
func (e *Exchange) nextClock() Probe {
	if e.Slots[K1].Sends == 0 {
		return K1
	}
	return e.lastClock() + 1
}

// learn takes the numbers and ports of the exchange from a probe.
func (e *Exchange) learn(which Probe, p *packet.Packet) {
	s, n := &Probes[which], &e.Numbers
	switch s.Proto {
	case packet.TCP:
		n.PortBase, n.Seq = p.TCP.SrcPort-s.PortPlus, p.TCP.Seq
	case packet.UDP:
		n.PortBase, e.Target.ClosedUDP = p.UDP.SrcPort-s.PortPlus, p.UDP.DstPort
	case packet.ICMP:
		n.EchoID = p.ICMP.ID() - s.PortPlus
	}
	switch port := p.TCP.DstPort; {
	case s.Proto == packet.TCP && which == RT:
		e.Target.ClosedTCP = port
	case s.Proto == packet.TCP:
		e.Target.OpenTCP = port
	}
}
