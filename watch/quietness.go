package watch

import (
	"time"

	"whorl"
	"whorl/method/backoff"
	"whorl/packet"
)

// quietness is what speaks for and against a tool that only waits.
type quietness struct {
	flows   []flow // the first
	count   int    // all
	packets bool   // the source is there: it sends other packets
	arp     bool   // ... and is a host of the segment
	ended   bool   // it ended a flow by a reset, late
	spared  bool   // it acknowledged the data of a segment and left its FIN out
	opens   bool   // it left a SYN-ACK unanswered
	hint    hint
	scanned bool // it scanned ports
	mass    bool // it is a mass scanner
	crowd   bool // many sources do the same
	ours    bool // it sends what only our own scanner sends
	tool    string
}

const (
	maxQuietFlows = 16
	floodFlows    = 20 // more of one source are a flood
)

// How sure it is that a tool waits, percent.
const (
	quietBase     = 35
	quietFlood    = 10
	quietUnmeant  = 55 // at most, if nothing shows that it is on purpose
	quietProbable = 60
	quietSure     = 75
	quietMost     = 95
)

// take adds a flow, or what has come of one since.
func (q *quietness) take(c *contact, f *flow, at time.Time, frame int) {
	c.last = at
	for i := range q.flows {
		if o := &q.flows[i]; o.client == f.client && o.server == f.server && o.begun == f.begun {
			*o = *f
			return
		}
	}
	q.count++
	c.packets++
	c.answered++
	c.where(f.server.Addr(), f.server.Port(), true)
	if len(q.flows) < maxQuietFlows {
		q.flows = append(q.flows, *f)
	}
	name := f.state().String()
	for i := range c.kinds {
		if c.kinds[i].kind.name == name {
			c.kinds[i].count++
			c.kinds[i].answered++
			return
		}
	}
	c.kinds = append(c.kinds, seen{kind: &kind{family: silent, name: name}, count: 1, answered: 1,
		at: timeOf(f.begun), frame: frame, proto: packet.TCP, port: f.server.Port()})
}

// state is that of the server in which the flow was left.
func (f *flow) state() backoff.State {
	switch {
	case f.stage != closing:
		return backoff.SynRcvd
	case f.half:
		return backoff.LastAck
	}
	return backoff.FinWait1
}

// several reports whether the source left flows of several ports, hosts or states.
func (q *quietness) several() bool {
	for i := range q.flows {
		if f := &q.flows[i]; f.server != q.flows[0].server || f.state() != q.flows[0].state() {
			return true
		}
	}
	return false
}

// judge weighs what speaks for a tool, in percent.
func (q *quietness) judge() (s whorl.ContactState, sure whorl.Fraction) {
	n := quietBase
	for _, e := range []struct {
		holds  bool
		weight int
	}{
		{q.packets || q.arp || q.ended, 20},
		{q.arp && q.opens, 10},
		{q.ended, 20},
		{q.spared, 30},
		{q.hint != ordinary, 20},
		{q.several(), 15},
		{q.scanned, 10},
		{q.crowd, -30},
		{q.mass && q.hint != scanTool, -30},
	} {
		if e.holds {
			n += e.weight
		}
	}
	switch {
	case q.count > floodFlows:
		n = quietFlood
	case !q.meant():
		n = min(n, quietUnmeant)
	}
	n = min(max(n, 1), quietMost)
	sure = whorl.Fraction(n) / 100
	switch {
	case n >= quietSure:
		return whorl.Confirmed, sure
	case n >= quietProbable:
		return whorl.Probable, sure
	}
	return "", sure
}

// meant reports whether anything shows that the source is silent on purpose. Clients that
// lose their network, and others that share their address, look alike up to that.
func (q *quietness) meant() bool {
	return q.ended || q.spared || q.opens && (q.arp || q.hint != ordinary)
}

// name names the tool, as far as it shows.
func (q *quietness) name() {
	switch {
	case q.ours:
		q.tool = ourTool
	case q.hint == scanTool:
		q.tool = "JA4TScan"
	case q.hint == handmade:
		q.tool = "RING-like"
	}
	for i := range q.flows {
		if q.tool == "" && q.flows[i].stage == closing {
			q.tool = "RING-like"
		}
	}
}

// learned is what the repetitions tell: the schedule of one flow of each state, the one
// with most of them.
func (q *quietness) learned(last time.Time) (print backoff.Print, flows int) {
	var best [backoff.NumStates]*flow
	for i := range q.flows {
		f := &q.flows[i]
		if b := &best[f.state()]; *b == nil || f.repeats > (*b).repeats {
			*b = f
		}
	}
	for state, f := range best {
		if f == nil {
			continue
		}
		r := backoff.Run{State: backoff.State(state), Seen: true, Gaps: f.schedule(), End: backoff.Silence,
			Heard: last.Sub(timeOf(f.begun))}
		if f.reset {
			r.End = backoff.Reset
		}
		print = append(print, r.Line())
		flows++
	}
	return print, flows
}
