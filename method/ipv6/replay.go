package ipv6

import (
	"bytes"
	"time"

	"whorl/method"
	"whorl/packet"
)

// Replay finds exchanges in a capture, from the probes of this package or from Nmap's,
// which look alike. Give it all packets in order of time with Add, then take the
// Exchanges.
type Replay struct{ talks method.Talks[talk] }

// Full reports whether there was more than is kept, so that exchanges may be missing.
func (r *Replay) Full() bool { return r.talks.Full() }

// talk is what one prober asked of one host: the exchange under way, and the one before
// that had the most probes.
type talk struct{ now, best *Exchange }

// fewestProbes make an exchange.
const fewestProbes = 3

// Add takes a packet of an exchange, and reports whether it was one. A probe with numbers
// of its own begins another, as when the host is asked again.
func (r *Replay) Add(p *packet.Packet, at time.Time) (mine bool) {
	if p.Network != packet.IPv6 {
		return false
	}
	if t := r.talks.Of(method.Answering(p)); t != nil && t.now.heard(p, at) {
		return true
	}
	t := r.talks.Of(method.Asking(p))
	if t != nil && t.now.asked(p, at) {
		return true
	}
	if p.IPv6.FlowLabel != FlowLabel {
		return false
	}
	e := &Exchange{Target: Target{Addr: p.Dst, Local: p.Src == p.Dst || p.Dst.IsLoopback()}, First: at, drawn: new([NumProbes]draws)}
	switch {
	case !e.asked(p, at):
		return false
	case t == nil:
		return r.talks.Begin(method.Asking(p), &talk{now: e})
	}
	t.best, t.now = t.most(), e
	return true
}

// most is the exchange with the most probes, the first of equals.
func (t *talk) most() *Exchange {
	if t.best != nil && t.best.Asked() >= t.now.Asked() {
		return t.best
	}
	return t.now
}

// Exchanges are what was found: of every host that was sent a few probes at least the
// exchange with the most, in the order of the first probes.
func (r *Replay) Exchanges() (out []*Exchange) {
	for _, t := range r.talks.All() {
		if e := t.most(); e.Asked() >= fewestProbes {
			e.takeBest()
			out = append(out, e)
		}
	}
	return out
}

// heard files an answer, and reports whether it was one.
func (e *Exchange) heard(p *packet.Packet, at time.Time) (mine bool) {
	which, mine, fresh := e.file(p, at)
	if fresh && which < O1 && e.Slots[which].Sends == 1 { // Karn: an answer after a repeat is ambiguous
		e.RTT.Add(at.Sub(e.Slots[which].Sent))
	}
	return mine
}

// asked notes a packet of the prober, and reports whether it is a probe of the exchange.
func (e *Exchange) asked(p *packet.Packet, at time.Time) (mine bool) {
	for which := range NumProbes {
		if !looks(which, p) {
			continue
		}
		if train, ok := e.numbered(which, p); ok {
			for e.Train < train {
				e.beginTrain()
			}
			e.learn(which, p)
			slot := &e.Slots[which]
			slot.Sends++
			if slot.Reply == nil {
				slot.Sent = at
			}
			e.Packets++
			e.Last = at
			return true
		}
	}
	return false
}

// looks reports whether a packet has the form of a probe, wherever it goes.
func looks(which Probe, p *packet.Packet) bool {
	s := &Probes[which]
	if p.IPv6.FlowLabel != s.FlowLabel || p.TOS != s.TOS || !bytes.Equal(p.IPv6.Extensions, s.Extensions) {
		return false
	}
	if s.Solicit {
		n, ok := p.Neighbor()
		return ok && p.ICMP.Type == packet.ICMPv6NeighborSol && n == packet.Neighbor{Target: p.Dst}
	}
	if len(p.Payload) != s.DataLen || bytes.Count(p.Payload, []byte{s.Fill}) != s.DataLen {
		return false
	}
	switch s.Proto {
	case packet.TCP:
		h := &p.TCP
		return p.Transport == packet.TCP && h.Flags == s.Flags && h.Window == s.Window && h.Reserved == s.Reserved &&
			h.Urgent == s.Urgent && bytes.Equal(h.Options, s.Options)
	case packet.ICMP:
		return p.Transport == packet.ICMPv6 && p.ICMP.Type == packet.ICMPv6EchoRequest && p.ICMP.Code == s.Code && p.ICMP.Seq() == s.Seq
	}
	return p.Transport == s.Proto
}

// numbered reports whether the numbers of a packet that looks like a probe are those of
// the exchange, as far as it knows them, and of which SEQ train they are.
func (e *Exchange) numbered(which Probe, p *packet.Packet) (train int, ok bool) {
	s, n := &Probes[which], &e.Numbers
	same := func(known, now uint16) bool { return known == 0 || known == now }
	switch {
	case which == NS:
		return 0, true
	case which == U1:
		return 0, same(n.UDPPort, p.UDP.SrcPort) && same(e.Target.ClosedUDP, p.UDP.DstPort)
	case s.Proto == packet.ICMP:
		return 0, same(n.EchoID, p.ICMP.ID())
	case n.PortBase == 0: // the first segment
		return 0, true
	}
	plus := p.TCP.SrcPort - n.PortBase
	if train = int(plus / ports); train > 0 && (which > S6 || train < e.Train || train >= basePorts) {
		return 0, false
	}
	return train, plus%ports == s.PortPlus && p.TCP.Seq == n.Seq+s.SeqPlus && same(e.ports().Of(s.To), p.TCP.DstPort)
}

// learn takes the numbers and ports of the exchange from a probe.
func (e *Exchange) learn(which Probe, p *packet.Packet) {
	s, n, t := &Probes[which], &e.Numbers, &e.Target
	e.drawn[which] = draws{p.TCP.Ack, p.TTL}
	switch {
	case which == NS:
		t.Direct = true
	case which == U1:
		n.UDPPort, t.ClosedUDP = p.UDP.SrcPort, p.UDP.DstPort
	case s.Proto == packet.ICMP:
		n.EchoID = p.ICMP.ID()
	case s.To == method.ToOpenTCP:
		t.OpenTCP = p.TCP.DstPort
	default:
		t.ClosedTCP = p.TCP.DstPort
	}
	if s.Proto == packet.TCP && n.PortBase == 0 {
		n.PortBase, n.Seq = p.TCP.SrcPort-s.PortPlus, p.TCP.Seq-s.SeqPlus
	}
	if s.Proto == packet.TCP && (which == S1 || n.Ack == 0) {
		n.Ack = p.TCP.Ack
	}
}
