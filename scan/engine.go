package scan

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"whorl/link"
	"whorl/method"
	"whorl/method/backoff"
	"whorl/packet"
)

// engine drives the hosts that are reached over one link, in one goroutine.
type engine struct {
	job     *Job
	conn    link.Conn
	feed    func() (h held, ok, more bool)          // the next host for this link
	done    func(*flow)                             // takes a finished host, and owns it; one that is away only until it is told of
	beside  func() int64                            // packets that others have sent over the link; may be nil
	backlog func() int                              // how many hosts wait to be judged and given out
	listen  func(netip.Addr) (uint16, error)        // see Config; may be nil
	back    *returns                                // the way back from the judges; nil: there is none
	decide  func(*backoff.Exchange, time.Time) bool // see Config; may be nil

	silencer Silencer               // nil: nobody resets our connections
	silences map[netip.Addr]silence // by source address

	listening int // hosts whose probes are done: only times are missing
	probing   int // hosts whose probes have begun, those that are listened to included

	wheel   *wheel
	budget  budget
	nets    nets
	strain  strain
	losses  losses
	looked  time.Time // when the strain was looked at last
	besides int64     // packets of others that the budget knows of
	flows   map[netip.Addr]*flow
	away    int                     // of flows: those that are with the judges
	ready   []*flow                 // waiting for the budget of their probes, in order
	ended   []*flow                 // in this turn: they are handed over after their last packets
	next    *held                   // a host that waits to be admitted
	route   *link.Route             // of the host admitted last
	behind  map[netip.Addr]struct{} // the gateways of hosts that were admitted
	more    bool                    // the feed has more
	started time.Time

	out    method.Outbox
	frames [][]byte
	queued []queued
	stamps []time.Time
	p      packet.Packet
	buf    []byte
	broken error // what made the link useless
}

// held is a target on its way to an engine.
type held struct {
	Target
	route link.Route
	up    string // how it is known to be up; empty: it is asked
}

// Bounds of one turn of the loop, so that neither side starves the other.
const (
	maxBatch  = 256
	maxAdmit  = 32                     // hosts
	maxDrain  = 32                     // frames: what is due waits for them
	idleCheck = 20 * time.Millisecond  // how often the feed is asked again when it had nothing
	ctxCheck  = 200 * time.Millisecond // how long an interrupt may go unnoticed
	maxFrame  = 65536
)

func newEngine(j *Job, c link.Conn) *engine {
	now := c.Now()
	return &engine{
		job: j, conn: c, wheel: newWheel(now), budget: newBudget(j.Rate, now), nets: nets{rate: j.NetRate},
		flows: map[netip.Addr]*flow{}, more: true, buf: make([]byte, maxFrame),
	}
}

// run scans until the feed is empty and all hosts are done, or the context ends;
// then what is known of the hosts under way is handed out.
func (e *engine) run(ctx context.Context) error {
	for ctx.Err() == nil {
		now := e.conn.Now()
		e.takeBack(now)
		again := now.Add(tick)
		if e.keepsUp(now) {
			again = e.admit(now)
		}
		e.wheel.advance(now, func(f *flow) { e.poll(f, now) })
		if e.broken == nil {
			e.broken = e.flush()
		}
		if e.broken != nil {
			e.abort("the link failed; see the error of the scan")
			return e.broken
		}
		e.handOver()
		if len(e.flows) == 0 && e.next == nil && !e.more {
			return nil
		}
		if e.onlyAway() {
			e.await(ctx)
			continue
		}
		if at, ok := e.wheel.next(); ok && (again.IsZero() || at.Before(again)) {
			again = at
		}
		last := now.Add(ctxCheck)
		if e.away > 0 {
			last = now.Add(idleCheck)
		}
		if again.IsZero() || again.After(last) {
			again = last
		}
		if err := e.receive(again); err != nil {
			e.abort("the link failed; see the error of the scan")
			return err
		}
	}
	e.abort("interrupted; scan it again for a full result")
	return nil
}

// lost is how many frames the link has lost so far.
func (e *engine) lost() uint64 {
	if c, ok := e.conn.(link.Counter); ok {
		return c.Drops()
	}
	return 0
}

// poll lets the machine of a host act and arms its timer.
func (e *engine) poll(f *flow, now time.Time) {
	e.wheel.stop(&f.timer)
	deadline := f.deadline(e.job)
	if !deadline.IsZero() && !now.Before(deadline) {
		f.fail(fmt.Sprintf("host timeout of %v reached; raise --host-timeout for a full result", e.job.HostTimeout))
	}
	aside := e.pollTemporal(f, now)
	for f.machine != nil && f.stage != done {
		e.losses.tell(f)
		wake := f.machine.Poll(now, &e.out)
		sent := e.out.Len()
		e.enqueue(f)
		if !wake.IsZero() {
			if sent > 0 && !wake.After(now) {
				wake = now.Add(tick)
			}
			if !deadline.IsZero() && deadline.Before(wake) {
				wake = deadline
			}
			e.wheel.set(&f.timer, sooner(wake, aside))
			return
		}
		if sent > 0 { // its last packets have to leave before the stage is judged
			e.wheel.set(&f.timer, now.Add(tick))
			return
		}
		f.step(e.job)
		if f.temporal == nil {
			aside = e.beginTemporal(f, now)
		}
		if f.stage == waiting && e.wait(f, now) {
			return
		}
	}
	switch {
	case !aside.IsZero():
		e.wheel.set(&f.timer, aside)
		e.listenOn(f)
	case f.stage != waiting:
		e.finish(f)
	}
}

// sooner is the first of two times, of which the second may be zero: never.
func sooner(a, b time.Time) time.Time {
	if !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
