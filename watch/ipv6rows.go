package watch

import (
	"bytes"
	"slices"

	"whorl/method/gen2"
	"whorl/packet"
)

// Marks of Nmap's probes over IPv6. Its TCP probes are those of the second generation
// over IPv4.
const (
	flowLabel = 0x12345 // of every probe
	echoID    = 0xabcd  // of the echo requests
)

// ipv6Order is how the probes go out over IPv6.
var ipv6Order = []string{"S1", "S2", "S3", "S4", "S5", "S6", "IE1", "IE2", "NS", "U1", "TECN", "T2", "T3", "T4", "T5", "T6", "T7"}

// ipv6TCP are the TCP probes in the order of their source ports, which is also that of
// their sequence numbers. Their acknowledgement fields are all different.
var ipv6TCP = []gen2.Probe{gen2.S1, gen2.S2, gen2.S3, gen2.S4, gen2.S5, gen2.S6,
	gen2.ECN, gen2.T2, gen2.T3, gen2.T4, gen2.T5, gen2.T6, gen2.T7}

func (r *tcpRows) ipv6() {
	for i, which := range ipv6TCP {
		s := gen2.Probes[which]
		s.Reserved = 0
		name := s.Name
		if which == gen2.ECN {
			name = "TECN"
		}
		at := place{order: orderOf(ipv6Order, name), port: uint16(i), seq: uint32(i), numbed: true}
		r.add(true, &s, []uint16{s.Window}, &kind{family: nmapIPv6, name: name, tool: nmap6Tool, points: pointsTCP, place: at})
	}
}

const nmap6Tool = "nmap -6 -O"

// Kinds of probes over IPv6 that are not TCP.
var (
	ipv6IE1 = kind{family: nmapIPv6, name: "IE1", tool: nmap6Tool, points: pointsTCP, place: place{order: orderOf(ipv6Order, "IE1")}}
	ipv6IE2 = kind{family: nmapIPv6, name: "IE2", tool: nmap6Tool, points: pointsTCP, place: place{order: orderOf(ipv6Order, "IE2")}}
	ipv6NS  = kind{family: nmapIPv6, name: "NS", tool: nmap6Tool, points: 1, place: place{order: orderOf(ipv6Order, "NS")}}
	ipv6U1  = kind{family: nmapIPv6, name: "U1", tool: nmap6Tool, points: pointsOther, place: place{order: orderOf(ipv6Order, "U1")}}
)

// Extension headers (IANA protocol numbers).
const (
	hopByHop     = 0
	routing      = 43
	destinations = 60
)

// wrongOrder is the chain of IE2, which no stack sends: a hop-by-hop header has to be the
// first (RFC 8200 section 4.1).
var wrongOrder = []byte{hopByHop, destinations, routing, hopByHop, packet.ProtoICMPv6}

// chain gives the next header fields of a packet, outermost first, into b.
func chain(p *packet.Packet, b []byte) []byte {
	next, rest := p.IPv6.NextHeader, p.IPv6.Extensions
	for {
		b = append(b, next)
		n := 0
		if len(rest) >= 8 {
			n = 8 + int(rest[1])*8
		}
		if n == 0 || n > len(rest) || len(b) == cap(b) {
			return b
		}
		next, rest = rest[0], rest[n:]
	}
}

// icmp6 tells which probe an ICMPv6 message is. Echo code 9 with its identifier and the
// wrong order of headers are enough for an exact one; without the flow label they are
// altered.
func icmp6(p *packet.Packet) (m mark, ok bool) {
	t := exact
	if p.IPv6.FlowLabel != flowLabel {
		t = altered
	}
	switch h := &p.ICMP; {
	case h.Type == packet.ICMPv6NeighborSol && t == exact && p.TTL == 255 && !p.Dst.IsMulticast() && len(p.Payload) == 16:
		return mark{kind: &ipv6NS}, true
	case h.Type != packet.ICMPv6EchoRequest:
		return m, false
	case p.IPv6.NextHeader == hopByHop && slices.Equal(chain(p, make([]byte, 0, 8)), wrongOrder):
		return mark{kind: &ipv6IE2, tier: t}, true
	case h.Code == 9:
		if h.ID() != echoID || len(p.Payload) != 120 || bytes.Count(p.Payload, []byte{0}) != 120 {
			t = altered
		}
		return mark{kind: &ipv6IE1, tier: t}, true
	}
	return m, false
}
