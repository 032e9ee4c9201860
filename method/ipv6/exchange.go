package ipv6

import (
	"math"
	"net/netip"
	"time"

	"whorl/method"
	"whorl/packet"
)

// Target is what has to be known of a host before it can be probed.
type Target struct {
	Addr      netip.Addr // a zone is not looked at
	OpenTCP   uint16     // 0 if no open port is known: SEQ6, OPS6, WIN6, ECN6 and T1_6-T4_6 are left out
	ClosedTCP uint16     // where T5-T7 go; 0: nowhere
	ClosedUDP uint16     // where U1 goes; 0: nowhere
	// ClosedKnown is set if ClosedTCP has been seen to be closed, rather than guessed.
	// Without it a missing answer to T5-T7 says nothing.
	ClosedKnown bool
	Direct      bool // the host is on our segment, where NS can be asked
	Local       bool // the host is this machine
}

// Numbers are the secrets of one exchange. Answers are told apart by them.
type Numbers struct {
	PortBase uint16 // source port of S1; the exchange uses the 57 ports from it on
	UDPPort  uint16 // source port of U1
	Seq      uint32 // sequence number base, Q in the literature
	Ack      uint32 // acknowledgement field of the probes, K
	EchoID   uint16 // identifier of IE1 and IE2
	HopLimit uint8  // of all probes but NS; errors quote it back
}

// NewNumbers draws the numbers of an exchange. Source ports stay within Nmap's range,
// 33000 to 65535. Neither Seq nor Ack comes near zero, which has a meaning of its own.
func NewNumbers(s *method.Stream) Numbers {
	n := Numbers{
		PortBase: uint16(s.Between(33000, 65535-ports*basePorts)),
		UDPPort:  uint16(s.Between(33000, 65535)),
		Seq:      s.Uint32()>>1 + 1<<16,
		EchoID:   uint16(s.Between(1, 65535)),
		HopLimit: uint8(s.Between(51, 64)),
	}
	n.Ack = method.Signature(n.Seq)
	return n
}

// Exchange is what was sent to one host and what came back: all that measuring needs.
type Exchange struct {
	Target  Target
	Numbers Numbers
	Slots   [NumProbes]Slot
	Train   int // how often S1-S6 were begun again
	First   time.Time
	Last    time.Time // last packet sent or received
	Packets int       // packets sent, repeats included
	RTT     method.RTT

	best  *train            // of the trains before the running one; nil: there was none
	drawn *[NumProbes]draws // of an exchange in a capture
}

// draws are numbers that Nmap draws for each probe, and we for all.
type draws struct {
	ack      uint32
	hopLimit uint8
}

// draws are what a probe left with.
func (e *Exchange) draws(which Probe) draws {
	if e.drawn != nil {
		return e.drawn[which]
	}
	return draws{e.Numbers.Ack, e.Numbers.HopLimit}
}

// Slot is one probe of an exchange.
type Slot = method.Slot[Reply]

// ports are the ports that probes go to.
func (e *Exchange) ports() method.Ports {
	t := &e.Target
	return method.Ports{OpenTCP: t.OpenTCP, ClosedTCP: t.ClosedTCP, ClosedUDP: t.ClosedUDP}
}

// Packet fills p with a probe of the exchange.
func (e *Exchange) Packet(which Probe, p *packet.Packet) {
	n := &e.Numbers
	f := method.Fields{Dst: e.Target.Addr, Ports: e.ports(), PortBase: e.portBase(which), EchoID: n.EchoID, Seq: n.Seq, Ack: n.Ack, TTL: n.HopLimit}
	if which == U1 {
		f.PortBase = n.UDPPort
	}
	Probes[which].Packet6(&f, p)
}

// portBase is what the source port of a TCP probe counts from: a repeated SEQ train takes
// fresh ports, everything else stays in the first block.
func (e *Exchange) portBase(which Probe) uint16 {
	if which <= S6 {
		return e.Numbers.PortBase + uint16(e.Train)*ports
	}
	return e.Numbers.PortBase
}

// file puts an answer into its slot. fresh is set if the slot had none as good.
func (e *Exchange) file(p *packet.Packet, at time.Time) (which Probe, mine, fresh bool) {
	which, doubtful, ok := e.classify(p)
	if !ok || e.Slots[which].Sends == 0 {
		return 0, false, false
	}
	e.Last = at
	slot := &e.Slots[which]
	if r := slot.Reply; r != nil && (!r.Doubtful || doubtful) {
		if r.Copies < math.MaxUint8 {
			r.Copies++
		}
		return which, true, false
	}
	slot.Reply = newReply(p, at)
	slot.Reply.Doubtful = doubtful
	return which, true, true
}

