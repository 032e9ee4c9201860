package ipv6

import (
	"time"

	"whorl/method"
	"whorl/method/gen2"
	"whorl/packet"
)

// Timing of a machine, as that of the second generation.
const (
	retryFloor = 300 * time.Millisecond  // a probe is not repeated sooner, however short the round trip
	retryBlind = time.Second             // ... and this while no round trip is known
	retryError = 1100 * time.Millisecond // stacks send few errors a second to one peer; RFC 4443 section 2.4 (f)
	settle     = 50 * time.Millisecond   // least wait for answers to the last packets
	lateShift  = 10 * time.Millisecond   // a SEQ probe later than this moves the rest of the train
	lossTries  = 2                       // more sends where an answered repeat has proved loss
)

// Options of a machine.
type Options struct {
	Tries int // how often a probe is sent that is not answered; 0 means 2
}

var _ method.Machine = (*Machine)(nil)

// Machine sends the probes to one host and files the answers. It is done after about one
// second with a host that answers all, or is silent where a stack may be, and after two
// with one that sends no errors.
type Machine struct {
	Exchange
	tries  int
	next   Probe     // of the next first send
	base   time.Time // when S1 of this train left, moved when the train was held up
	last   time.Time // when the last packet left
	repeat bool      // an answer came only to a repeat: the path loses packets
}

// NewMachine prepares an exchange. The stream gives its numbers. RTT may be set from
// earlier exchanges.
func NewMachine(t Target, s method.Stream, o Options) *Machine {
	m := &Machine{tries: o.Tries}
	if m.tries <= 0 {
		m.tries = 2
	}
	m.Target = t
	m.Target.Addr = t.Addr.WithZone("")
	m.Numbers = NewNumbers(&s)
	return m
}

// Poll sends what is due, one packet at a time.
func (m *Machine) Poll(now time.Time, out *method.Outbox) (wake time.Time) {
	wake = method.Steps(now, out, m.step, func(t method.Tag) { m.send(Probe(t), now, out) })
	if wake.IsZero() {
		m.takeBest()
	}
	return wake
}

func (m *Machine) send(which Probe, now time.Time, out *method.Outbox) {
	m.Packet(which, out.Put(method.Tag(which)))
	if m.Packets == 0 {
		m.First = now
	}
	if which == S1 {
		m.base = now
	} else if late := now.Sub(m.plan(which)); which <= S6 && late > lateShift {
		m.base = m.base.Add(late)
	}
	if which == m.next {
		m.next++
	}
	slot := &m.Slots[which]
	slot.Sends++
	slot.Sent = now
	m.Packets++
	m.last, m.Last = now, now
}

// Sent corrects the time of a packet to when it really left.
func (m *Machine) Sent(tag method.Tag, at time.Time) {
	if !method.Left(m.Slots[:], tag, at) {
		return
	}
	if Probe(tag) == S1 {
		m.base = at
	}
	if m.Packets == 1 {
		m.First = at
	}
	m.last, m.Last = at, at
}

// plan is when a SEQ probe of the running train should leave.
func (m *Machine) plan(which Probe) time.Time {
	return m.base.Add(time.Duration(which) * gen2.SeqGap)
}

// step decides: first the round in its order, then missing probes again, then a new train
// if the SEQ results are no good, then a last wait.
func (m *Machine) step(now time.Time) method.Step {
	for ; m.next < O1; m.next++ {
		p := m.next
		switch {
		case !m.possible(p) || m.Slots[p].Sends > 0: // the rest of the round has left before a new train
			continue
		case p == S1 || m.Packets == 0:
			return send(p, now)
		case p <= S6:
			return send(p, m.plan(p))
		}
		return send(p, m.last.Add(Probes[p].After))
	}
	if p, due, ok := m.retry(); ok {
		return send(p, later(due, m.last.Add(gen2.TestGap)))
	}
	end := m.last.Add(m.RTT.Patience(settle, retryBlind))
	again := m.wantTrain()
	switch {
	case again && now.Before(later(end, m.last.Add(gen2.SeqGap))):
		return method.Step{Move: method.Wait, Due: later(end, m.last.Add(gen2.SeqGap))}
	case again:
		m.beginTrain()
		m.next = S1
		return send(S1, now)
	case method.Waiting(m.Slots[:]) && now.Before(end):
		return method.Step{Move: method.Wait, Due: end}
	}
	return method.Step{Move: method.Over}
}

func send(which Probe, due time.Time) method.Step {
	return method.Step{Move: method.Send, Tag: method.Tag(which), Due: due}
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// possible reports whether the probe has somewhere to go to.
func (m *Machine) possible(which Probe) bool {
	if which == NS {
		return m.Target.Direct
	}
	to := Probes[which].To
	return to == method.ToHost || m.ports().Of(to) != 0
}

// retry finds the missing probe whose time to be repeated comes first. S1-S6 are repeated
// as O1-O6, which do not disturb the train.
func (m *Machine) retry() (which Probe, due time.Time, ok bool) {
	tries := m.tries
	if m.repeat && tries > 1 {
		tries += lossTries
	}
	for p := range O1 {
		slot, again, limit := &m.Slots[p], p, tries
		if slot.Sends == 0 || m.first(p).Reply != nil {
			continue
		}
		sends := slot.Sends
		if p <= S6 {
			again = p + O1
			sends += m.Slots[again].Sends
			if m.Slots[again].Sends > 0 {
				slot = &m.Slots[again]
			}
			if m.tries > 1 && m.synAnswered() { // the port is open: silence is loss
				limit = m.tries + lossTries
			}
		}
		if sends >= limit {
			continue
		}
		wait := m.RTT.Patience(retryFloor, retryBlind)
		if limited(p) {
			wait = max(wait, retryError)
		}
		if t := slot.Sent.Add(wait); !ok || t.Before(due) {
			which, due, ok = again, t, true
		}
	}
	return which, due, ok
}

// limited reports whether a probe asks for an error, of which stacks send few a second:
// its first silence tells nothing of the path.
func limited(which Probe) bool { return which == U1 || which == IE2 }

// synAnswered reports whether any SYN of the train or its repeats was answered.
func (m *Machine) synAnswered() bool {
	for p := S1; p <= S6; p++ {
		if m.first(p).Reply != nil {
			return true
		}
	}
	return false
}

// Receive files an answer.
func (m *Machine) Receive(p *packet.Packet, at time.Time) (mine bool) {
	which, mine, fresh := m.file(p, at)
	if !fresh {
		return mine
	}
	slot := &m.Slots[which]
	switch again := slot.Sends > 1 || which >= O1; {
	case again && limited(which): // no proof of loss
	case again && !slot.Reply.Doubtful:
		m.repeat = true
	case !again:
		m.RTT.Add(at.Sub(slot.Sent)) // Karn: an answer after a repeat is ambiguous
	}
	return mine
}
