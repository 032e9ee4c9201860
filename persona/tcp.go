package persona

import (
	"bytes"
	"time"

	"whorl/link"
	"whorl/method/gen2"
	"whorl/packet"
)

// ipHeader is what of the IP header a stack chooses.
type ipHeader struct {
	ttl    uint8
	tos    uint8
	df     bool
	ids    uint8 // index of the source of IP IDs
	label  labelling
	copies copies
}

// relation is how a number of an answer follows from one of the packet answered.
type relation uint8

const (
	zero  relation = iota // Z
	same                  // A of S, S of A
	next                  // A+ and S+
	other                 // O
)

// segment is one way to answer with TCP.
type segment struct {
	ipHeader
	silent   bool
	flags    packet.Flags
	seq, ack relation
	window   uint16
	options  *options
	data     []byte
	reserved uint8
	urgent   uint16
}

// tcp answers a segment by the state of its port and its flags (RFC 9293 section
// 3.10.7, and what stacks make of the cases it leaves to them).
func (p *Persona) tcp(now time.Time, in *packet.Packet, out link.Outlet) {
	h := &in.TCP
	if c, known := p.conns.all.get(flow{in.Src, h.SrcPort, h.DstPort}); known && p.connected(now, c, in, out) || h.Flags.Has(packet.RST) {
		return
	}
	port := p.tcpPort(h.DstPort)
	if s := p.firstAnswer(in, port); s != nil {
		p.send(now, in, s, out)
		return
	}
	switch port {
	case open:
		p.toOpen(now, in, out)
	case closed:
		probe := gen2.T7
		if h.Flags.Has(packet.ACK) {
			probe = gen2.T6
		} else if h.Flags.Has(packet.SYN) {
			probe = gen2.T5
		}
		p.reply(now, in, probe, out)
	}
}

func (p *Persona) toOpen(now time.Time, in *packet.Packet, out link.Outlet) {
	const control = packet.SYN | packet.ACK | packet.FIN | packet.URG | packet.PSH
	r := p.over(in)
	switch flags := in.TCP.Flags & control; {
	case flags.Has(packet.ACK):
		p.reply(now, in, gen2.T4, out)
	case flags.Has(packet.SYN | packet.FIN):
		if s := r.segments[gen2.T3]; !p.silent[gen2.T3] {
			s.options = s.options.offered(&in.TCP)
			p.send(now, in, &s, out)
		}
	case flags.Has(packet.SYN):
		p.syn(now, in, out)
	case flags == 0, r.segments[gen2.T2].flags.Has(packet.RST):
		// Stacks that reset a segment without flags do the same to a lone FIN.
		p.reply(now, in, gen2.T2, out)
	}
}

// syn answers a connection request: in the way that is known for the options
// offered, or as is usual for what is asked for.
func (p *Persona) syn(now time.Time, in *packet.Packet, out link.Outlet) {
	h := &in.TCP
	if h.Flags.Has(packet.ECE|packet.CWR) && bytes.Equal(h.Options, gen2.Probes[gen2.ECN].Options) {
		p.reply(now, in, gen2.ECN, out)
		return
	}
	for probe := gen2.S1; probe <= gen2.S6; probe++ {
		if bytes.Equal(h.Options, gen2.Probes[probe].Options) {
			p.reply(now, in, probe, out)
			return
		}
	}
	p.send(now, in, p.naturally(in), out)
}

// naturally is the answer to a SYN by what it asks for. One that differs from what others get
// is made for its connection alone.
func (p *Persona) naturally(in *packet.Packet) *segment {
	h, r := &in.TCP, p.over(in)
	s := &r.natural[askedBy(h)]
	congestion := h.Flags.Has(packet.ECE | packet.CWR)
	mss, limited := h.MSS()
	limited = limited && r.echoesMSS
	if !congestion && !limited && !r.extended.signatures() {
		return s
	}
	own := *s
	if congestion {
		own.flags |= r.segments[gen2.ECN].flags & (packet.ECE | packet.CWR)
	}
	if limited {
		own.options = own.options.atMost(mss)
	}
	r.extended.answer(in, &own)
	return &own
}

// reply answers as the probe is answered.
func (p *Persona) reply(now time.Time, in *packet.Packet, probe gen2.Probe, out link.Outlet) {
	if !p.silent[probe] {
		p.send(now, in, &p.over(in).segments[probe], out)
	}
}

func (p *Persona) send(now time.Time, in *packet.Packet, s *segment, out link.Outlet) {
	if s.silent {
		return
	}
	h := &in.TCP
	f := flow{in.Src, h.SrcPort, h.DstPort}
	theirs, _, _ := h.Timestamp()
	a := p.begin(now, in.Src, packet.TCP, &s.ipHeader)
	s.copies.onto(a, in)
	a.IPv6.FlowLabel = p.label(&s.ipHeader, f, in)
	switch {
	case s.flags.Has(packet.SYN):
		c, _ := p.accept(now, in, s, out)
		p.fill(a, f, s, c.isn, relate(s.ack, h.Seq, h.Ack))
		p.stamp(a, s.options, p.clock.ticks(now)+c.offset, theirs)
	default:
		seq := relate(s.seq, h.Ack, h.Seq)
		p.fill(a, f, s, seq, relate(s.ack, h.Seq+uint32(len(in.Payload)), h.Ack))
		p.stamp(a, s.options, p.clock.value(now, 0, h.SrcPort, &p.secret), theirs)
	}
	out.Send(p.o.Delay, a)
}

// fill makes a packet a segment.
func (p *Persona) fill(a *packet.Packet, f flow, s *segment, seq, ack uint32) {
	a.TCP = packet.TCPHeader{SrcPort: f.ours, DstPort: f.theirs, Seq: seq, Ack: ack,
		Flags: s.flags, Reserved: s.reserved, Urgent: s.urgent, Window: s.window}
	a.Payload = s.data
}

// stamp gives a segment its options, with that timestamp and its echo.
func (p *Persona) stamp(a *packet.Packet, o *options, value, echo uint32) {
	if o.n > 0 {
		a.TCP.Options = o.with(p.scratch.options[:0], value, echo)
		p.scratch.options = a.TCP.Options
	}
}

// relate applies a relation to a number; avoid is one that "other" must not look like.
func relate(r relation, number, avoid uint32) uint32 {
	switch r {
	case same:
		return number
	case next:
		return number + 1
	case other:
		// Any number that is neither of these nor zero; stacks that do so take it
		// from somewhere in their memory.
		for n := number + 0x1d3f; ; n += 2 {
			if n != 0 && n != avoid {
				return n
			}
		}
	}
	return 0
}
