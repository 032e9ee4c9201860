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
	PortBase uint16 // first source port, TCP and UDP; the exchange uses seven
	Seq      uint32 // sequence number of the SYNs
	EchoID   uint16 // identifier of EC
}

// NewNumbers draws the numbers of an exchange. Source ports are 20000 to 32000: below
// those of package gen2 and of most kernels' own connections.
func NewNumbers(s *method.Stream) Numbers {
	return Numbers{
		PortBase: uint16(s.Between(20000, 32000-8)),
		Seq:      s.Uint32(),
		EchoID:   uint16(s.Between(1, 65535)),
	}
}

// Exchange is what was sent to one host and what came back: all that measuring needs.
type Exchange struct {
	Target  Target
	Numbers Numbers
	Slots   [NumProbes]Slot
	First   time.Time // first packet sent
	Last    time.Time // last packet sent or received
	Packets int       // packets sent, repeats included
	RTT     method.RTT
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

// Packet fills p with a probe of the exchange. id, which IPv6 has not, and ttl are used
// where the probe does not fix its own.
func (e *Exchange) Packet(which Probe, p *packet.Packet, id uint16, ttl uint8) {
	n := &e.Numbers
	f := method.Fields{Dst: e.Target.Addr, Ports: e.ports(), PortBase: n.PortBase, EchoID: n.EchoID, Seq: n.Seq, IPID: id, TTL: ttl}
	if e.Target.Addr.Is6() {
		Probes[which].Packet6(&f, p)
		return
	}
	Probes[which].Packet(&f, p)
}

// left notes that a probe is on its way.
func (e *Exchange) left(which Probe, at time.Time) {
	slot := &e.Slots[which]
	slot.Sends++
	slot.Sent = at
	e.Packets++
	e.Last = at
}

// file puts an answer into its slot. fresh is set if the slot had none.
func (e *Exchange) file(p *packet.Packet, at time.Time) (which Probe, mine, fresh bool) {
	which, ok := e.classify(p)
	if !ok || e.Slots[which].Sends == 0 {
		return 0, false, false
	}
	e.Last = at
	slot := &e.Slots[which]
	if slot.Reply != nil {
		return which, true, false
	}
	slot.Reply = newReply(p, at)
	return which, true, true
}

// classify tells which probe p answers.
func (e *Exchange) classify(p *packet.Packet) (which Probe, ok bool) {
	switch {
	case p.Transport == packet.TCP && p.Src == e.Target.Addr:
		return e.classifyTCP(&p.TCP)
	case p.Transport != packet.ICMP:
	case p.ICMP.Type == packet.ICMPEchoReply && p.Src == e.Target.Addr:
		return EC, p.ICMP.ID() == e.Numbers.EchoID && p.ICMP.Seq() == Probes[EC].Seq
	case p.ICMP.Type == packet.ICMPUnreachable && p.ICMP.Code == packet.CodePortUnreachable && p.Src == e.Target.Addr:
		var q packet.Packet
		if !p.Quoted(&q) || q.Transport != packet.UDP || q.Dst != e.Target.Addr || q.UDP.DstPort != e.Target.ClosedUDP {
			return 0, false
		}
		n := q.UDP.SrcPort - e.Numbers.PortBase
		return Q1 + Probe(min(n, uint16(NumProbes))), n <= uint16(B6-Q1)
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
func (e *Exchange) Answered() int { return method.Answered(e.Slots[:]) }

// Asked is how many probes were sent, repeats not counted.
func (e *Exchange) Asked() int { return method.Asked(e.Slots[:]) }
