package deep

import (
	"time"

	"whorl/method"
	"whorl/packet"
)

// Timing of a machine.
const (
	retryFloor = 300 * time.Millisecond // a probe is not repeated sooner, however short the round trip
	retryBlind = time.Second            // ... and this while no round trip is known
	settle     = 100 * time.Millisecond // least wait for answers to the last packets
	tries      = 2                      // sends of a probe that is not answered
)

// Options of a machine.
type Options struct {
	Burst bool // send B1-B6 and L1-L17 too; Q1 is always sent
}

var _ method.Machine = (*Machine)(nil)

// Machine sends the probes to one host and files the answers. On a short path it is done
// after less than a second, or over IPv6 after one and a half.
type Machine struct {
	Exchange
	options Options
	rand    method.Stream
	next    Probe     // of the round: the number of its turn
	last    time.Time // when the last packet left
}

// NewMachine prepares an exchange. The stream gives its numbers. RTT may be set from
// earlier exchanges.
func NewMachine(t Target, s method.Stream, o Options) *Machine {
	t.Addr = t.Addr.WithZone("") // packets tell no zone
	m := &Machine{Exchange: newExchange(t), options: o, rand: s}
	m.Numbers = NewNumbers(&m.rand)
	return m
}

// Poll sends what is due: one packet, or those that belong together.
func (m *Machine) Poll(now time.Time, out *method.Outbox) (wake time.Time) {
	return method.Steps(now, out, m.step, func(t method.Tag) { m.send(Probe(t), now, out) })
}

// step decides: first the round in its order, then missing probes again, then a
// last wait.
func (m *Machine) step(now time.Time) method.Step {
	for ; m.next < NumProbes; m.next++ {
		if p := turn(m.next); m.possible(p) {
			return method.Step{Move: method.Send, Tag: method.Tag(p), Due: m.plan(p, now)}
		}
	}
	if which, due, ok := m.retry(); ok {
		return method.Step{Move: method.Send, Tag: method.Tag(which), Due: due}
	}
	if end := m.last.Add(m.RTT.Patience(settle, retryBlind)); method.Waiting(m.Slots) && now.Before(end) {
		return method.Step{Move: method.Wait, Due: end}
	}
	return method.Step{Move: method.Over}
}

// possible reports whether the probe can be sent at all.
func (m *Machine) possible(which Probe) bool {
	if which >= B1 && !m.options.Burst || !which.Over(m.network()) {
		return false
	}
	to := Probes[which].To
	return to == method.ToHost || m.port(to) != 0
}

// plan is when a probe of the round should leave. The connection of one of K1-K4 has
// to be gone before the next is asked for: its answer comes to us and our kernel's
// reset goes back.
func (m *Machine) plan(which Probe, now time.Time) time.Time {
	if m.Packets == 0 {
		return now
	}
	after := Probes[which].After
	if which < K2 || which > K4 {
		return m.last.Add(after)
	}
	before := &m.Slots[which-1]
	gone := before.Sent.Add(2 * m.RTT.Smoothed)
	if before.Reply != nil {
		gone = before.Reply.At.Add(m.RTT.Smoothed)
	}
	return later(before.Sent.Add(after), gone)
}

// retry finds the missing probe whose time to be repeated comes first. The clock and
// bursts are not repeated: their answers mean something together only.
func (m *Machine) retry() (which Probe, due time.Time, ok bool) {
	if m.Packets >= m.most() {
		return 0, due, false
	}
	patience := m.RTT.Patience(retryFloor, retryBlind)
	for p := AE; p <= RT; p++ {
		slot := &m.Slots[p]
		if slot.Sends == 0 || slot.Reply != nil || slot.Sends >= tries {
			continue
		}
		if t := later(slot.Sent.Add(patience), m.last.Add(Gap)); !ok || t.Before(due) {
			which, due, ok = p, t, true
		}
	}
	return which, due, ok
}

func (m *Machine) send(which Probe, now time.Time, out *method.Outbox) {
	p := out.Put(method.Tag(which))
	m.Packet(which, p, uint16(m.rand.Between(1, 65535)), uint8(m.rand.Between(37, 59)))
	if m.next < NumProbes && turn(m.next) == which {
		m.next++
	}
	m.Slots[which].Leave(&m.Course, now)
	m.last = now
}

// Sent corrects the time of a packet to when it really left.
func (m *Machine) Sent(tag method.Tag, at time.Time) {
	if method.Left(m.Slots, tag, at) {
		m.last, m.Last = at, at
	}
}

// Receive files an answer.
func (m *Machine) Receive(p *packet.Packet, at time.Time) (mine bool) { return m.heard(p, at) }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
