package survey

import (
	"bytes"
	"net/netip"
	"time"

	"whorl/method"
	"whorl/method/gen2"
	"whorl/packet"
)

// Target is what is asked. Ports may turn out to be of another state than thought; what
// goes beyond MaxOpen and MaxClosed is left out.
type Target struct {
	Addr   netip.Addr
	Open   []uint16 // known to be open, or not asked before
	Closed []uint16
}

// Numbers are the secrets of one exchange.
type Numbers struct {
	PortBase uint16 // source port of the first SYN; each has one of its own
	Seq      uint32 // sequence number of the SYNs
	EchoID   uint16
}

// Source ports are these, below those of packages deep and gen2.
const lowestPort, highestPort = 10000, 20000

// NewNumbers draws the numbers of an exchange.
func NewNumbers(s *method.Stream) Numbers {
	return Numbers{
		PortBase: uint16(s.Between(lowestPort, highestPort-MaxPackets)),
		Seq:      s.Uint32(),
		EchoID:   uint16(s.Between(1, 65535)),
	}
}

// Exchange is what was sent to one host and what came back.
type Exchange struct {
	Target  Target
	Numbers Numbers
	Slots   []Slot    // in the order of the packets
	First   time.Time // first packet sent
	Last    time.Time // last packet sent or received
	Packets int       // sent
	RTT     method.RTT
}

// Slot is one packet of an exchange.
type Slot struct {
	Port  uint16        // 0: a ping
	Sent  time.Duration // after First
	Reply *Answer       // nil: none
}

// packet fills p with the n-th packet.
func (e *Exchange) packet(n int, p *packet.Packet, id uint16, ttl uint8) {
	p.Network, p.Dst, p.TTL = e.over(), e.Target.Addr, ttl
	port := e.Slots[n].Port
	if port == echo {
		p.IPv4.ID = id
		p.Transport, p.ICMP.Type = packet.ICMP, packet.ICMPEchoRequest
		if p.Network == packet.IPv6 {
			p.Transport, p.ICMP.Type = packet.ICMPv6, packet.ICMPv6EchoRequest
		}
		p.ICMP.Rest = packet.Echo(e.Numbers.EchoID, uint16(n))
		p.Payload = bytes.Repeat([]byte{Echo.Fill}, Echo.DataLen)
		return
	}
	p.Transport = packet.TCP
	p.IPv4.DF, p.IPv4.ID = SYN.DF, id
	p.TCP = packet.TCPHeader{SrcPort: e.Numbers.PortBase + uint16(n), DstPort: port, Seq: e.Numbers.Seq,
		Flags: SYN.Flags, Window: SYN.Window, Options: SYN.Options}
}

// over is the version of IP that the target has an address of.
func (e *Exchange) over() packet.Network {
	if e.Target.Addr.Is6() {
		return packet.IPv6
	}
	return packet.IPv4
}

// classify tells which packet p answers.
func (e *Exchange) classify(p *packet.Packet) (n int, ok bool) {
	if p.Network != e.over() || p.Src != e.Target.Addr {
		return 0, false
	}
	switch p.Transport {
	case packet.TCP:
		n = int(p.TCP.DstPort) - int(e.Numbers.PortBase)
		return n, n >= 0 && n < e.Packets && e.Slots[n].Port != echo && p.TCP.SrcPort == e.Slots[n].Port && e.answers(&p.TCP)
	case packet.ICMP, packet.ICMPv6:
		n = int(p.ICMP.Seq())
		reply := p.ICMP.Type == packet.ICMPEchoReply && p.Transport == packet.ICMP || p.ICMP.Type == packet.ICMPv6EchoReply && p.Transport == packet.ICMPv6
		return n, reply && p.ICMP.ID() == e.Numbers.EchoID && n < e.Packets && e.Slots[n].Port == echo
	}
	return 0, false
}

// answers reports whether a segment accepts or refuses one of the SYNs.
func (e *Exchange) answers(h *packet.TCPHeader) bool {
	switch {
	case h.Flags.Has(packet.RST):
		return !h.Flags.Has(packet.ACK) || h.Ack == e.Numbers.Seq+1 || h.Ack == e.Numbers.Seq
	case h.Flags.Has(packet.SYN | packet.ACK):
		return h.Ack == e.Numbers.Seq+1
	}
	return false
}

// file keeps an answer that came at that time; of several to one packet the first. It
// reports false for a packet that answers none.
func (e *Exchange) file(p *packet.Packet, at time.Time) (mine bool) {
	n, ok := e.classify(p)
	if !ok {
		return false
	}
	e.Last = at
	if s := &e.Slots[n]; s.Reply == nil {
		came := max(at.Sub(e.First), 0)
		s.Reply = e.answer(p, came)
		e.RTT.Add(came - s.Sent)
	}
	return true
}

// answer reduces p, which came at that time.
func (e *Exchange) answer(p *packet.Packet, at time.Duration) *Answer {
	a := &Answer{At: at.Truncate(time.Millisecond), TTL: p.TTL, TOS: p.TOS, IPv6: p.Network == packet.IPv6}
	if !a.IPv6 {
		a.DF, a.IPID = p.IPv4.DF, p.IPv4.ID
	}
	if p.Transport != packet.TCP {
		return a
	}
	h := &p.TCP
	a.Flags, a.Window, a.Seq, a.Options = h.Flags&^packet.CWR, h.Window, h.Seq, gen2.OptionString(h.Options)
	a.Stamp, _, a.Stamped = h.Timestamp()
	switch h.Ack {
	case e.Numbers.Seq + 1:
		a.Ack = "S+"
	case e.Numbers.Seq:
		a.Ack = "S"
	case 0:
		a.Ack = "Z"
	default:
		a.Ack = "O"
	}
	return a
}

// Answered is how many packets have an answer.
func (e *Exchange) Answered() (n int) {
	for i := range e.Slots {
		if e.Slots[i].Reply != nil {
			n++
		}
	}
	return n
}

// Measure gathers the answers by port, in the order in which the ports were first asked.
func (e *Exchange) Measure() Print {
	var out Print
	place := map[uint16]int{}
	for i := range e.Slots[:e.Packets] {
		s := &e.Slots[i]
		n, ok := place[s.Port]
		if !ok {
			n = len(out)
			place[s.Port] = n
			out = append(out, Port{Number: s.Port})
		}
		out[n].Sent++
		if s.Reply != nil {
			out[n].Answers = append(out[n].Answers, *s.Reply)
		}
	}
	return out
}
