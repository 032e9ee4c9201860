package scan

import (
	"fmt"
	"io"
	"net/netip"
	"strings"
	"time"

	"whorl"
	"whorl/method/backoff"
	"whorl/packet"
)

// Temporal asks for the times at which hosts repeat what nobody acknowledges: see
// package backoff. The flows open once gen2, gen1 and the survey, or the probes over IPv6,
// have finished, so that none disturbs another, and deep probes, unless they are never to be
// sent, go out beside them. The zero value asks for nothing.
type Temporal struct {
	States  backoff.States
	Timeout time.Duration // the answer is there so long after the host was begun; 0: backoff.DefaultTimeout
	Hold    time.Duration // see backoff.Options
	Request []byte        // see backoff.Options
}

// Silencer is what a Network may be too: it keeps this machine's kernel from answering
// TCP segments for some ports of one of its addresses. first is the lowest of n ports
// that follow one another; they stay silent until they are closed. Networks that no
// kernel listens to need none.
type Silencer interface {
	Silence(src netip.Addr, n int) (first uint16, ports io.Closer, err error)
}

// silence is what a Silencer said about an address.
type silence struct {
	first uint16
	ports io.Closer
	err   error
}

// temporal is the exchange of a host that runs beside its stages. It mostly waits.
type temporal struct {
	*backoff.Machine        // nil: it could not be begun
	why              string // it could not
	ended            bool
	alone            bool // the host has nothing else to do; see engine.listenOn
}

func (t *temporal) live() bool { return t != nil && t.Machine != nil && !t.ended }

// wanted reports whether hosts are to be asked for times.
func (t *Temporal) wanted() bool { return t.States != 0 }

// deepForAll reports whether deep probes go to a host before it is judged: those that
// are waited for anyway get them without being a tie.
func (j *Job) deepForAll() bool {
	return j.Deep == Always || j.Deep == IfNeeded && j.Temporal.wanted()
}

// planTemporal is how many packets a flow takes at least.
const planTemporal = 4

// beginTemporal opens the flows of a host once gen2 and the survey have finished, and tells when
// they want to be asked again; zero: never.
func (e *engine) beginTemporal(f *flow, now time.Time) time.Time {
	j := &e.job.Temporal
	if !j.wanted() || f.gen2 == nil && f.ipv6 == nil || f.gen1Due(e.job) || f.timed() || f.stage == surveying || f.surveyDue() || f.problem != "" {
		return time.Time{}
	}
	f.temporal = &temporal{}
	port := f.openTCP()
	if port == 0 {
		f.temporal.why = "no open TCP port was found, so nothing was timed; name one with -p"
		return time.Time{}
	}
	silent := e.silent(f.source())
	if silent.err != nil {
		f.temporal.why = fmt.Sprintf("nothing was timed: this machine would reset the connections: %v", silent.err)
		return time.Time{}
	}
	timeout := j.Timeout
	if timeout <= 0 {
		timeout = backoff.DefaultTimeout
	}
	f.temporal.Machine = backoff.NewMachine(backoff.Target{Addr: f.Addr, Port: port}, e.job.Key.Stream(f.Addr, "backoff"), backoff.Options{
		States: j.States, Hold: j.Hold, Request: j.Request, Ports: silent.first, Decide: e.decideTemporal,
		Timeout: max(timeout-now.Sub(f.began), timeout/2),
	})
	n := planTemporal * len(f.temporal.Flows)
	f.planned += n
	e.budget.charge(n)
	if net := e.nets.of(f.Addr, now); net != nil {
		net.charge(n)
	}
	return e.pollTemporal(f, now)
}

// openTCP is the open port that the probes went to; 0: there was none.
func (f *flow) openTCP() uint16 {
	if f.ipv6 != nil {
		return f.ipv6.Target.OpenTCP
	}
	return f.gen2.Target.OpenTCP
}

// source is our address, with its zone if it is one of the link.
func (f *flow) source() netip.Addr {
	if src := f.route.Src; src.Is6() && src.IsLinkLocalUnicast() {
		return src.WithZone(f.route.Interface)
	}
	return f.route.Src
}

