package watch

import (
	"time"

	"whorl/method/ipv6"
	"whorl/packet"
)

// classifier tells what a single packet shows of a tool. Cheap looks come first: of
// ordinary traffic next to nothing gets as far as a table.
type classifier struct {
	tcp   *tcpRows
	signs *signRows
}

func newClassifier() classifier { return classifier{newTCPRows(), newSignRows()} }

// classify gives the mark of a packet; ok is false if it has none.
func (c *classifier) classify(p *packet.Packet, at time.Time) (m mark, ok bool) {
	switch p.Transport {
	case packet.TCP:
		if !plain(p) {
			m, ok = c.classifyTCP(p, at)
		} else if len(p.Payload) > 0 {
			m, ok = classifyPayload(p.Payload)
		}
	case packet.UDP:
		m, ok = classifyUDP(p)
	case packet.ICMP:
		m, ok = classifyICMP(p)
	case packet.ICMPv6:
		m, ok = icmp6(p)
		if !ok && p.ICMP.Type == packet.ICMPv6EchoRequest {
			return mark{kind: &anyEcho}, true
		}
	}
	return m, ok
}

// plain reports whether a TCP packet is one of a connection: flags of its middle or end,
// and options that belong there. The window counts only where nothing else is, as scaled
// windows can be anything.
func plain(p *packet.Packet) bool {
	h := &p.TCP
	bare := len(h.Options) == 0 && len(p.Payload) == 0
	switch h.Flags {
	case packet.ACK, packet.FIN | packet.ACK:
		return !(bare && (h.Window == 1024 || h.Window == quesoWindow)) && (len(h.Options) == 0 || ofConnection(h.Options[0]))
	case packet.PSH | packet.ACK, packet.FIN | packet.PSH | packet.ACK, packet.RST, packet.RST | packet.ACK:
		return true
	}
	return false
}

// ofConnection reports whether options that begin with that kind can come after the
// handshake.
func ofConnection(kind byte) bool {
	switch kind {
	case packet.OptMSS, packet.OptWScale, packet.OptSACKOK:
		return false
	}
	return true
}

func (c *classifier) classifyTCP(p *packet.Packet, at time.Time) (m mark, ok bool) {
	if len(p.TCP.Options) > 0 && len(p.Payload) == 0 {
		if m, ok = c.tcp.find(p); ok {
			return c.check(m, p), true
		}
	}
	if m, ok = c.tcp.oddShape(p); ok {
		return m, true
	}
	return c.signs.find(p, at)
}

// check notes what else differs in a probe of Nmap's. Over IPv6 one without the flow
// label, which ours do not have, is altered.
func (c *classifier) check(m mark, p *packet.Packet) mark {
	m.signed = m.kind.signed(&p.TCP)
	const firstPort = 33000 // ports are drawn from that on
	lastTTL := uint8(59)    // and TTLs up to that
	if p.Network == packet.IPv6 {
		lastTTL = 64 // as ours
	}
	if p.TTL > lastTTL && !m.kind.ours {
		m.evasion |= evadesTTL
	}
	if p.TCP.SrcPort < firstPort && !m.kind.ours {
		m.evasion |= evadesPort
	}
	if m.kind.family == nmapIPv6 && !m.kind.ours && m.tier == exact && p.IPv6.FlowLabel != ipv6.FlowLabel {
		m.tier = altered
		m.evasion |= evadesLabel
	}
	return m
}
