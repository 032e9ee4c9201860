package ipv6

import (
	"hash/crc32"
	"time"

	"whorl/method/gen2"
	"whorl/packet"
)

// view is what measuring looks at, of an exchange or of a text, which tells less.
type view struct {
	target  gen2.Target
	first   time.Time
	asked   [NumProbes]bool           // silence of it means something
	sent    [NumProbes]time.Duration  // after first
	replies [NumProbes]*packet.Packet // nil: none, or no segment to a TCP probe

	seq, ack uint32            // Q and K; 0: not known
	acks     [NumProbes]uint32 // what the probe of each had in place of K
	hops     int               // 0: not known
	udpSum   uint16            // checksum of U1 as it left; 0: not known
}

// view is that of the exchange.
func (e *Exchange) view() *view {
	t := &e.Target
	v := &view{first: e.First, seq: e.Numbers.Seq, ack: e.Numbers.Ack}
	v.target = gen2.Target{Addr: t.Addr, OpenTCP: t.OpenTCP, ClosedTCP: t.ClosedTCP, ClosedUDP: t.ClosedUDP, Local: t.Local, Direct: t.Direct}
	_, v.target.ClosedKnown = e.ClosedTCP()
	if hops, ok := e.Distance(); ok {
		v.hops = hops
	}
	for p := range NumProbes {
		slot := &e.Slots[p]
		v.asked[p], v.sent[p], v.acks[p] = slot.Sends > 0, slot.Sent.Sub(e.First), e.draws(p).ack
		v.take(p, slot.Reply.decode())
	}
	if r := v.replies[U1]; r != nil {
		v.udpSum = e.udpChecksum(r)
	}
	return v
}

// take notes an answer if it is one that the probe's test is about: a segment, or a message
// of ICMPv6. A datagram that answers U1 says that the port is open, and nothing of errors.
func (v *view) take(which Probe, p *packet.Packet) {
	want := packet.ICMPv6
	if Probes[which].Proto == packet.TCP {
		want = packet.TCP
	}
	switch {
	case p == nil:
	case p.Transport == want:
		v.replies[which] = p
	case p.Transport == packet.UDP:
		v.asked[which] = false
	}
}

// udpChecksum is the checksum that U1 left with, of which r is the answer.
func (e *Exchange) udpChecksum(r *packet.Packet) uint16 {
	p, back := packet.Packet{Link: packet.Raw, Src: r.Dst}, packet.Packet{}
	e.Packet(U1, &p)
	raw, err := p.Append(nil)
	if err != nil {
		return 0
	}
	back.Decode(packet.Raw, raw)
	return back.UDP.Checksum
}

// firstOf is the answer to one of S1-S6, or else to its repeat.
func (v *view) firstOf(which Probe) *packet.Packet {
	if r := v.replies[which]; r != nil {
		return r
	}
	return v.replies[which+O1]
}

// Gen2 is the exchange as one of the second generation over IPv4 that has brought the
// same segments: for ISNs, clocks, and all else that TCP alone decides. IP IDs are zero in
// it and say nothing, and it has no errors and no echo replies.
func (e *Exchange) Gen2() *gen2.Exchange { return e.view().gen2() }

func (v *view) gen2() *gen2.Exchange {
	x := &gen2.Exchange{Target: v.target, First: v.first}
	x.Numbers.Seq, x.Numbers.Ack = v.seq, v.ack
	for p := range NumProbes {
		if Probes[p].Proto != packet.TCP || !v.asked[p] {
			continue
		}
		slot := &x.Slots[alike[p]]
		slot.Sends, slot.Sent = 1, v.sent[p]
		if r := v.replies[p]; r != nil {
			slot.Reply = asGen2(r, Probes[p].SeqPlus-gen2.Probes[alike[p]].SeqPlus)
			if p >= T2 && p <= T7 && r.TCP.Seq != 0 {
				slot.Reply.Seq += v.ack - v.acks[p] // as if the probe had had K
			}
		}
	}
	return x
}

// asGen2 is a segment as the second generation keeps it. Its probes mostly have the same
// sequence number, and these have one that is plus more; an acknowledgement of zero is
// not of any.
func asGen2(p *packet.Packet, plus uint32) *gen2.Reply {
	h := &p.TCP
	r := &gen2.Reply{
		TTL: p.TTL, Seq: h.Seq, Ack: h.Ack, Flags: h.Flags, Reserved: h.Reserved, Window: h.Window, Urgent: h.Urgent,
		Options: gen2.NewRawOptions(h.Options), DataCRC: crc32.ChecksumIEEE(p.Payload),
	}
	if r.Ack != 0 && r.Ack != plus {
		r.Ack -= plus
	}
	return r
}
