package survey

import (
	"time"

	"whorl/method"
	"whorl/packet"
)

// Waits for answers to the last packets.
const (
	settle      = 100 * time.Millisecond // at least
	settleBlind = time.Second            // while no round trip is known
)

var _ method.Machine = (*Machine)(nil)

// Machine sends the packets to one host and files the answers. It is done after half a
// second and a few round trips.
type Machine struct {
	Exchange
	rand method.Stream
	gap  time.Duration // between two packets
	last time.Duration // when the last packet left, after First
}

// NewMachine prepares an exchange. The stream gives its numbers. RTT may be set from
// earlier exchanges.
func NewMachine(t Target, s method.Stream) *Machine {
	t.Open, t.Closed = t.Open[:min(len(t.Open), MaxOpen)], t.Closed[:min(len(t.Closed), MaxClosed)]
	m := &Machine{rand: s}
	m.Target = t
	m.Target.Addr = t.Addr.WithZone("") // packets tell no zone
	m.Numbers = NewNumbers(&m.rand)
	order := schedule(t.Open, t.Closed)
	m.Slots = make([]Slot, len(order))
	for i, port := range order {
		m.Slots[i].Port = port
	}
	m.gap = max(span/time.Duration(len(order)), gap)
	return m
}

// Poll sends the packet that is due.
func (m *Machine) Poll(now time.Time, out *method.Outbox) (wake time.Time) {
	if m.Packets == 0 {
		m.First = now
	}
	gone := now.Sub(m.First)
	if m.Packets < len(m.Slots) {
		if due := m.last + m.gap; m.Packets > 0 && gone < due {
			return m.First.Add(due)
		}
		m.send(gone, out)
		return now.Add(m.gap)
	}
	if end := m.last + m.RTT.Patience(settle, settleBlind); m.Answered() < len(m.Slots) && gone < end {
		return m.First.Add(end)
	}
	return time.Time{}
}

func (m *Machine) send(now time.Duration, out *method.Outbox) {
	n := m.Packets
	p := out.Put(method.Tag(n))
	m.packet(n, p, uint16(m.rand.Between(1, 65535)), uint8(m.rand.Between(37, 59)))
	m.Slots[n].Sent = now
	m.Packets++
	m.last, m.Last = now, m.First.Add(now)
}

// Sent corrects the time of a packet to when it really left.
func (m *Machine) Sent(tag method.Tag, at time.Time) {
	if tag < 0 || int(tag) >= m.Packets {
		return
	}
	if tag == 0 {
		m.First = at
	}
	m.Slots[tag].Sent = at.Sub(m.First)
	m.last, m.Last = m.Slots[tag].Sent, at
}

// Receive files an answer; of several to one packet the first.
func (m *Machine) Receive(p *packet.Packet, at time.Time) (mine bool) { return m.file(p, at) }
