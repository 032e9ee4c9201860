package watch

import (
	"bytes"
	"slices"

	"whorl/method/ipv6"
	"whorl/method/survey"
	"whorl/packet"
)

// ipv6Order is how the probes go out over IPv6: the order of their table, without repeats.
var ipv6Order = func() (names []string) {
	for p := range ipv6.O1 {
		names = append(names, ipv6.Probes[p].Name)
	}
	return names
}()

// ipv6 adds the TCP probes over IPv6. Repeats have the headers of S1-S6 and numbers of
// their own. Nmap draws an acknowledgement field for each probe.
func (r *tcpRows) ipv6() {
	for p := range ipv6.NumProbes {
		s := &ipv6.Probes[p]
		if s.Proto != packet.TCP {
			continue
		}
		name := s.Name
		if p >= ipv6.O1 {
			name = ipv6.Probes[p-ipv6.O1].Name
		}
		at := place{order: orderOf(ipv6Order, name), port: s.PortPlus, seq: s.SeqPlus, numbed: true}
		r.add(true, s, []uint16{s.Window}, &kind{family: nmapIPv6, name: name, tool: nmap6Tool, points: pointsTCP, place: at})
	}
}

const nmap6Tool = "nmap -6 -O"

// Kinds of probes over IPv6 that are not TCP.
var (
	ipv6IE1 = kind{family: nmapIPv6, name: "IE1", tool: nmap6Tool, points: pointsTCP, place: place{order: orderOf(ipv6Order, "IE1")}}
	ipv6IE2 = kind{family: nmapIPv6, name: "IE2", tool: nmap6Tool, points: pointsTCP, place: place{order: orderOf(ipv6Order, "IE2")}}
	ipv6NS  = kind{family: nmapIPv6, name: "NS", tool: nmap6Tool, points: 1, place: place{order: orderOf(ipv6Order, "NS")}}
	ipv6U1  = kind{family: nmapIPv6, name: "U1", tool: nmap6Tool, points: pointsOther, place: place{order: orderOf(ipv6Order, "U1")}}
	ipv6ASK = kind{family: nmapIPv6, name: survey.Echo.Name, tool: ourTool, points: pointsLayout, ours: true}
)

// wrongOrder is the chain of IE2, which no stack sends: a hop-by-hop header has to be the
// first (RFC 8200 section 4.1).
var wrongOrder = []byte{packet.ExtHopByHop, packet.ExtDestination, packet.ExtRouting, packet.ExtHopByHop, packet.ProtoICMPv6}

// chain gives the next header fields of a packet, outermost first, into b as far as it has
// room.
func chain(p *packet.Packet, b []byte) []byte {
	next, rest := p.IPv6.NextHeader, p.IPv6.Extensions
	for {
		b = append(b, next)
		e, more, ok := packet.NextExtension(next, rest)
		if !ok || len(b) == cap(b) {
			return b
		}
		next, rest = e.Next, more
	}
}

// icmp6 tells which probe an ICMPv6 message is. Echo code 9 with its data and the wrong
// order of headers are enough for an exact one; without the flow label they are altered.
func icmp6(p *packet.Packet) (m mark, ok bool) {
	t := exact
	if p.IPv6.FlowLabel != ipv6.FlowLabel {
		t = altered
	}
	switch h := &p.ICMP; {
	case h.Type == packet.ICMPv6NeighborSol && t == exact && p.TTL == 255 && !p.Dst.IsMulticast() && len(p.Payload) == 16:
		return mark{kind: &ipv6NS}, true
	case h.Type != packet.ICMPv6EchoRequest:
		return m, false
	case p.IPv6.NextHeader == packet.ExtHopByHop && slices.Equal(chain(p, make([]byte, 0, 8)), wrongOrder):
		return mark{kind: &ipv6IE2, tier: t}, true
	case h.Code == 9:
		if n := ipv6.Probes[ipv6.IE1].DataLen; len(p.Payload) != n || bytes.Count(p.Payload, []byte{0}) != n {
			t = altered
		}
		return mark{kind: &ipv6IE1, tier: t}, true
	case len(p.Payload) == survey.Echo.DataLen && bytes.Count(p.Payload, []byte{survey.Echo.Fill}) == survey.Echo.DataLen:
		return mark{kind: &ipv6ASK}, true
	case h.Code == 0 && p.IPv6.FlowLabel == 0 && p.TTL <= 64 && len(p.Payload) == 8 && bytes.Count(p.Payload, []byte{0}) == 8:
		return mark{kind: &sweepEcho}, true
	}
	return m, false
}
