package seek

import (
	"bytes"
	"slices"
	"time"

	"whorl/method"
	"whorl/packet"
)

// Receive takes an answer.
func (m *Machine) Receive(p *packet.Packet, at time.Time) (mine bool) {
	if p.Network != m.network {
		return false
	}
	switch p.Transport {
	case packet.TCP:
		return p.Src == m.addr && m.receiveTCP(p, at)
	case icmp[m.network].transport:
		if p.ICMP.Type == icmp[m.network].reply {
			if p.Src != m.addr || p.ICMP.ID() != m.echo {
				return false
			}
			m.answered(m.find(0, false), int(p.ICMP.Seq()), at)
			m.isUp("echo-reply")
			return true
		}
		return m.receiveError(p, at)
	}
	return false
}

func (m *Machine) receiveTCP(p *packet.Packet, at time.Time) bool {
	try := int(p.TCP.DstPort-m.base) + 1
	if try < 1 || try > m.o.Tries+lossTries {
		return false
	}
	// The reset that answers our ACK has the number of it as its sequence number;
	// the one that answers a SYN acknowledges that SYN.
	if i := m.find(p.TCP.SrcPort, true); i >= 0 && p.TCP.Flags.Has(packet.RST) && p.TCP.Seq == m.seq {
		m.answered(i, try, at)
		m.isUp("reset")
		return true
	}
	i := m.find(p.TCP.SrcPort, false)
	s, ok := m.judge(&p.TCP)
	if i < 0 || !ok {
		return false
	}
	pr := &m.probes[i]
	if pr.heard { // a duplicate, or a second opinion that comes too late
		return true
	}
	pr.heard = true
	if pr.done {
		m.revise(pr.port)
	}
	s.TTL = p.TTL
	m.answered(i, try, at)
	m.isUp(s.Reason)
	m.note(s)
	if s.Open && (m.SYNACK == nil || s.Port == m.OpenTCP) {
		m.SYNACK = headers(p)
	}
	return true
}

// maxHeaders is room for most headers of IP and TCP with their options, bytes.
const maxHeaders = 100

// headers is a packet without its data, from the IP header on; nil if it cannot be written
// again, as with options that do not end where the header does.
func headers(p *packet.Packet) []byte {
	var room [maxHeaders]byte
	q := *p
	q.Link, q.Payload = packet.Raw, nil
	raw, err := q.Append(room[:0])
	if err != nil {
		return nil
	}
	return bytes.Clone(raw)
}

// revise takes back what was noted of a port that had been given up, or that an error
// was about: what the host itself says counts more, even late.
func (m *Machine) revise(port uint16) {
	n := len(m.Ports)
	m.Ports = slices.DeleteFunc(m.Ports, func(s State) bool { return s.Port == port })
	if len(m.Ports) == n {
		m.Silent--
	}
}

// judge tells what an answer to a SYN means. Numbers that do not belong to the
// SYN are not believed.
func (m *Machine) judge(h *packet.TCPHeader) (s State, ok bool) {
	s.Port = h.SrcPort
	switch {
	case h.Flags.Has(packet.RST):
		s.Closed, s.Reason = true, "reset"
		return s, !h.Flags.Has(packet.ACK) || h.Ack == m.seq+1 || h.Ack == m.seq
	case h.Flags.Has(packet.SYN | packet.ACK):
		s.Open, s.Reason = true, "syn-ack"
		return s, h.Ack == m.seq+1
	}
	return s, false
}

// receiveError takes an ICMP error about one of the probes, from whomever.
func (m *Machine) receiveError(p *packet.Packet, at time.Time) bool {
	var q packet.Packet
	kinds := &icmp[m.network]
	if p.ICMP.Type != kinds.unreachable || !p.Quoted(&q) || q.Dst != m.addr || q.Transport != packet.TCP {
		return false
	}
	ack := q.TCP.Seq == 0
	if try := int(q.TCP.SrcPort-m.base) + 1; try < 1 || try > m.o.Tries+lossTries || !ack && q.TCP.Seq != m.seq {
		return false
	}
	i := m.find(q.TCP.DstPort, ack)
	if i < 0 || m.probes[i].done {
		return i >= 0
	}
	m.probes[i].done = true
	reason := kinds.reason(p.ICMP.Code)
	if p.Src == m.addr {
		m.isUp(reason)
	}
	if !ack {
		m.Ports = append(m.Ports, State{Port: q.TCP.DstPort, TTL: p.TTL, Reason: reason})
	}
	return true
}

// find is the probe that was sent to that port, or -1.
func (m *Machine) find(port uint16, ack bool) int {
	n, ok := m.index[port]
	i := int(n)
	if ack {
		i = slices.IndexFunc(m.probes[:min(len(m.probes), 3)], func(p probe) bool { return p.ack && p.port == port })
		ok = i >= 0
	}
	if !ok || m.probes[i].sends == 0 {
		return -1
	}
	return i
}

func (m *Machine) answered(i, try int, at time.Time) {
	if i < 0 {
		return
	}
	p := &m.probes[i]
	if !p.done && int(p.sends) == try {
		m.RTT.Add(at.Sub(m.began) - p.sent)
		if try == 1 {
			m.window = min(m.window+1, maxWindow)
		} else { // the first one was lost
			m.window = max(m.window/2, leastWindow)
		}
	}
	p.done = true
}

// isUp notes the first sign of life. What is still unanswered of the questions
// that only asked for one no longer matters.
func (m *Machine) isUp(reason string) {
	if m.Up {
		return
	}
	m.Up, m.Reason = true, reason
	for i := range m.probes {
		if p := &m.probes[i]; p.port == 0 || p.ack {
			p.done = true
		}
	}
}

// note files an answer.
func (m *Machine) note(s State) {
	m.Ports = append(m.Ports, s)
	if s.Closed {
		m.resets++
	}
	m.choose(len(m.Ports) - 1)
}

// choose looks whether answer n is of a port that serves. The first open port shows how
// far away the host is, so the resets that came before it are judged again.
func (m *Machine) choose(n int) {
	s := m.Ports[n]
	if s.Open && m.OpenTCP == 0 && s.Port != m.spare {
		m.OpenTCP, m.openTTL = s.Port, s.TTL
		m.ClosedKnown, n = false, 0
	}
	for i := n; i < len(m.Ports); i++ {
		c := &m.Ports[i]
		if !c.Closed {
			continue
		}
		c.Forged = m.foreign(c.TTL)
		if c.Port != m.spare && (!m.ClosedKnown || m.closedForged && !c.Forged) {
			m.ClosedTCP, m.ClosedKnown, m.closedForged = c.Port, true, c.Forged
		}
	}
}

// useSpare lets the port of the sign of life serve after all. Those that the user named
// come first: another port of the address may be another machine.
func (m *Machine) useSpare() {
	port := m.spare
	m.spare = 0
	if i := slices.IndexFunc(m.Ports, func(s State) bool { return s.Port == port }); i >= 0 {
		m.choose(i)
	}
}

// foreign reports whether a reset with that TTL comes from another distance than
// the first SYN-ACK. Answers of one host come from one distance, whatever initial
// TTL its stack gives each kind of packet.
func (m *Machine) foreign(ttl uint8) bool {
	return m.OpenTCP != 0 && method.GuessTTL(m.openTTL)-m.openTTL != method.GuessTTL(ttl)-ttl
}
