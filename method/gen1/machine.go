package gen1

import (
	"time"

	"whorl/method"
	"whorl/packet"
)

// Timing of a machine.
const (
	hardWait   = 500 * time.Millisecond  // least wait for the answers to a round of the burst
	settle     = 200 * time.Millisecond  // least wait for those to the last packets
	blind      = time.Second             // ... and for either while no round trip is known
	retryPU    = 1100 * time.Millisecond // Linux sends one port unreachable a second to one peer
	maxRounds  = 6                       // of the burst
	maxTrains  = 2                       // of S1-S6
	minSynAcks = 4                       // that TSeq needs
)

var _ method.Machine = (*Machine)(nil)

// Machine sends the probes to one host and files the answers. It is done after less
// than a second with a host that answers all, and after less than five with one that
// answers nothing.
type Machine struct {
	Exchange
	rand   method.Stream
	phase  phase
	next   Probe     // of the running round or train
	round  int       // of the burst, from 1
	fresh  bool      // the running round brought an answer
	again  bool      // PU was sent once more after the train
	last   time.Time // when the last packet left
	missed [PU + 1]bool
}

// phase is a part of an exchange.
type phase uint8

const (
	burst phase = iota // T1-T7 and PU
	train              // S1-S6
	end                // PU once more
)

// NewMachine prepares an exchange. The stream gives its numbers. RTT may be set from
// earlier exchanges.
func NewMachine(t Target, s method.Stream) *Machine {
	m := &Machine{rand: s, round: 1}
	m.Target = t
	m.Numbers = NewNumbers(&m.rand)
	for i := range m.missed {
		m.missed[i] = true
	}
	return m
}

// Poll sends what is due: a round of the burst at once, or one packet.
func (m *Machine) Poll(now time.Time, out *method.Outbox) (wake time.Time) {
	return method.Steps(now, out, m.step, func(t method.Tag) { m.send(Probe(t), now, out) })
}

// step decides: rounds of the burst, then the train, then PU again.
func (m *Machine) step(now time.Time) method.Step {
	if m.phase == burst {
		if s, ok := m.burst(now); ok {
			return s
		}
		m.phase, m.next = train, S1
	}
	if m.phase == train {
		if s, ok := m.train(now); ok {
			return s
		}
		m.phase = end
	}
	pu := &m.Slots[PU]
	if !m.again && pu.Sends > 0 && pu.Reply == nil {
		return send(PU, pu.Sent.Add(retryPU))
	}
	if due := m.last.Add(m.RTT.Patience(settle, blind)); m.again && pu.Reply == nil && now.Before(due) {
		return method.Step{Move: method.Wait, Due: due}
	}
	return method.Step{Move: method.Over}
}

func send(which Probe, due time.Time) method.Step {
	return method.Step{Move: method.Send, Tag: method.Tag(which), Due: due}
}

// burst is the next step of T1-T7 and PU; not ok: none is left. What is missing is sent
// a second time, and then again as long as that brings answers.
func (m *Machine) burst(now time.Time) (s method.Step, ok bool) {
	for {
		for ; m.next <= PU; m.next++ {
			if m.missed[m.next] && m.possible(m.next) {
				return send(m.next, now), true
			}
		}
		if !method.Waiting(m.Slots[:S1]) {
			return s, false
		}
		if due := m.last.Add(m.RTT.Patience(hardWait, blind)); now.Before(due) {
			return method.Step{Move: method.Wait, Due: due}, true
		}
		if m.round == maxRounds || m.round > 1 && !m.fresh {
			return s, false
		}
		m.round++
		m.next, m.fresh = T1, false
		for i := range m.missed {
			m.missed[i] = m.Slots[i].Reply == nil
		}
	}
}

// train is the next step of S1-S6; not ok: none is left. A train that lost too many
// answers is repeated.
func (m *Machine) train(now time.Time) (s method.Step, ok bool) {
	if m.Target.OpenTCP == 0 {
		return s, false
	}
	m.Trains = max(m.Trains, 1)
	for {
		switch {
		case m.next == S1:
			return send(S1, now), true
		case m.next < NumProbes:
			return send(m.next, m.Slots[m.next-1].Sent.Add(Probes[m.next].After)), true
		}
		if due := m.last.Add(m.RTT.Patience(settle, blind)); method.Waiting(m.Slots[S1:]) && now.Before(due) {
			return method.Step{Move: method.Wait, Due: due}, true
		}
		if n := m.synAcks(); n == 0 || n >= minSynAcks || m.Trains == maxTrains {
			return s, false
		}
		m.Trains++
		m.next = S1
		clear(m.Slots[S1:])
	}
}

// synAcks counts the SYN-ACKs to S1-S6.
func (m *Machine) synAcks() (n int) {
	for p := S1; p <= S6; p++ {
		if m.Slots[p].Reply.synAck() {
			n++
		}
	}
	return n
}

// possible reports whether the probe has a port to go to.
func (m *Machine) possible(which Probe) bool { return m.ports().Of(Probes[which].To) != 0 }

func (m *Machine) send(which Probe, now time.Time, out *method.Outbox) {
	p := out.Put(method.Tag(which))
	m.Packet(which, p, uint16(m.rand.Between(1, 65535)), uint8(m.rand.Between(37, 59)))
	if m.phase == end {
		m.again = true
	} else {
		m.next = which + 1
	}
	m.Slots[which].Leave(&m.Course, now)
	m.last = now
}

// Sent corrects the time of a packet to when it really left.
func (m *Machine) Sent(tag method.Tag, at time.Time) {
	if method.Left(m.Slots[:], tag, at) {
		m.last, m.Last = at, at
	}
}

// Receive files an answer.
func (m *Machine) Receive(p *packet.Packet, at time.Time) (mine bool) {
	which, mine, fresh := m.heard(p, at)
	m.fresh = m.fresh || fresh && which <= PU
	return mine
}
