package listen

import (
	"net/netip"
	"time"

	"whorl/method/syn"
	"whorl/packet"
)

// begin takes a SYN or SYN-ACK.
func (l *Listener) begin(p *packet.Packet, s syn.Signature, at time.Time) {
	e, low := endsOf(p.Src, p.Dst, p.TCP.SrcPort, p.TCP.DstPort)
	h := &l.handshake
	*h = Handshake{At: at, TOS: p.TOS, Sighting: syn.Sighting{Signature: s}}
	h.Client, h.Server = netip.AddrPortFrom(p.Src, p.TCP.SrcPort), netip.AddrPortFrom(p.Dst, p.TCP.DstPort)
	var f *flow
	if s.Answer {
		h.Client, h.Server = h.Server, h.Client
		if f = l.answer(p, &e, !low, at); f != nil {
			h.Sighting.Offer = f.offer
		}
	} else if f = l.ask(p, &e, low, at); f != nil {
		f.offer = s.Offer()
	}
	if f == nil {
		l.counts.Repetitions++
		return
	}
	l.see(p, h, &e)
	if l.o.Handshake != nil {
		l.o.Handshake(h)
	}
}

// ask gives the connection that a SYN begins; nil if it is a repetition.
func (l *Listener) ask(p *packet.Packet, e *ends, low bool, at time.Time) *flow {
	set, mark, f := l.flows.find(e)
	switch {
	case f == nil:
		f = set.add(mark, e)
	case f.low == low && f.asked && f.isn == p.TCP.Seq:
		l.repeated(f, p.Src, false, at)
		return nil
	default:
		*f = flow{ends: *e}
	}
	l.counts.SYNs++
	f.low, f.asked, f.isn, f.begun = low, true, p.TCP.Seq, at.UnixNano()
	return f
}

// answer gives the connection that a SYN-ACK accepts, a new one if its SYN was not seen;
// nil if it is a repetition.
func (l *Listener) answer(p *packet.Packet, e *ends, low bool, at time.Time) *flow {
	set, mark, f := l.flows.find(e)
	switch {
	case f != nil && f.low == low && f.answered && f.answer == p.TCP.Seq:
		l.repeated(f, p.Src, true, at)
		return nil
	case f != nil && f.low == low && f.asked && p.TCP.Ack-f.isn-1 <= maxEarly:
	case f != nil:
		l.counts.Unpaired++
		*f = flow{ends: *e}
	default:
		l.counts.Unpaired++
		f = set.add(mark, e)
	}
	l.counts.SYNACKs++
	f.low, f.answered, f.answer = low, true, p.TCP.Seq
	f.accepted(at)
	return f
}

// maxEarly is how much data of a SYN its answer may acknowledge, bytes (RFC 7413).
const maxEarly = 65535

// see notes what the sender of a handshake has shown.
func (l *Listener) see(p *packet.Packet, s *Handshake, e *ends) {
	i := l.number(p.Src)
	h := l.hosts.all.at(i)
	h.handshakes++
	h.heard(s.At)
	l.show(i, h, s)
	if h.familiar {
		l.compare(p, i, h, s, e)
	}
}

// compare notes what the handshakes of a host that came back have in common.
func (l *Listener) compare(p *packet.Packet, i uint32, h *known, s *Handshake, e *ends) {
	peer := l.flows.hash(p.Dst)
	stamp := syn.Stamp{At: s.At}
	if p.Network == packet.IPv4 {
		l.hosts.habitsOf(h).ids(s.Sighting.Answer).next(peer, p.IPv4.ID)
		stamp.Value = uint32(p.IPv4.ID)
	}
	if s.At.IsZero() {
		return
	}
	tracks, several := l.hosts.tracksOf(h, s.Sighting.Answer), false
	if tracks != nil {
		several = tracks.ids.ID(peer, stamp)
	}
	if value, _, ok := p.TCP.Timestamp(); ok {
		stamp.Value = value
		t := l.hosts.timesOf(h)
		t.clock.Open(p.Dst, stamp)
		t.talk, t.answer, t.given = *e, s.Sighting.Answer, false
		if tracks != nil {
			several = tracks.clocks.Stamp(peer, stamp, t.rate()) || several
		}
	}
	if several {
		s.Several = true
		l.changed(i)
	}
}

// number gives the number of an address, a new one if it is not known.
func (l *Listener) number(a netip.Addr) uint32 {
	i := l.hosts.find(a)
	if i != 0 {
		l.hosts.again(i)
		return i
	}
	if old := l.hosts.surplus(); old != 0 {
		l.forget(old)
	}
	return l.hosts.add(a)
}

// forget hands a host over and frees its number.
func (l *Listener) forget(i uint32) {
	h := l.hosts.all.at(i)
	l.counts.Forgotten++
	if l.o.Gone != nil && h.news {
		l.o.Gone(l.record(h))
	}
	for k := range l.hosts.kindsOf(h) {
		l.signatures.drop(k.id)
	}
	l.hosts.remove(i)
}

// show counts a kind of packet of a host.
func (l *Listener) show(i uint32, h *known, s *Handshake) {
	n, port := h.handshakes, s.Server.Port()
	if id := l.signatures.find(s.Sighting); id != 0 {
		for k := range l.hosts.kindsOf(h) {
			if k.id == id {
				k.seen.Count, k.seen.Last, k.seen.Port = k.seen.Count+1, n, port
				return
			}
		}
	}
	id := l.signatures.take(s.Sighting)
	if id == 0 {
		l.counts.Unkept++
		return
	}
	k := l.hosts.room(h)
	if k.id != 0 {
		l.signatures.drop(k.id)
	}
	*k = kind{id, syn.Seen{Count: 1, First: n, Last: n, Port: port}}
	l.changed(i)
}

// later takes a packet of a connection that has begun, for its timestamp.
func (l *Listener) later(p *packet.Packet, at time.Time) {
	i := l.hosts.find(p.Src)
	if i == 0 || at.IsZero() {
		return
	}
	h := l.hosts.all.at(i)
	if h.times == 0 {
		return
	}
	t := l.hosts.times.at(h.times)
	if e, _ := endsOf(p.Src, p.Dst, p.TCP.SrcPort, p.TCP.DstPort); e != t.talk {
		return
	}
	if value, _, ok := p.TCP.Timestamp(); ok {
		t.clock.Add(syn.Stamp{At: at, Value: value})
		if l.o.Ran != nil {
			l.ran(p, t, at)
		}
	}
}
