package watch

import (
	"bytes"
	"slices"
	"time"

	"whorl"
	"whorl/method"
	"whorl/method/gen2"
	"whorl/method/ipv6"
	"whorl/packet"
)

// observe6 measures the packets of a talk over IPv6. share is that of the probes that were
// answered.
func (t *talk) observe6(h *whorl.Host) (share float64) {
	e := t.exchange6()
	if e.Answered() == 0 {
		return 0
	}
	info := gen2.ScanInfo{Version: "whorl", OpenTCP: e.Target.OpenTCP, Private: h.Addr.IsPrivate(), Distance: -1, Time: e.Last.UTC()}
	if port, ok := e.ClosedTCP(); ok {
		info.ClosedTCP = port
	}
	if e.Slots[ipv6.U1].Reply != nil {
		info.ClosedUDP = e.Target.ClosedUDP
	}
	if n, ok := e.Distance(); ok {
		h.Distance = &whorl.Hops{Count: n, Method: whorl.DistanceICMP}
		info.Distance, info.DistanceMethod = n, string(whorl.DistanceICMP)
	}
	print := e.Print()
	print.Scan = ipv6.Scan(info)
	h.Observations = append(h.Observations, whorl.Observation{Method: "ipv6", Print: print.String(),
		Conditions: whorl.Conditions{At: e.First, Sent: e.Packets, Answered: e.Answered(), Probes: e.Asked(), RTT: e.RTT.Smoothed}})
	return float64(e.Answered()) / float64(e.Asked())
}

// exchange6 gives the exchange that the packets of a talk are.
func (t *talk) exchange6() *ipv6.Exchange {
	m, acks := &ipv6.Machine{}, map[uint16]uint32{}
	m.Target.Addr = t.target
	for _, k := range t.kept {
		switch {
		case k.p.Src != t.source:
			q := *k.p
			if ack, ok := acks[q.TCP.DstPort]; ok && q.Transport == packet.TCP && q.TCP.Seq == ack {
				q.TCP.Seq = m.Numbers.Ack // Nmap's probes have each its own; ours share one
			}
			m.Receive(&q, k.at)
		case recognise6(&m.Exchange, k.p, k.at) && k.p.Transport == packet.TCP:
			acks[k.p.TCP.SrcPort] = k.p.TCP.Ack
		}
	}
	return &m.Exchange
}

// recognise6 files a probe in an exchange that it belongs to, or begins.
func recognise6(e *ipv6.Exchange, p *packet.Packet, at time.Time) (ok bool) {
	for which := range ipv6.NumProbes {
		if s := &ipv6.Probes[which]; looks6(s, p) && numbered6(e, s, p) {
			slot := &e.Slots[which]
			slot.Sends++
			slot.Sent = at
			if e.Packets == 0 {
				e.First = at
			}
			e.Packets++
			e.Last = at
			return true
		}
	}
	return false
}

// looks6 reports whether a packet has the shape of a probe.
func looks6(s *method.Shape, p *packet.Packet) bool {
	switch {
	case s.Proto == packet.TCP:
		h := &p.TCP
		return p.Transport == packet.TCP && h.Flags == s.Flags && h.Window == s.Window && bytes.Equal(h.Options, s.Options)
	case s.Proto == packet.UDP:
		return p.Transport == packet.UDP && len(p.Payload) == s.DataLen
	case p.Transport != packet.ICMPv6:
		return false
	case s.Solicit:
		return p.ICMP.Type == packet.ICMPv6NeighborSol
	}
	return p.ICMP.Type == packet.ICMPv6EchoRequest && p.ICMP.Code == s.Code && slices.Equal(p.IPv6.Extensions, s.Extensions)
}

// numbered6 takes numbers and ports of an exchange from a probe of that shape, unless it
// has others.
func numbered6(e *ipv6.Exchange, s *method.Shape, p *packet.Packet) bool {
	n, t := &e.Numbers, &e.Target
	switch s.Proto {
	case packet.UDP:
		n.UDPPort, t.ClosedUDP = p.UDP.SrcPort, p.UDP.DstPort
	case packet.ICMP:
		if !s.Solicit {
			n.EchoID = p.ICMP.ID()
		}
		if s.Name == ipv6.Probes[ipv6.IE2].Name { // its error quotes the hop limit
			n.HopLimit = p.TTL
		}
	case packet.TCP:
		base, seq := p.TCP.SrcPort-s.PortPlus, p.TCP.Seq-s.SeqPlus
		if n.PortBase == 0 {
			n.PortBase, n.Seq, n.Ack = base, seq, p.TCP.Ack
		}
		if base != n.PortBase || seq != n.Seq {
			return false
		}
		if s.To == method.ToOpenTCP {
			t.OpenTCP = p.TCP.DstPort
		} else {
			t.ClosedTCP = p.TCP.DstPort
		}
	}
	return true
}
