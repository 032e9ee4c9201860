package watch

import (
	"bytes"
	"time"

	"whorl/method/deep"
	"whorl/method/gen2"
	"whorl/method/ipv6"
	"whorl/method/survey"
	"whorl/packet"
)

// Probes of Nmap's second generation, and ours, that are not TCP.
var (
	kindU1  = kind{family: nmap, name: "U1", tool: "nmap -O", points: pointsOther, place: place{order: orderOf(gen2Order, "U1")}}
	kindIE1 = kind{family: nmap, name: "IE1", tool: "nmap -O", points: pointsOther, place: place{order: orderOf(gen2Order, "IE1")}}
	kindIE2 = kind{family: nmap, name: "IE2", tool: "nmap -O", points: pointsOther, place: place{order: orderOf(gen2Order, "IE2"), port: 1}}
	kindPU  = kind{family: nmapFirst, name: "PU", tool: nmap1Tool, points: pointsLayout, place: place{order: orderOf(gen1Order, "PU")}}
	kindQ1  = kind{family: nmap, name: "Q1", tool: ourTool, points: pointsOther, ours: true}
	kindEC  = kind{family: nmap, name: "EC", tool: ourTool, points: pointsOther, ours: true}
	kindASK = kind{family: nmap, name: survey.Echo.Name, tool: ourTool, points: pointsLayout, ours: true}
)

// Those of other tools.
var (
	xprobeEcho  = kind{family: xprobe, name: "echo code 123", tool: "xprobe2", points: sure}
	xprobeStamp = kind{family: xprobe, name: "timestamp request", tool: "xprobe2", points: 2}
	xprobeInfo  = kind{family: xprobe, name: "information request", tool: "xprobe2", points: 3}
	xprobeMask  = kind{family: xprobe, name: "address mask request", tool: "xprobe2", points: 3}
	xprobeDNS   = kind{family: xprobe, name: "DNS answer", tool: "xprobe2", points: 6}
	zmapEcho    = kind{family: massScan, name: "echo", tool: "zmap", points: pointsTwo, spread: fewPorts}
	sweepEcho   = kind{family: massScan, name: "echo", tool: ourTool, spread: fewPorts, ours: true}
	anyEcho     = kind{family: discovery, name: "echo", spread: manyHosts}
	emptyEcho   = kind{family: discovery, name: "echo without data", tool: "nmap -sn", points: 2, spread: fewPorts}
	nmapUDP     = kind{family: portScan, name: "UDP without data", tool: "nmap -sU", spread: fewPorts}
	emptyUDP    = kind{family: portScan, name: "UDP without data", spread: manyPorts}
	anyStamp    = kind{family: discovery, name: "timestamp request", tool: "nmap -sn", points: 4, spread: fewPorts}
)

// lengthUDP is the length of the data that an IP packet holds after a UDP header, however
// little of it was captured. Options of IP and extension headers are not foreseen.
func lengthUDP(p *packet.Packet) int { return int(p.UDP.Length) - 8 }

func classifyUDP(p *packet.Packet) (m mark, ok bool) {
	n := lengthUDP(p)
	switch {
	case isXprobeDNS(p):
		return mark{kind: &xprobeDNS}, true
	case n == 0 && randomTTL(p, time.Time{}):
		return mark{kind: &nmapUDP}, true
	case n == 0:
		return mark{kind: &emptyUDP}, true
	case n != gen2.Probes[gen2.U1].DataLen && n != deep.Probes[deep.Q1].DataLen, len(p.Payload) == 0:
		return m, false
	}
	fill := p.Payload[0]
	if bytes.Count(p.Payload, p.Payload[:1]) != len(p.Payload) {
		return m, false
	}
	u1 := &gen2.Probes[gen2.U1]
	switch {
	case n != u1.DataLen:
		return mark{kind: &kindQ1}, fill == deep.Probes[deep.Q1].Fill
	case p.Network == packet.IPv6:
		m = mark{kind: &ipv6U1, tier: altered}
		if fill == u1.Fill && p.IPv6.FlowLabel == ipv6.FlowLabel {
			m.tier = exact
		}
		return m, true
	case fill == u1.Fill && p.IPv4.ID == u1.IPID:
		return mark{kind: &kindU1}, true
	case fill == u1.Fill:
		return mark{kind: &kindU1, tier: altered}, true
	case fill >= firstFill && fill <= lastFill:
		return mark{kind: &kindPU}, true
	}
	return mark{kind: &kindU1, tier: altered, evasion: evadesPayload}, true
}

// The data of the first generation's PU are one byte from firstFill to lastFill, as
// package gen1 draws it.
const (
	firstFill = 65
	lastFill  = 124
)

func classifyICMP(p *packet.Packet) (m mark, ok bool) {
	switch p.ICMP.Type {
	case packet.ICMPEchoRequest:
		return classifyEcho(p)
	case 13: // timestamp request
		return mark{kind: &anyStamp, also: &xprobeStamp}, true
	case 15: // information request
		return mark{kind: &xprobeInfo}, true
	case 17: // address mask request
		return mark{kind: &xprobeMask}, true
	}
	return m, false
}

func classifyEcho(p *packet.Packet) (m mark, ok bool) {
	h, n := &p.ICMP, len(p.Payload)
	zero := bytes.Count(p.Payload, []byte{0}) == n
	ie1, ie2, ec := &gen2.Probes[gen2.IE1], &gen2.Probes[gen2.IE2], &deep.Probes[deep.EC]
	filled := func(c byte, want int) bool { return n == want && bytes.Count(p.Payload, []byte{c}) == n }
	switch {
	case h.Code == 123:
		return mark{kind: &xprobeEcho}, true
	case h.Code == ie1.Code && p.IPv4.DF == ie1.DF && zero && n == ie1.DataLen:
		return mark{kind: &kindIE1}, true
	case h.Code == ie1.Code:
		return mark{kind: &kindIE1, tier: altered, evasion: evadesPayload}, true
	case p.TOS == ie2.TOS && zero && n == ie2.DataLen:
		m = mark{kind: &kindIE2}
		if h.Seq() != ie2.Seq {
			m.tier = altered
		}
		return m, true
	case zero && (n == ie1.DataLen && h.Seq() == ie1.Seq || n == ie2.DataLen && h.Seq() == ie2.Seq):
		return mark{kind: &kindIE2, tier: altered}, true
	case p.TOS == ec.TOS && p.IPv4.ID == ec.IPID && filled(ec.Fill, ec.DataLen):
		return mark{kind: &kindEC}, true
	case filled(survey.Echo.Fill, survey.Echo.DataLen):
		return mark{kind: &kindASK}, true
	case p.IPv4.ID == zmapID && zero && n == 12:
		return mark{kind: &zmapEcho}, true
	case p.IPv4.DF && zero && n == 8 && p.TTL <= 64:
		return mark{kind: &sweepEcho}, true
	case n == 0:
		return mark{kind: &emptyEcho}, true
	}
	return mark{kind: &anyEcho}, true
}
