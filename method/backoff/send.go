package backoff

import (
	"time"

	"whorl/method"
	"whorl/packet"
)

// send puts out the next packet of a flow.
func (m *Machine) send(out *method.Outbox, i int, which Probe, now time.Time) {
	f := &m.Flows[i]
	if which == SYN {
		f.ask(m.portBase+uint16(int(f.State)*(resyns+1)+f.SYNs), m.rand.Uint32())
	}
	seq := f.sndNxt
	switch {
	case which == SYN:
		seq = f.ISN
	case which != f.said():
	case f.tells > 0: // once more
		seq = f.ISN + 1
	default:
		f.advance(which, len(m.options.Request))
	}
	p := m.put(out, i, which, f.Port, seq, f.rcvNxt)
	switch {
	case which == SYN:
		p.TCP.Options = synOptions(p.Network, m.stamp(now))
	case which != RST && f.stamps:
		p.TCP.Options = stampOptions(m.stamp(now), f.echo)
	}
	if which == Request {
		p.Payload = m.options.Request
	}
	f.sent(which, now)
	m.Last = now
}

// stamp is our timestamp: milliseconds.
func (m *Machine) stamp(now time.Time) uint32 {
	return m.clock + uint32(now.Sub(m.First)/time.Millisecond)
}

// put fills in a packet of the flow.
func (m *Machine) put(out *method.Outbox, i int, which Probe, port uint16, seq, ack uint32) *packet.Packet {
	shape := &Probes[which]
	p := out.Put(method.Tag(i)*method.Tag(NumProbes) + method.Tag(which))
	p.Transport, p.Dst, p.TTL = packet.TCP, m.Target.Addr, 64
	if m.Target.Addr.Is6() {
		p.Network, p.IPv6.FlowLabel = packet.IPv6, m.label
	} else {
		p.Network, p.IPv4.DF, p.IPv4.ID = packet.IPv4, shape.DF, uint16(m.rand.Between(1, 65535))
	}
	p.TCP = packet.TCPHeader{SrcPort: port, DstPort: m.Target.Port, Seq: seq, Ack: ack, Flags: shape.Flags, Window: shape.Window}
	if shape.NoAck {
		p.TCP.Ack = 0
	}
	m.Packets++
	return p
}

// Sent corrects the times of a flow to when its packet really left.
func (m *Machine) Sent(tag method.Tag, at time.Time) {
	i, which := int(tag)/int(NumProbes), Probe(tag%method.Tag(NumProbes))
	if tag < 0 || i >= len(m.Flows) {
		return
	}
	switch f := &m.Flows[i]; {
	case which == SYN && f.Opened == nil:
		f.Asked = at
	case which == ACK && f.acks == 1:
		f.Acked = at
	case f.tells == 1 && which == f.said():
		f.Told = at
	}
	m.Last = later(m.Last, at)
}
