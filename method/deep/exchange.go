package deep

import (
	"bytes"
	"net/netip"
	"time"

	"whorl/method"
	"whorl/packet"
)

// Target is what has to be known of a host. A port of 0 is not known, and leaves its
// probes out.
type Target struct {
	Addr      netip.Addr // a zone is not looked at
	OpenTCP   uint16
	ClosedTCP uint16
	ClosedUDP uint16
	// ClosedKnown is set if ClosedTCP has been seen to be closed, rather than guessed.
	// Without it a missing answer to RT says nothing.
	ClosedKnown bool
}

// Numbers are the secrets of one exchange. Answers are told apart by them.
type Numbers struct {
	PortBase uint16 // first source port, TCP and UDP; the exchange uses ports from it on
	Seq      uint32 // sequence number of the SYNs
	EchoID   uint16 // identifier of EC
}

// sourcePorts is how many source ports an exchange uses from the first on.
const sourcePorts = LimitPackets

// NewNumbers draws the numbers of an exchange. Source ports are 20000 to 32000: below
// those of package gen2 and of most kernels' own connections.
func NewNumbers(s *method.Stream) Numbers {
	return Numbers{
		PortBase: uint16(s.Between(20000, 32000-sourcePorts)),
		Seq:      s.Uint32(),
		EchoID:   uint16(s.Between(1, 65535)),
	}
}

// Exchange is what was sent to one host and what came back: all that measuring needs.
type Exchange struct {
	method.Course
	Target  Target
	Numbers Numbers
	Slots   []Slot // of the probes over its version of IP
}

func newExchange(t Target) Exchange {
	n := NumProbes
	if t.Addr.Is4() {
		n = L1
	}
	return Exchange{Target: t, Slots: make([]Slot, n)}
}

// Slot is one probe of an exchange.
type Slot = method.Slot[Reply]

// Reply is the answer to one probe, reduced to what Measure looks at.
type Reply struct {
	At       time.Time
	TTL, TOS uint8
	IPID     uint16
	IPLen    uint16 // IP total length as the header says, bytes

	// TCP.
	Seq      uint32
	Flags    packet.Flags
	Reserved uint8
	Options  []byte
}

func newReply(p *packet.Packet, at time.Time) *Reply {
	r := &Reply{At: at, TTL: p.TTL, TOS: p.TOS, IPID: p.IPv4.ID, IPLen: p.IPv4.TotalLen}
	if h := &p.TCP; p.Transport == packet.TCP {
		r.Seq, r.Flags, r.Reserved, r.Options = h.Seq, h.Flags, h.Reserved, bytes.Clone(h.Options)
	}
	return r
}

// synAck reports whether there is an answer that accepts the connection.
func (r *Reply) synAck() bool {
	return r != nil && r.Flags.Has(packet.SYN|packet.ACK) && !r.Flags.Has(packet.RST)
}

// port is the port that a probe goes to, 0 if it is not known or none.
func (e *Exchange) port(to method.Target) uint16 { return e.ports().Of(to) }

func (e *Exchange) ports() method.Ports {
	t := &e.Target
	return method.Ports{OpenTCP: t.OpenTCP, ClosedTCP: t.ClosedTCP, ClosedUDP: t.ClosedUDP}
}

// network is the version of IP that the host is asked over.
func (e *Exchange) network() packet.Network {
	if e.Target.Addr.Is6() {
		return packet.IPv6
	}
	return packet.IPv4
}

// most is how many packets may be sent.
func (e *Exchange) most() int {
	if e.network() == packet.IPv6 {
		return MaxPackets6
	}
	return MaxPackets
}

// Packet fills p with a probe of the exchange. id, which IPv6 has not, and ttl are used
// where the probe does not fix its own.
func (e *Exchange) Packet(which Probe, p *packet.Packet, id uint16, ttl uint8) {
	n := &e.Numbers
	f := method.Fields{Dst: e.Target.Addr, Ports: e.ports(), PortBase: n.PortBase, EchoID: n.EchoID, Seq: n.Seq, IPID: id, TTL: ttl}
	if e.network() == packet.IPv6 {
		Probes[which].Packet6(&f, p)
		return
	}
	Probes[which].Packet(&f, p)
}

// heard files an answer, the first to each probe, and reports whether it was one.
func (e *Exchange) heard(p *packet.Packet, at time.Time) (mine bool) {
	which, ok := e.classify(p)
	slot := &e.Slots[which]
	if !ok || slot.Sends == 0 {
		return false
	}
	e.Last = at
	if slot.Reply == nil {
		slot.Answer(&e.Course, newReply(p, at), at, true)
	}
	return true
}

// classify tells which probe p answers.
func (e *Exchange) classify(p *packet.Packet) (which Probe, ok bool) {
	switch {
	case p.Transport == packet.TCP && p.Src == e.Target.Addr:
		return e.classifyTCP(&p.TCP)
	case p.Transport == packet.ICMP && p.ICMP.Type == packet.ICMPEchoReply && p.Src == e.Target.Addr:
		return EC, p.ICMP.ID() == e.Numbers.EchoID && p.ICMP.Seq() == Probes[EC].Seq
	case p.Transport == packet.ICMP && p.ICMP.Type == packet.ICMPUnreachable && p.ICMP.Code == packet.CodePortUnreachable,
		p.Transport == packet.ICMPv6 && p.ICMP.Type == packet.ICMPv6Unreachable && p.ICMP.Code == packet.ICMPv6CodePortUnrea:
		return e.unreachable(p)
	}
	return 0, false
}

// classifyTCP tells by port, and on the port of K1-K4 by which of them was sent last.
func (e *Exchange) classifyTCP(h *packet.TCPHeader) (which Probe, ok bool) {
	synAck := h.Flags.Has(packet.SYN | packet.ACK)
	if synAck && h.Ack != e.Numbers.Seq+1 {
		return 0, false
	}
	plus := h.DstPort - e.Numbers.PortBase
	if plus == Probes[K1].PortPlus {
		return e.lastClock(), synAck && h.SrcPort == e.Target.OpenTCP
	}
	for which = AE; which <= RT; which++ {
		if s := &Probes[which]; s.Proto == packet.TCP && s.PortPlus == plus {
			return which, h.SrcPort == e.port(s.To)
		}
	}
	return 0, false
}

// lastClock is the latest of K1-K4 that was sent. One is sent only after the answer
// to the one before, or when that is overdue.
func (e *Exchange) lastClock() Probe {
	which := K1
	for w := K2; w <= K4; w++ {
		if e.Slots[w].Sends > 0 {
			which = w
		}
	}
	return which
}

// Answered is how many probes have an answer.
func (e *Exchange) Answered() int { return method.Answered(e.Slots) }

// Asked is how many probes were sent, repeats not counted.
func (e *Exchange) Asked() int { return method.Asked(e.Slots) }
