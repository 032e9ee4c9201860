package gen2

import (
	"math"
	"net/netip"
	"time"

	"whorl/method"
	"whorl/packet"
)

// Target is what has to be known of a host before it can be probed.
type Target struct {
	Addr      netip.Addr
	OpenTCP   uint16 // 0 if no open port is known: SEQ, OPS, WIN, ECN and T1-T4 are left out
	ClosedTCP uint16 // where T5-T7 go
	ClosedUDP uint16 // where U1 goes
	// ClosedKnown is set if ClosedTCP has been seen to be closed, rather than guessed.
	// Without it a missing answer to T5-T7 says nothing.
	ClosedKnown bool
	Local       bool // the host is this machine: its IP IDs count our packets too
	Direct      bool // the host is on our segment
	MAC         packet.MAC
}

// Numbers are the secrets of one exchange. Answers are told apart by them.
type Numbers struct {
	PortBase uint16 // source port of S1; the exchange uses the 60 ports from it on
	UDPPort  uint16 // source port of U1
	Seq      uint32 // sequence number base, Q in the literature
	Ack      uint32 // acknowledgement field of the probes, K
	EchoID   uint16 // identifier of IE1; IE2 has the next one
	UDPTTL   uint8  // TTL of U1, which the answer quotes back
}

// NewNumbers draws the numbers of an exchange. Source ports stay within Nmap's
// range, 33000 to 65535.
func NewNumbers(s *method.Stream) Numbers {
	n := Numbers{
		PortBase: uint16(s.Between(33000, 65535-ports*basePorts)),
		UDPPort:  uint16(s.Between(33000, 65535)),
		Seq:      s.Uint32() | 1, // never zero, so that A=Z and A=S stay apart
		EchoID:   uint16(s.Between(1, 65534)),
		UDPTTL:   uint8(s.Between(51, 64)),
	}
	n.Ack = method.Signature(n.Seq)
	return n
}

// Exchange is what was sent to one host and what came back: all that measuring needs.
type Exchange struct {
	Target  Target
	Numbers Numbers
	Slots   [NumProbes]Slot
	best    *[seqProbes]Slot // of the SEQ trains before the running one; nil: none was of use
	Quote   Quote            // in the reply of U1
	First   time.Time        // first packet sent
	Last    time.Time        // last packet sent or received
	Packets int              // packets sent, repeats included
	RTT     method.RTT
	trips   trips
}

// Slot is one probe of an exchange.
type Slot struct {
	Sends int // how often it was sent
	// Sent is when it left the last time, counted from the exchange's First; of an
	// answered probe it is the time of the packet that was answered.
	Sent  time.Duration
	Reply *Reply // nil: none
}

