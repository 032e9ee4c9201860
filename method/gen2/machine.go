package gen2

import (
	"time"

	"whorl/method"
	"whorl/packet"
)

// Timing of a machine. It counts all times from the first probe.
const (
	retryFloor = 300 * time.Millisecond  // a probe is not repeated sooner, however short the round trip
	retryBlind = time.Second             // ... and this while no round trip is known
	retryU1    = 1100 * time.Millisecond // Linux sends one port unreachable a second to one peer
	settle     = 50 * time.Millisecond   // least wait for answers to the last packets
	lateShift  = 10 * time.Millisecond   // a SEQ probe later than this moves the rest of the train
	seqSpan    = 5 * SeqGap              // ideal time from S1 to S6
	lossTries  = 2                       // more sends where an answered repeat has proved loss
)

// Options of a machine.
type Options struct {
	Tries int // how often a probe is sent that is not answered; 0 means 2
}

var _ method.Machine = (*Machine)(nil)

// Machine sends the probes to one host and files the answers. It is done after
// about one second with a host that answers all, or is silent where a stack may be.
type Machine struct {
	Exchange
	tries  int
	rand   method.Stream
	next   int           // index into order of the next first send
	train  int           // SEQ trains before the running one
	base   time.Duration // when S1 of this train left, moved when the train was held up
	last   time.Duration // when the last packet left
	repeat bool          // an answer came only to a repeat: the path loses packets
	lost   bool          // ... over TCP, where no host counts its answers
	expect bool          // others have shown that the path loses packets
}

// NewMachine prepares an exchange. The stream gives its numbers.
func NewMachine(t Target, s method.Stream, o Options) *Machine {
	m := &Machine{tries: o.Tries, rand: s}
	if m.tries <= 0 {
		m.tries = 2
	}
	m.Target = t
	m.Numbers = NewNumbers(&m.rand)
	return m
}

// Poll sends what is due. At most one packet leaves at a time, as one host is
// never sent two at once.
func (m *Machine) Poll(now time.Time, out *method.Outbox) (wake time.Time) {
	if m.Packets == 0 {
		m.First = now
	}
	gone := now.Sub(m.First)
	for {
		s := m.step(gone)
		if s.move == over {
			m.takeBest()
			return time.Time{}
		}
		if s.due > gone {
			return m.First.Add(s.due)
		}
		switch s.move {
		case send:
			m.send(s.probe, gone, out)
			if s = m.step(gone); s.move == over {
				return now
			}
			return m.First.Add(max(s.due, gone))
		case train:
			m.keepBest()
			m.train++
			m.next = 0
		}
	}
}

// step is what the machine does next, and when.
type step struct {
	move  move
	probe Probe // to send
	due   time.Duration
}

type move uint8

const (
	over  move = iota // nothing is left to send or to wait for
	send              // a probe leaves
	train             // a new SEQ train begins
	wait              // late answers are waited for
)

func (m *Machine) send(which Probe, now time.Duration, out *method.Outbox) {
	slot := &m.Slots[which]
	slot.Sends++
	slot.Reply = nil // of an earlier train, if any
	p := out.Put(method.Tag(which))
	m.Packet(which, p, uint16(m.rand.Between(1, 65535)), uint8(m.rand.Between(37, 59)))
	if which == S1 {
		m.base = now
	} else if late := now - m.plan(which); which <= S6 && late > lateShift {
		m.base += late
	}
	if m.next < len(order) && order[m.next] == which {
		m.next++
	}
	m.Packets++
	m.last = now
	slot.Sent = now
}

// Sent corrects the time of a packet to when it really left.
func (m *Machine) Sent(tag method.Tag, at time.Time) {
	if tag < 0 || int(tag) >= len(m.Slots) {
		return
	}
	left := at.Sub(m.First)
	m.Slots[tag].Sent = left
	if Probe(tag) == S1 {
		m.base = left
	}
	m.last, m.Last = left, at
}

// plan is when a SEQ probe of the running train should leave.
func (m *Machine) plan(which Probe) time.Duration {
	return m.base + time.Duration(which)*SeqGap
}

