package backoff

import (
	"time"

	"whorl/packet"
)

// Receive files a packet. A RST of our own address on a flow makes it invalid.
func (m *Machine) Receive(p *packet.Packet, at time.Time) (mine bool) {
	switch {
	case p.Transport == packet.ICMP || p.Transport == packet.ICMPv6:
		return m.icmp(p, at)
	case p.Transport != packet.TCP:
		return false
	case p.Dst == m.Target.Addr && p.TCP.DstPort == m.Target.Port:
		f := m.flow(p.TCP.SrcPort)
		if f == nil || f.over() || !p.TCP.Flags.Has(packet.RST) {
			return false
		}
		f.Invalid, f.reset = true, true
		f.stop(at, "our own kernel reset the connection; use a source address that it does not own")
	case p.Src == m.Target.Addr && p.TCP.SrcPort == m.Target.Port:
		f := m.flow(p.TCP.DstPort)
		if f == nil {
			if f = m.late(&p.TCP); f == nil {
				return false
			}
		}
		if f.Port == p.TCP.DstPort && f.receive(p, at) {
			m.news = true
		}
	default:
		return false
	}
	m.Last = later(m.Last, at)
	return true
}

// icmp files an error about a flow.
func (m *Machine) icmp(p *packet.Packet, at time.Time) (mine bool) {
	var q packet.Packet
	if !p.Quoted(&q) || q.Transport != packet.TCP || q.Dst != m.Target.Addr || q.TCP.DstPort != m.Target.Port {
		return false
	}
	f := m.flow(q.TCP.SrcPort)
	if f == nil {
		return false
	}
	if !f.over() {
		f.ended(Error, Segment{At: at, TTL: p.TTL, IPID: p.IPv4.ID}, "a router says that the host cannot be reached")
		m.news = true
	}
	m.Last = later(m.Last, at)
	return true
}

// flow finds the flow of a source port.
func (m *Machine) flow(port uint16) *Flow {
	for i := range m.Flows {
		if f := &m.Flows[i]; f.SYNs > 0 && f.Port == port {
			return f
		}
	}
	return nil
}

// late finds the flow of a SYN that was given up. If that is answered after all, it is
// the one that counts, unless a later one was answered before; then it is reset.
func (m *Machine) late(h *packet.TCPHeader) *Flow {
	for i := range m.Flows {
		f := &m.Flows[i]
		for j := range f.stale {
			s := &f.stale[j]
			if s.port != h.DstPort {
				continue
			}
			answer := h.Flags.Has(packet.SYN|packet.ACK) && h.Ack == s.isn+1
			switch {
			case answer && f.Opened == nil && !f.over():
				f.swap(s)
			case answer && !s.due:
				s.due = f.spend()
			}
			return f
		}
	}
	return nil
}