// classify tells which probe p answers. doubtful is set when its numbers are not what an
// answer to that probe has: a forged or stray packet looks so. So does an error in place
// of a segment, which a filter may have sent.
func (e *Exchange) classify(p *packet.Packet) (which Probe, doubtful, ok bool) {
	if p.Network != packet.IPv6 || p.Src != e.Target.Addr {
		return 0, false, false
	}
	switch p.Transport {
	case packet.TCP:
		if which, ok = e.segmentAt(p.TCP.DstPort, p.TCP.SrcPort); !ok {
			return 0, false, false
		}
		s := &Probes[which]
		accepts := p.TCP.Flags.Has(packet.SYN|packet.ACK) && s.Flags.Has(packet.SYN)
		return which, accepts && p.TCP.Ack != e.Numbers.Seq+s.SeqPlus+1, true
	case packet.UDP:
		return U1, true, p.UDP.DstPort == e.Numbers.UDPPort && p.UDP.SrcPort == e.Target.ClosedUDP
	case packet.ICMPv6:
		return e.classifyICMP(p)
	}
	return 0, false, false
}

func (e *Exchange) classifyICMP(p *packet.Packet) (which Probe, doubtful, ok bool) {
	var q packet.Packet
	switch p.ICMP.Type {
	case packet.ICMPv6EchoReply:
		which, ok = e.echo(p)
		return which, false, ok
	case packet.ICMPv6NeighborAdv:
		n, ok := p.Neighbor()
		return NS, false, ok && n.Solicited && n.Target == e.Target.Addr
	}
	if !p.Quoted(&q) || q.Network != packet.IPv6 || q.Src != p.Dst || q.Dst != e.Target.Addr {
		return 0, false, false
	}
	switch {
	case q.Transport == packet.TCP:
		which, ok = e.segmentAt(q.TCP.SrcPort, q.TCP.DstPort)
		return which, true, ok
	case q.Transport == packet.UDP:
		return U1, false, q.UDP.SrcPort == e.Numbers.UDPPort && q.UDP.DstPort == e.Target.ClosedUDP
	case q.ICMP.Type == packet.ICMPv6EchoRequest:
		which, ok = e.echo(&q)
		return which, false, ok
	case q.ICMP.Type == packet.ICMPv6NeighborSol:
		return NS, true, true
	}
	return 0, false, false
}

// echo tells the request by identifier and sequence number.
func (e *Exchange) echo(p *packet.Packet) (which Probe, ok bool) {
	for which = IE1; which <= IE2; which++ {
		if p.ICMP.ID() == e.Numbers.EchoID && p.ICMP.Seq() == Probes[which].Seq {
			return which, true
		}
	}
	return 0, false
}

// segmentAt is the TCP probe that went from one of our ports to one of the host's.
func (e *Exchange) segmentAt(ours, theirs uint16) (Probe, bool) {
	for i := range Probes {
		s, which := &Probes[i], Probe(i)
		if s.Proto == packet.TCP && ours == e.portBase(which)+s.PortPlus && theirs == e.ports().Of(s.To) {
			return which, true
		}
	}
	return 0, false
}

// first is the slot of one of S1-S6, or that of its repeat if only that was answered;
// other probes have one slot.
func (e *Exchange) first(which Probe) *Slot {
	if which <= S6 && e.Slots[which].Reply == nil && e.Slots[which+O1].Reply != nil {
		return &e.Slots[which+O1]
	}
	return &e.Slots[which]
}

// Answered is how many probes have an answer, S1-S6 by their repeats too.
func (e *Exchange) Answered() (n int) {
	for p := range O1 {
		if e.first(p).Reply != nil {
			n++
		}
	}
	return n
}

// Asked is how many probes were sent, repeats not counted.
func (e *Exchange) Asked() int { return method.Asked(e.Slots[:O1]) }

// ClosedTCP is the closed TCP port, if one is known: seen before the exchange, or
// proved by a reset that answered T5, T6 or T7.
func (e *Exchange) ClosedTCP() (port uint16, ok bool) {
	ok = e.Target.ClosedKnown
	for p := T5; p <= T7; p++ {
		q := e.Slots[p].Reply.decode()
		ok = ok || q != nil && q.TCP.Flags.Has(packet.RST)
	}
	return e.Target.ClosedTCP, ok && e.Target.ClosedTCP != 0
}

// ClosedUDP is the UDP port, if a port unreachable has shown that it is closed.
func (e *Exchange) ClosedUDP() (port uint16, ok bool) {
	p := e.Slots[U1].Reply.decode()
	return e.Target.ClosedUDP, p != nil && p.Transport == packet.ICMPv6 &&
		p.ICMP.Type == packet.ICMPv6Unreachable && p.ICMP.Code == packet.ICMPv6CodePortUnrea
}

// Distance is the number of hops to the host: 1 on the same segment, else by the hop limit
// that an error quotes.
func (e *Exchange) Distance() (hops int, ok bool) {
	if e.Target.Direct {
		return 1, true
	}
	var q packet.Packet
	for _, which := range []Probe{IE2, U1} {
		sent := e.draws(which).hopLimit
		if p := e.Slots[which].Reply.decode(); p != nil && p.Quoted(&q) && q.TTL <= sent {
			return int(sent-q.TTL) + 1, true
		}
	}
	return 0, false
}