// step decides: first the round in its order, then missing probes again, then a
// new train if the SEQ results are no good, then a last wait.
func (m *Machine) step(now time.Duration) step {
	for ; m.next < len(order); m.next++ {
		p := order[m.next]
		switch {
		case !m.possible(p) || m.sentInTrain(p):
			continue
		case m.Packets == 0:
			return step{send, p, now}
		case p > S1 && p <= S6:
			return step{send, p, m.plan(p)}
		}
		return step{send, p, m.last + Probes[p].After}
	}
	if p, due, ok := m.retry(); ok {
		return step{send, p, max(due, m.last+TestGap)}
	}
	end := m.last + m.RTT.Patience(settle, retryBlind)
	switch {
	case m.wantTrain():
		return step{move: train, due: max(end, m.last+SeqGap)}
	case m.waiting() && now < end:
		return step{move: wait, due: end}
	}
	return step{move: over}
}

// sentInTrain reports whether a probe of the round has left already. SEQ probes
// leave once in every train, the others once.
func (m *Machine) sentInTrain(p Probe) bool {
	if p <= S6 {
		return m.Slots[p].Sends > m.train
	}
	return m.Slots[p].Sends > 0
}

// possible reports whether the probe has a port to go to.
func (m *Machine) possible(which Probe) bool {
	to := Probes[which].To
	return to == method.ToHost || m.port(to) != 0
}

// waiting reports whether any probe that was sent has no answer yet.
func (m *Machine) waiting() bool {
	for i := range m.Slots {
		if m.Slots[i].Sends > 0 && m.Slots[i].Reply == nil {
			return true
		}
	}
	return false
}

// retry finds the missing probe whose time to be repeated comes first. S1-S6 are
// repeated as O1-O6, which do not disturb the train.
func (m *Machine) retry() (which Probe, due time.Duration, ok bool) {
	tries := m.mostSends()
	patience := m.RTT.Patience(retryFloor, retryBlind)
	for i := range m.Slots {
		p := Probe(i)
		if p >= O1 && p <= O6 {
			continue // judged with S1-S6
		}
		slot, sends, again := &m.Slots[p], m.Slots[p].Sends, p
		if p <= S6 {
			again = p + O1
			sends = min(sends, 1) + m.Slots[again].Sends
			if m.Slots[again].Sends > 0 {
				slot = &m.Slots[again]
			}
		}
		limit := tries
		if (p <= S6 || p == ECN) && m.tries > 1 && m.synAnswered() { // the port is open: silence is loss
			limit = m.tries + lossTries
		}
		if m.Slots[p].Sends == 0 || m.Slots[p].Reply != nil || slot.Reply != nil || sends >= limit {
			continue
		}
		wait := patience
		if p == U1 {
			wait = max(wait, retryU1)
		}
		if t := slot.Sent + wait; !ok || t < due {
			which, due, ok = again, t, true
		}
	}
	return which, due, ok
}

// mostSends is how often a probe is sent that may have no answer.
func (m *Machine) mostSends() int {
	if (m.repeat || m.expect) && m.tries > 1 {
		return m.tries + lossTries
	}
	return m.tries
}

// ExpectLoss tells the machine that the path loses packets, as other hosts have shown: what
// is missing is asked for more often.
func (m *Machine) ExpectLoss() { m.expect = true }

// ShowsLoss reports whether a probe over TCP was answered only when it was repeated. ICMP
// does not count, as hosts limit it.
func (m *Machine) ShowsLoss() bool { return m.lost }

// synAnswered reports whether any SYN of the train or its repeats was answered.
func (m *Machine) synAnswered() bool {
	for p := S1; p <= S6; p++ {
		if m.first(p) != nil {
			return true
		}
	}
	return false
}

// Receive files an answer.
func (m *Machine) Receive(p *packet.Packet, at time.Time) (mine bool) {
	which, mine, fresh := m.file(p, at)
	if fresh && m.sendsOf(which) > 1 && !m.Slots[which].Reply.Doubtful {
		m.repeat = true
		m.lost = m.lost || Probes[which].Proto == packet.TCP
	}
	return mine
}