// file puts an answer into its slot. fresh is set if the slot had none as good.
func (e *Exchange) file(p *packet.Packet, at time.Time) (which Probe, mine, fresh bool) {
	which, quoted, doubtful, ok := e.classify(p)
	if !ok {
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
	slot.Reply = newReply(p)
	slot.Reply.Doubtful = doubtful
	if which == U1 {
		e.Quote = e.readQuote(&quoted, p.Payload, p.Dst)
	}
	if e.sendsOf(which) == 1 {
		trip := at.Sub(e.First) - slot.Sent // Karn: an answer after a repeat is ambiguous
		e.RTT.Add(trip)
		e.trips.add(trip)
	}
	return which, true, true
}

// sendsOf counts how often a probe has been sent in the running train.
func (e *Exchange) sendsOf(which Probe) int {
	switch {
	case which <= S6:
		return 1
	case which <= O6:
		return 1 + e.Slots[which].Sends
	}
	return e.Slots[which].Sends
}

// port is the port that a probe goes to.
func (e *Exchange) port(to method.Target) uint16 {
	switch to {
	case method.ToOpenTCP:
		return e.Target.OpenTCP
	case method.ToClosedTCP:
		return e.Target.ClosedTCP
	case method.ToClosedUDP:
		return e.Target.ClosedUDP
	}
	return 0
}

// classify tells which probe p answers. doubtful is set when its numbers are not
// what an answer to that probe has: a forged or stray packet looks so.
func (e *Exchange) classify(p *packet.Packet) (which Probe, r packet.Packet, doubtful, ok bool) {
	if p.Network != packet.IPv4 || p.Src != e.Target.Addr {
		return 0, r, false, false
	}
	switch p.Transport {
	case packet.TCP:
		which, doubtful, ok = e.classifyTCP(&p.TCP)
	case packet.ICMP:
		switch p.ICMP.Type {
		case packet.ICMPEchoReply:
			n := p.ICMP.ID() - e.Numbers.EchoID
			ok = n < 2
			which = IE1 + Probe(n)
			doubtful = p.ICMP.Seq() != echoSeq+n
		case packet.ICMPUnreachable:
			ok = p.ICMP.Code == packet.CodePortUnreachable && p.Quoted(&r) && r.Transport == packet.UDP &&
				r.Dst == e.Target.Addr && r.UDP.SrcPort == e.Numbers.UDPPort && r.UDP.DstPort == e.Target.ClosedUDP
			which = U1
		}
	}
	return which, r, doubtful, ok && e.Slots[min(which, NumProbes-1)].Sends > 0
}

func (e *Exchange) classifyTCP(h *packet.TCPHeader) (which Probe, doubtful, ok bool) {
	n := h.DstPort - e.Numbers.PortBase
	if n >= ports*basePorts {
		return 0, false, false
	}
	block := n / ports
	which, ok = probeAtPort(n % ports)
	if !ok || block != e.block(which) {
		return 0, false, false
	}
	s := &Probes[which]
	if h.SrcPort != e.port(s.To) {
		return 0, false, false
	}
	if h.Flags.Has(packet.SYN|packet.ACK) && s.Flags.Has(packet.SYN) {
		doubtful = h.Ack != e.Numbers.Seq+s.SeqPlus+1
	}
	return which, doubtful, true
}

// block tells which block of source ports a probe used last: a repeated SEQ train
// takes fresh ports, everything else stays in the first block.
func (e *Exchange) block(which Probe) uint16 {
	if which <= S6 && e.Slots[which].Sends > 0 {
		return uint16(e.Slots[which].Sends - 1)
	}
	return 0
}

// probeAtPort is the TCP probe whose source port is base+plus.
func probeAtPort(plus uint16) (Probe, bool) {
	for i := range Probes {
		if s := &Probes[i]; s.Proto == packet.TCP && s.PortPlus == plus {
			return Probe(i), true
		}
	}
	return 0, false
}

// Packet fills p with a probe of the exchange. id and ttl are used where the
// probe does not fix its own.
func (e *Exchange) Packet(which Probe, p *packet.Packet, id uint16, ttl uint8) {
	s, n := &Probes[which], &e.Numbers
	p.Network, p.Transport = packet.IPv4, s.Proto
	p.Dst = e.Target.Addr
	p.TTL, p.TOS = ttl, s.TOS
	p.IPv4.DF, p.IPv4.ID = s.DF, id
	if s.IPID != 0 {
		p.IPv4.ID = s.IPID
	}
	switch s.Proto {
	case packet.TCP:
		p.TCP = packet.TCPHeader{
			SrcPort: n.PortBase + e.block(which)*ports + s.PortPlus, DstPort: e.port(s.To),
			Seq: n.Seq + s.SeqPlus, Ack: n.Ack, Flags: s.Flags, Reserved: s.Reserved,
			Window: s.Window, Urgent: s.Urgent, Options: s.Options,
		}
		if s.NoAck {
			p.TCP.Ack = 0
		}
	case packet.UDP:
		p.TTL = n.UDPTTL
		p.UDP = packet.UDPHeader{SrcPort: n.UDPPort, DstPort: e.port(s.To)}
	case packet.ICMP:
		p.ICMP = packet.ICMPHeader{Type: packet.ICMPEchoRequest, Code: s.Code, Rest: packet.Echo(n.EchoID+s.PortPlus, s.Seq)}
	}
	if s.DataLen > 0 {
		p.Payload = fill(s.Fill, s.DataLen)
	}
}

// Data of the probes with data, shared by all packets. Only read.
var (
	zeros [150]byte
	udpCs = func() (b [udpLen]byte) {
		for i := range b {
			b[i] = udpFill
		}
		return
	}()
)

func fill(c byte, n int) []byte {
	if c == 0 {
		return zeros[:n]
	}
	return udpCs[:n]
}

// ClosedTCP is the closed TCP port, if one is known: seen before the exchange, or
// proved by a reset that answered T5, T6 or T7.
func (e *Exchange) ClosedTCP() (port uint16, ok bool) {
	if e.Target.ClosedKnown {
		return e.Target.ClosedTCP, true
	}
	for p := T5; p <= T7; p++ {
		if r := e.Slots[p].Reply; r != nil && r.Flags.Has(packet.RST) {
			return e.Target.ClosedTCP, true
		}
	}
	return 0, false
}

// ClosedUDP is the UDP port known to be closed: the one whose error came.
func (e *Exchange) ClosedUDP() (port uint16, ok bool) {
	return e.Target.ClosedUDP, e.Slots[U1].Reply != nil
}

// Answered is how many probes have an answer, S1-S6 by their repeats too.
func (e *Exchange) Answered() (n int) {
	for p := range NumProbes {
		if p >= O1 && p <= O6 {
			continue
		}
		if e.Slots[p].Reply != nil || p <= S6 && e.first(p) != nil {
			n++
		}
	}
	return n
}

// Asked is how many probes were sent, repeats not counted.
func (e *Exchange) Asked() (n int) {
	for p := range NumProbes {
		if (p < O1 || p > O6) && e.Slots[p].Sends > 0 {
			n++
		}
	}
	return n
}
