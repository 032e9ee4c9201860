package deep

import (
	"slices"
	"time"

	"whorl/method"
	"whorl/packet"
)

// L1-L17 are empty datagrams to a closed port: seven at once, and after each of two pauses
// five more. Linux lets six errors to a peer go at once, then one each period, which is
// 100 ms since 6.18.15 (measured), and before that followed from the length of the prefix
// by which it routes to the peer: 250 ms for a /64, 60 ms for a default route.
const (
	LimitPackets = 17 // L1-L17

	limitBurst = 7
	limitLot   = 5
	limitPause = 330 * time.Millisecond // three periods of the new limit and a third of one
	limitSlack = 20 * time.Millisecond  // how late a lot may leave, and how long it may take
)

// lots are the first probes of the burst and of what follows it, and one behind the last.
var lots = [...]Probe{L1, L1 + limitBurst, L1 + limitBurst + limitLot, NumProbes}

// limit is BU6.
func (e *Exchange) limit() (l method.Line, ok bool) {
	if e.network() != packet.IPv6 {
		return l, false
	}
	n, sent := e.errors(L1, lots[1]-1)
	if !sent || n == 0 || e.late(L1, lots[1]-1, 0) {
		return l, false
	}
	l.Test = "BU6"
	l.Set("N", hex(n))
	n, sent = e.errors(lots[1], NumProbes-1)
	for i, first := range lots[1 : len(lots)-1] {
		sent = sent && !e.late(lots[i], first, limitPause) && !e.late(first, lots[i+2]-1, 0)
	}
	if sent && !e.held() {
		l.Set("L", hex(n))
	}
	return l, true
}

// held reports whether some answers took longer than others, so that the datagrams arrived
// otherwise than they left. There is an answer at least.
func (e *Exchange) held() bool {
	var took []time.Duration
	for _, s := range e.Slots[L1:] {
		if s.Reply != nil {
			took = append(took, s.Reply.At.Sub(s.Sent))
		}
	}
	return slices.Max(took)-slices.Min(took) > limitSlack
}

// late reports whether a probe left otherwise than so long after another.
func (e *Exchange) late(from, which Probe, after time.Duration) bool {
	off := e.Slots[which].Sent.Sub(e.Slots[from].Sent) - after
	return off < 0 || off > limitSlack
}

// errors counts the answers to some probes. It is not ok unless all of them were sent.
func (e *Exchange) errors(first, last Probe) (n uint32, ok bool) {
	for which := first; which <= last; which++ {
		if e.Slots[which].Sends == 0 {
			return 0, false
		}
		if e.Slots[which].Reply != nil {
			n++
		}
	}
	return n, true
}

// unreachable tells which datagram a port unreachable is about.
func (e *Exchange) unreachable(p *packet.Packet) (which Probe, ok bool) {
	var q packet.Packet
	if p.Src != e.Target.Addr || !p.Quoted(&q) || q.Transport != packet.UDP || q.Dst != p.Src || q.UDP.DstPort != e.Target.ClosedUDP {
		return 0, false
	}
	first, end := Q1, L1
	if p.Network == packet.IPv6 {
		first, end = L1, NumProbes
	}
	n := q.UDP.SrcPort - e.Numbers.PortBase
	if n >= uint16(end-first) {
		return 0, false
	}
	return first + Probe(n), true
}
