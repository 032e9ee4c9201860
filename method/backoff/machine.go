package backoff

import (
	"slices"
	"time"

	"whorl/method"
)

// Options of a machine.
type Options struct {
	States  States        // which to test; 0: All
	Hold    time.Duration // test Held too, with the ACK of the handshake this late; 0: not
	Timeout time.Duration // hard end, since the first packet; 0: DefaultTimeout
	Request []byte        // for FinWait1; nil: DefaultRequest
	Ports   uint16        // first of NumPorts source ports; 0: the stream gives them

	// Decide is asked whether enough is known, at Looks and when a segment came.
	// [Ranker.Decide] is one; nil never does.
	Decide func(e *Exchange, now time.Time) bool
}

// NumPorts is how many source ports a machine may use, one after the other.
const NumPorts = int(numProbed) * (resyns + 1)

// DefaultTimeout holds the longest schedules that are common.
const DefaultTimeout = 120 * time.Second

// looks are when a decision is asked for, since the first packet; then every lookEvery.
var looks = [...]time.Duration{1500 * time.Millisecond, 3500 * time.Millisecond, 8 * time.Second, 16 * time.Second}

const lookEvery = 8 * time.Second

var _ method.Machine = (*Machine)(nil)

// Machine runs one flow for each state, all at once, and ends every one with a RST. It
// sends at most ten packets a flow and has at most four flows open.
type Machine struct {
	Exchange
	options  Options
	rand     method.Stream
	portBase uint16
	clock    uint32 // our timestamp at the first packet
	label    uint32 // over IPv6 the flow label, 20 bits (RFC 6437)
	looked   int    // decisions asked for by the clock
	news     bool   // a segment came since the last
}

// NewMachine prepares an exchange. The stream gives its sequence numbers, and its ports,
// from 10000 on, unless o has them. Our own kernel must be kept from answering on these.
func NewMachine(t Target, s method.Stream, o Options) *Machine {
	if o.States == 0 {
		o.States = All
	}
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	if o.Request == nil {
		o.Request = DefaultRequest(t.Port)
	}
	m := &Machine{options: o, rand: s}
	m.Target = Target{t.Addr.WithZone(""), t.Port} // packets tell no zone
	if m.portBase = o.Ports; m.portBase == 0 {
		m.portBase = uint16(m.rand.Between(10000, 20000-NumPorts))
	}
	m.clock = m.rand.Uint32() >> 1
	if t.Addr.Is6() {
		m.label = uint32(m.rand.Between(1, 1<<20-1))
	}
	for state := range numProbed {
		if o.States.Has(state) || state == Held && o.Hold > 0 {
			f := Flow{State: state}
			if state == Held {
				f.hold = o.Hold
			}
			m.Flows = append(m.Flows, f)
		}
	}
	return m
}

// Cancel ends all flows. The machine wants one more Poll, for their RSTs.
func (m *Machine) Cancel(now time.Time) {
	for i := range m.Flows {
		if f := &m.Flows[i]; !f.over() {
			f.reset = f.SYNs == 0
			f.stop(now, "")
		}
	}
}

// Poll sends what is due.
func (m *Machine) Poll(now time.Time, out *method.Outbox) (wake time.Time) {
	if m.First.IsZero() {
		m.First = now
	}
	m.end(now)
	for i := range m.Flows {
		due := m.poll(i, now, out)
		wake = earlier(wake, due)
	}
	if wake.IsZero() {
		if out.Len() > 0 {
			return now
		}
		return wake
	}
	return earlier(wake, earlier(m.First.Add(m.options.Timeout), m.nextLook()))
}

// end stops all flows if the time is up or enough is known.
func (m *Machine) end(now time.Time) {
	m.Look = 0
	for !m.nextLook().IsZero() && !now.Before(m.nextLook()) {
		m.Look = m.nextLook().Sub(m.First)
		m.looked++
	}
	ask := m.options.Decide != nil && (m.Look > 0 || m.news) && m.listening()
	m.news = false
	if !now.Before(m.First.Add(m.options.Timeout)) || ask && m.options.Decide(&m.Exchange, now) {
		m.Last = now
		m.Cancel(now)
	}
}

// listening reports whether a flow is not over.
func (m *Machine) listening() bool {
	return slices.ContainsFunc(m.Flows, func(f Flow) bool { return !f.over() })
}

// nextLook is when the clock asks for a decision; zero: never.
func (m *Machine) nextLook() time.Time {
	switch n := m.looked; {
	case m.options.Decide == nil:
		return time.Time{}
	case n < len(looks):
		return m.First.Add(looks[n])
	default:
		return m.First.Add(looks[len(looks)-1] + time.Duration(n-len(looks)+1)*lookEvery)
	}
}

// poll sends what is due of one flow and gives the time of what follows; zero: nothing.
func (m *Machine) poll(i int, now time.Time, out *method.Outbox) (wake time.Time) {
	f := &m.Flows[i]
	f.lapse(now)
	for j := range f.stale {
		if s := &f.stale[j]; s.due {
			s.due = false
			m.put(out, i, RST, s.port, s.isn+1, 0)
		}
	}
	for {
		which, due, ok := f.next()
		if !ok {
			break
		}
		if due.After(now) {
			wake = due
			break
		}
		m.send(out, i, which, now)
	}
	due, _ := f.giveUp()
	if wake = earlier(wake, due); wake.IsZero() && !f.over() {
		wake = m.First.Add(m.options.Timeout)
	}
	return wake
}

// earlier is the first of two times; zero counts as never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