// silent gives source ports of an address that our kernel does not answer for; first
// is 0 if all are as good.
func (e *engine) silent(src netip.Addr) silence {
	if e.silencer == nil {
		return silence{}
	}
	s, ok := e.silences[src]
	if !ok {
		if e.silences == nil {
			e.silences = map[netip.Addr]silence{}
		}
		s.first, s.ports, s.err = e.silencer.Silence(src, backoff.NumPorts)
		e.silences[src] = s
	}
	return s
}

// speak ends all silences.
func (e *engine) speak() {
	for _, s := range e.silences {
		if s.err == nil {
			s.ports.Close()
		}
	}
	e.silences = nil
}

// maxDecided is how many hosts may be under way while flows are asked if they have told
// enough. That takes tens of milliseconds, which the probes of many hosts do not have.
const maxDecided = 16

// decideTemporal asks whether the flows of a host have told enough, unless a host is
// at probes whose times count.
func (e *engine) decideTemporal(x *backoff.Exchange, now time.Time) bool {
	if e.decide == nil || len(e.flows) > maxDecided {
		return false
	}
	for _, f := range e.flows {
		if f.timed() {
			return false
		}
	}
	return e.decide(x, now)
}

// pollTemporal lets the flows of a host act, or ends them if the host has failed. It
// tells when they want to be asked again; zero: never.
func (e *engine) pollTemporal(f *flow, now time.Time) time.Time {
	t := f.temporal
	if !t.live() {
		return time.Time{}
	}
	if f.problem != "" {
		e.hangUp(f, now)
		if err := e.flush(); e.broken == nil {
			e.broken = err
		}
		return time.Time{}
	}
	wake := t.Poll(now, &e.out)
	sent := e.out.Len() > 0
	e.enqueueOf(f, true)
	switch {
	case sent && !wake.After(now):
		wake = now.Add(tick)
	case wake.IsZero():
		t.ended = true
		return wake
	}
	if deadline := f.deadline(e.job); !deadline.IsZero() && deadline.Before(wake) {
		return deadline
	}
	return wake
}

// hangUp ends the flows of a host; their RSTs leave with the next flush.
func (e *engine) hangUp(f *flow, now time.Time) {
	t := f.temporal
	if !t.live() {
		return
	}
	t.Last = now
	t.Cancel(now)
	t.Poll(now, &e.out)
	e.enqueueOf(f, true)
	t.ended = true
}

// overhear takes a RST of our own kernel, where the link shows those: it ends a flow.
func (e *engine) overhear(p *packet.Packet, at time.Time) {
	if p.Transport != packet.TCP || !p.TCP.Flags.Has(packet.RST) {
		return
	}
	if f := e.flows[p.Dst]; f != nil && f.temporal.live() && f.temporal.Receive(p, at) {
		e.poll(f, e.conn.Now())
	}
}

// observeTemporal measures the flows of a host and adds the observation, or tells why
// there is none.
func observeTemporal(h *whorl.Host, t *temporal) {
	if t == nil {
		return
	}
	if t.Machine == nil {
		h.Warnings = append(h.Warnings, t.why)
		return
	}
	observeTimes(h, &t.Exchange)
}

// observeTimes is the same of flows that were open.
func observeTimes(h *whorl.Host, x *backoff.Exchange) {
	o := whorl.Observation{Method: "backoff", Print: x.Measure().String(), Conditions: whorl.Conditions{
		At: x.First, Sent: x.Packets, Probes: len(x.Flows),
	}}
	c, invalid := &o.Conditions, false
	for i := range x.Flows {
		f := &x.Flows[i]
		if f.Opened != nil {
			c.Answered++
			if c.RTT == 0 || f.RTT < c.RTT {
				c.RTT = f.RTT
			}
		}
		if f.Problem != "" {
			c.Unsettled = append(c.Unsettled, fmt.Sprintf("%v: %s", f.State, f.Problem))
		}
		invalid = invalid || f.Invalid
	}
	switch {
	case o.Print == "":
		h.Warnings = append(h.Warnings, "nothing was timed: "+strings.Join(c.Unsettled, "; "))
		return
	case invalid:
		h.Warnings = append(h.Warnings, "not all states were timed: "+strings.Join(c.Unsettled, "; "))
	}
	h.Observations = append(h.Observations, o)
}
