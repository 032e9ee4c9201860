package survey

import (
	"bytes"
	"net/netip"
	"slices"
	"time"

	"whorl/method"
	"whorl/packet"
)

// Replay finds surveys in a capture. Give it all packets in order of time with Add; of a
// host that was surveyed twice it keeps the first.
type Replay struct{ talks method.Talks[Exchange] }

// Full reports whether there was more than is kept, so that exchanges may be missing.
func (r *Replay) Full() bool { return r.talks.Full() }

// Add takes a packet of a survey, and reports whether it was one.
func (r *Replay) Add(p *packet.Packet, at time.Time) (mine bool) {
	if looksAsked(p) {
		return r.asked(p, at)
	}
	e := r.talks.Of(method.Answering(p))
	return e != nil && e.file(p, at)
}

// Of is the survey of a host; nil if there is none.
func (r *Replay) Of(host netip.Addr) *Exchange { return r.talks.First(host) }

// looksAsked reports whether a packet has the shape of one of ours.
func looksAsked(p *packet.Packet) bool {
	switch p.Transport {
	case packet.TCP:
		h := &p.TCP
		return h.Flags == SYN.Flags && h.SrcPort >= lowestPort && h.SrcPort < highestPort && h.Window == SYN.Window &&
			(p.Network == packet.IPv6 || p.IPv4.DF == SYN.DF) && bytes.Equal(h.Options, SYN.Options)
	case packet.ICMP:
		return p.ICMP.Type == packet.ICMPEchoRequest && !p.IPv4.DF && looksEcho(p)
	case packet.ICMPv6:
		return p.ICMP.Type == packet.ICMPv6EchoRequest && looksEcho(p)
	}
	return false
}

// looksEcho reports whether an echo request has the numbers and the data of ours.
func looksEcho(p *packet.Packet) bool {
	return p.TOS == 0 && int(p.ICMP.Seq()) < MaxPackets &&
		len(p.Payload) == Echo.DataLen && bytes.Count(p.Payload, []byte{Echo.Fill}) == Echo.DataLen
}

// asked notes a packet that a prober sent. Packets come in the order of their slots; with
// one that is missing the survey ends.
func (r *Replay) asked(p *packet.Packet, at time.Time) (mine bool) {
	e := r.talks.Of(method.Asking(p))
	if e == nil {
		e = &Exchange{Target: Target{Addr: p.Dst}, First: at, Numbers: Numbers{PortBase: p.TCP.SrcPort, Seq: p.TCP.Seq}}
		if p.Transport != packet.TCP || !r.talks.Begin(method.Asking(p), e) {
			return false
		}
	}
	n, port := e.Packets, uint16(echo)
	switch {
	case n == MaxPackets:
		return false
	case p.Transport == packet.TCP:
		port = p.TCP.DstPort
		if p.TCP.Seq != e.Numbers.Seq || int(p.TCP.SrcPort) != int(e.Numbers.PortBase)+n {
			return false
		}
	case int(p.ICMP.Seq()) != n:
		return false
	case !slices.ContainsFunc(e.Slots, func(s Slot) bool { return s.Port == echo }):
		e.Numbers.EchoID = p.ICMP.ID()
	case p.ICMP.ID() != e.Numbers.EchoID:
		return false
	}
	e.Slots = append(e.Slots, Slot{Port: port, Sent: at.Sub(e.First)})
	e.Packets++
	e.Last = at
	return true
}
