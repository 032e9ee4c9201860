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
	f := flow{in.Src, h.SrcPort, h.DstPort}
	if h.Flags.Has(packet.RST) {
		p.halves.drop(f, &p.peers)
		return
	}
	port := p.tcpPort(h.DstPort)
	if s := p.firstAnswer(h, port); s != nil {
		p.send(now, in, s, out)
		return
	}
	switch port {
	case open:
		p.toOpen(now, in, f, out)
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

func (p *Persona) toOpen(now time.Time, in *packet.Packet, f flow, out link.Outlet) {
	const control = packet.SYN | packet.ACK | packet.FIN | packet.URG | packet.PSH
	switch flags := in.TCP.Flags & control; {
	case flags.Has(packet.ACK):
		if c, ok := p.halves.all[f]; ok && in.TCP.Ack == c.isn+1 && !flags.Has(packet.SYN) {
			p.halves.drop(f, &p.peers)
			return
		}
		p.reply(now, in, gen2.T4, out)
	case flags.Has(packet.SYN | packet.FIN):
		if s := p.segments[gen2.T3]; !p.silent[gen2.T3] {
			s.options = s.options.offered(&in.TCP)
			p.send(now, in, &s, out)
		}
	case flags.Has(packet.SYN):
		p.syn(now, in, out)
	case flags == 0, p.segments[gen2.T2].flags.Has(packet.RST):
		// Stacks that reset a segment without flags do the same to a lone FIN.
		p.reply(now, in, gen2.T2, out)
	}
}

// syn answers a connection request: in the way that is known for the options
// offered, or as is usual for what is asked for.
func (p *Persona) syn(now time.Time, in *packet.Packet, out link.Outlet) {
	h := &in.TCP
	congestion := h.Flags.Has(packet.ECE | packet.CWR)
	if congestion && bytes.Equal(h.Options, gen2.Probes[gen2.ECN].Options) {
		p.reply(now, in, gen2.ECN, out)
		return
	}
	for probe := gen2.S1; probe <= gen2.S6; probe++ {
		if bytes.Equal(h.Options, gen2.Probes[probe].Options) {
			p.reply(now, in, probe, out)
			return
		}
	}
	s := p.natural[askedBy(h)]
	if congestion {
		s.flags |= p.segments[gen2.ECN].flags & (packet.ECE | packet.CWR)
	}
	if mss, ok := h.MSS(); ok && p.echoesMSS {
		s.options = s.options.atMost(mss)
	}
	p.extended.answer(in, &s)
	p.send(now, in, &s, out)
}

// reply answers as the probe is answered.
func (p *Persona) reply(now time.Time, in *packet.Packet, probe gen2.Probe, out link.Outlet) {
	if !p.silent[probe] {
		p.send(now, in, &p.segments[probe], out)
	}
}

func (p *Persona) send(now time.Time, in *packet.Packet, s *segment, out link.Outlet) {
	if s.silent {
		return
	}
	h := &in.TCP
	a := p.begin(now, in, packet.TCP, &s.ipHeader)
	t := &a.TCP
	t.SrcPort, t.DstPort = h.DstPort, h.SrcPort
	t.Flags, t.Reserved, t.Urgent = s.flags, s.reserved, s.urgent
	t.Window = s.window
	a.Payload = s.data
	length := uint32(len(in.Payload))
	t.Ack = relate(s.ack, h.Seq+length, h.Ack)
	salt, again := uint32(0), false
	if s.seq == other {
		t.Seq, salt, again = p.number(now, in, s)
	} else {
		t.Seq = relate(s.seq, h.Ack, h.Seq)
	}
	if s.options.n > 0 {
		theirs, _, _ := h.Timestamp()
		p.options = s.options.with(p.options[:0], p.clock.value(now, salt, h.SrcPort, &p.secret), theirs)
		t.Options = p.options
	}
	out.Send(p.o.Delay, a)
	if s.flags.Has(packet.SYN) && !again {
		p.resend(in, s, t.Seq, out)
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

// number is the sequence number of an answer that does not take it from the packet.
// A SYN that is repeated gets the number it got before, and a new one on the same
// 4-tuple the next one there.
func (p *Persona) number(now time.Time, in *packet.Packet, s *segment) (isn, salt uint32, again bool) {
	h := &in.TCP
	if !s.flags.Has(packet.SYN) {
		return relate(other, h.Ack, h.Seq), 0, false
	}
	peer := p.peers.of(in.Src, &p.key)
	f := flow{in.Src, h.SrcPort, h.DstPort}
	if c, ok := p.halves.all[f]; ok && c.seq == h.Seq {
		return c.isn, peer.salt, true
	}
	isn = p.isn(f, now, peer)
	p.halves.add(f, half{h.Seq, isn, now}, peer, &p.peers)
	return isn, peer.salt, false
}

// isn is the initial sequence number of a new connection.
func (p *Persona) isn(f flow, now time.Time, peer *peer) (isn uint32) {
	if p.succession.class == 0 {
		return p.isns.draw(&peer.seq, now, &peer.secret)
	}
	if last, ok := p.tuples.all[f]; ok {
		isn = p.succession.next(last.isn, now.Sub(last.at), last.nth, &peer.secret)
	} else {
		isn = p.isns.draw(&peer.seq, now, &peer.secret)
	}
	p.tuples.note(f, isn, now)
	return isn
}

// resend repeats a SYN-ACK until the connection is no longer half-open.
func (p *Persona) resend(in *packet.Packet, s *segment, isn uint32, out link.Outlet) {
	if len(p.o.Resend) == 0 {
		return
	}
	f := flow{in.Src, in.TCP.SrcPort, in.TCP.DstPort}
	if c, ok := p.halves.all[f]; !ok || c.isn != isn {
		return
	}
	syn, answer := in.Clone(), *s
	var again func(int) func(time.Time)
	again = func(i int) func(time.Time) {
		return func(now time.Time) {
			if c, ok := p.halves.all[f]; !ok || c.isn != isn {
				return
			}
			p.send(now, syn, &answer, out)
			if i+1 < len(p.o.Resend) {
				out.After(p.o.Resend[i+1], again(i+1))
			}
		}
	}
	out.After(p.o.Resend[0], again(0))
}
