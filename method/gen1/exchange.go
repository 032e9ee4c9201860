package gen1

import (
	"net/netip"
	"time"

	"whorl/method"
	"whorl/packet"
)

// Target is what has to be known of a host. A port of 0 is not known, and leaves its
// probes out.
type Target struct {
	Addr      netip.Addr
	OpenTCP   uint16
	ClosedTCP uint16
	ClosedUDP uint16 // the first generation took the number of ClosedTCP
	// ClosedKnown is set if ClosedTCP has been seen to be closed, rather than guessed.
	// Without it a missing answer to T5-T7 says nothing.
	ClosedKnown bool
	Local       bool // the host is this machine: its IP IDs count our packets too
}

// Numbers are the secrets of one exchange. Answers are told apart by them.
type Numbers struct {
	PortBase uint16 // source port of PU; the exchange uses the 21 ports from it on
	Seq      uint32 // sequence number of T1-T7, Q in the literature; neither it nor the next is zero
	UDPID    uint16 // IP ID of PU
	UDPTTL   uint8  // TTL of PU
	Fill     byte   // the data of PU, again and again
}

// NewNumbers draws the numbers of an exchange, within the ranges of the first generation.
func NewNumbers(s *method.Stream) Numbers {
	return Numbers{
		PortBase: uint16(s.Between(33000, 63999)),
		Seq:      s.Uint32()>>1 + 1,
		UDPID:    uint16(s.Between(1, 65535)),
		UDPTTL:   uint8(s.Between(51, 64)),
		Fill:     byte(s.Between(65, 124)),
	}
}

// Exchange is what was sent to one host and what came back: all that measuring needs.
type Exchange struct {
	method.Course
	Target  Target
	Numbers Numbers
	Slots   [NumProbes]Slot
	Quote   Quote // in the reply of PU
	Trains  int   // how often S1-S6 were begun
}

// Slot is one probe of an exchange.
type Slot = method.Slot[Reply]

// Answered is how many probes have an answer.
func (e *Exchange) Answered() int { return method.Answered(e.Slots[:]) }

// Asked is how many probes were sent, repeats not counted.
func (e *Exchange) Asked() int { return method.Asked(e.Slots[:]) }

// ClosedTCP is the closed TCP port, if one is known: seen before the exchange, or
// proved by a reset that answered T5, T6 or T7.
func (e *Exchange) ClosedTCP() (port uint16, ok bool) {
	ok = e.Target.ClosedKnown
	for p := T5; p <= T7; p++ {
		r := e.Slots[p].Reply
		ok = ok || r != nil && r.Flags.Has(packet.RST)
	}
	return e.Target.ClosedTCP, ok && e.Target.ClosedTCP != 0
}

// ports are the ports that probes go to.
func (e *Exchange) ports() method.Ports {
	t := &e.Target
	return method.Ports{OpenTCP: t.OpenTCP, ClosedTCP: t.ClosedTCP, ClosedUDP: t.ClosedUDP}
}

// Packet fills p with a probe of the exchange. id and ttl are those of TCP probes.
func (e *Exchange) Packet(which Probe, p *packet.Packet, id uint16, ttl uint8) {
	n := &e.Numbers
	s := Probes[which]
	if s.Proto == packet.UDP {
		id, ttl, s.Fill = n.UDPID, n.UDPTTL, n.Fill
	}
	s.Packet(&method.Fields{Dst: e.Target.Addr, Ports: e.ports(), PortBase: e.portBase(which), Seq: n.Seq, IPID: id, TTL: ttl}, p)
	if s.Proto == packet.TCP {
		p.TCP.Window = Window(ttl)
	}
}

// portBase is what the source port of a probe counts from: a repeated train takes fresh
// ports, everything else stays with the first.
func (e *Exchange) portBase(which Probe) uint16 {
	if which >= S1 && e.Trains > 1 {
		return e.Numbers.PortBase + ports
	}
	return e.Numbers.PortBase
}

// heard files an answer. fresh is set if the probe had none as good.
func (e *Exchange) heard(p *packet.Packet, at time.Time) (which Probe, mine, fresh bool) {
	which, doubtful, ok := e.classify(p)
	if !ok || e.Slots[which].Sends == 0 {
		return 0, false, false
	}
	e.Last = at
	slot := &e.Slots[which]
	if r := slot.Reply; r != nil && (!r.Doubtful || doubtful) {
		return which, true, false
	}
	r := newReply(p, at)
	r.Doubtful = doubtful
	slot.Answer(&e.Course, r, at, !doubtful)
	if which == PU {
		e.Quote = e.readQuote(p)
	}
	return which, true, true
}

// classify tells which probe p answers. doubtful is set when its numbers are not what
// an answer to that probe has: a forged or stray packet looks so.
func (e *Exchange) classify(p *packet.Packet) (which Probe, doubtful, ok bool) {
	if p.Network != packet.IPv4 || p.Src != e.Target.Addr {
		return 0, false, false
	}
	switch p.Transport {
	case packet.TCP:
		return e.classifyTCP(&p.TCP)
	case packet.ICMP:
		var q packet.Packet
		ok = p.ICMP.Type == packet.ICMPUnreachable && p.ICMP.Code == packet.CodePortUnreachable && p.Quoted(&q) &&
			q.Transport == packet.UDP && q.Dst == e.Target.Addr &&
			q.UDP.SrcPort == e.Numbers.PortBase && q.UDP.DstPort == e.Target.ClosedUDP
		return PU, false, ok
	}
	return 0, false, false
}

// classifyTCP tells by port. Of S1-S6 a SYN-ACK has to acknowledge its own sequence
// number too, and a reset is no answer if something better comes.
func (e *Exchange) classifyTCP(h *packet.TCPHeader) (which Probe, doubtful, ok bool) {
	for i := range Probes {
		s := &Probes[i]
		which = Probe(i)
		if s.Proto != packet.TCP || h.DstPort != e.portBase(which)+s.PortPlus || h.SrcPort != e.ports().Of(s.To) {
			continue
		}
		accepts := h.Flags.Has(packet.SYN | packet.ACK)
		fits := h.Ack == e.Numbers.Seq+s.SeqPlus+1
		if which >= S1 {
			return which, !accepts, fits || !accepts
		}
		return which, accepts && s.Flags.Has(packet.SYN) && !fits, true
	}
	return 0, false, false
}
