package scan

import (
	"context"
	"errors"
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

// keepsUp reports whether more hosts may be started: timers fire in time. It tells the
// budget what the machine takes.
func (e *engine) keepsUp(now time.Time) bool {
	late := time.Duration(0)
	if at, ok := e.wheel.next(); ok {
		late = now.Sub(at)
	}
	e.strain.turn(late)
	e.budget.hold(e.backlog() + e.probing - e.listening)
	if !now.Before(e.looked.Add(strainEvery)) {
		e.looked = now
		e.share()
		if e.strain.look(e.lost(), now) {
			e.budget.slow(now)
		}
		e.budget.ease(e.strain.load, now)
	}
	return late < lateGate
}

// share takes what others have sent from a budget that the user has set.
func (e *engine) share() {
	if e.beside == nil || e.job.Rate == 0 {
		return
	}
	n := e.beside()
	e.budget.charge(int(n - e.besides))
	e.besides = n
}

// admit starts probes of hosts that wait for them, then new hosts, as far as the
// budget goes. It returns when to try again; zero: not before something happens.
func (e *engine) admit(now time.Time) (again time.Time) {
	for n := 0; len(e.ready) > 0; n++ {
		if n == maxAdmit {
			return now
		}
		f := e.ready[0]
		if f.stage == waiting {
			if ok, when := e.afford(f.Addr, f.plan(e.job), now); !ok {
				return when
			}
			e.begin(f, now)
		}
		e.ready = e.ready[1:]
	}
	for n := 0; e.room() && e.backlog() < maxBacklog; n++ {
		if n == maxAdmit {
			return now
		}
		if e.next == nil {
			h, ok, more := e.feed()
			e.more = more
			if !ok {
				if more {
					return now.Add(idleCheck)
				}
				return time.Time{}
			}
			e.next = &h
		}
		if !e.started.IsZero() && now.Before(e.started.Add(e.job.Pause)) {
			return e.started.Add(e.job.Pause)
		}
		if _, twice := e.flows[e.next.Addr.WithZone("")]; twice {
			return now.Add(idleCheck) // the same address is under way already: one after the other
		}
		if ok, when := e.afford(e.next.Addr, planSeek, now); !ok {
			return when
		}
		f := &flow{Target: e.next.Target, up: e.next.up}
		e.via(f, e.next.route)
		if f.route.Local && e.listen != nil {
			f.own, _ = e.listen(f.Addr) // without one, the scan tells less and says so
		}
		e.next = nil
		e.started = now
		f.timer.owner = f
		f.lost = e.lost()
		e.flows[f.key()] = f
		f.begin(e.job, now)
		e.poll(f, now)
	}
	if e.next != nil || e.more {
		return now.Add(idleCheck)
	}
	return time.Time{}
}

// via gives a flow its route: that of the host before if it is the same, as it is for
// all behind one gateway, and for all neighbours once the next hop is left out.
func (e *engine) via(f *flow, r link.Route) {
	if f.onLink = r.OnLink(f.Addr); f.onLink {
		r.NextHop, r.NextMAC = netip.Addr{}, packet.MAC{}
	}
	if e.route == nil || *e.route != r {
		fresh := r
		e.route = &fresh
	}
	f.route = e.route
	if !f.onLink {
		if e.behind == nil {
			e.behind = map[netip.Addr]struct{}{}
		}
		e.behind[f.nextHop().WithZone("")] = struct{}{}
	}
}

// afford takes n packets to an address from the budgets of its network and of the scan,
// if both have them; else it says when that may be.
func (e *engine) afford(addr netip.Addr, n int, now time.Time) (ok bool, when time.Time) {
	net := e.nets.of(addr, now)
	if net != nil {
		if ok, when = net.admit(n, now); !ok {
			return false, when
		}
	}
	if ok, when = e.budget.admit(n, now); !ok && net != nil {
		net.charge(-n)
	}
	return ok, when
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

// wait puts a host behind those that wait for the budget, or starts its probes at once:
// then it is true.
func (e *engine) wait(f *flow, now time.Time) (started bool) {
	if len(e.ready) == 0 {
		if ok, _ := e.afford(f.Addr, f.plan(e.job), now); ok {
			e.begin(f, now)
			return true
		}
	}
	e.ready = append(e.ready, f)
	return false
}

// begin starts the probes that a host has waited for.
func (e *engine) begin(f *flow, now time.Time) {
	if !f.probed() {
		e.probing++
	}
	f.probe(e.job)
	e.losses.ask(f)
	e.poll(f, now)
}

// finish ends a host: it is judged and given out, or, while more probes could still tell
// of it, judged and perhaps sent back.
func (e *engine) finish(f *flow) {
	e.wheel.stop(&f.timer)
	e.listened(f)
	if f.probed() {
		e.probing--
	}
	f.stage, f.machine = done, nil
	f.away = e.back != nil && f.gen2 != nil && f.deep == nil && f.problem == ""
	if f.away {
		e.away++
	} else {
		delete(e.flows, f.key())
	}
	e.ended = append(e.ended, f)
}

// handOver lets go of the hosts that have ended. From then on they are the judges'.
func (e *engine) handOver() {
	for i, f := range e.ended {
		e.done(f)
		e.ended[i] = nil
	}
	e.ended = e.ended[:0]
}

// abort finishes all hosts under way. Those that are away are given out by the judges,
// who learn that they cannot send them back any more.
func (e *engine) abort(why string) {
	e.hangUpAll()
	cut := func(f *flow, why string) {
		f.fail(why)
		f.cut = true
		e.finish(f)
	}
	for _, f := range e.flows {
		if !f.away {
			cut(f, why)
		}
	}
	if e.back != nil {
		for _, r := range e.back.end() {
			if r.undecided {
				cut(r.f, cutShort)
			}
		}
	}
	e.handOver()
	clear(e.flows)
	e.ready, e.more, e.away, e.probing = nil, false, 0, 0
}

// receive waits for packets until that time, and then takes what is there already.
func (e *engine) receive(until time.Time) error {
	idle := e.conn.Now()
	for i := range maxDrain {
		n, at, err := e.conn.Recv(e.buf, until)
		if i == 0 {
			e.strain.idle += e.conn.Now().Sub(idle)
		}
		switch {
		case err == nil:
			e.take(e.buf[:n], at)
			until = time.Time{}
		case errors.Is(err, link.ErrTimeout):
			return nil
		default:
			return fmt.Errorf("scan: receiving: %w", err)
		}
	}
	return nil
}

// take hands a frame to the host it comes from or is about.
func (e *engine) take(frame []byte, at time.Time) {
	p := &e.p
	p.Decode(e.conn.LinkType(), frame)
	if p.Odd&(packet.OddChecksum|packet.OddIPChecksum) != 0 {
		return // broken on the way; the probe is repeated
	}
	switch p.Network {
	case packet.ARP:
		if p.ARP.Op != packet.ARPReply {
			return
		}
		for _, f := range e.asking(p.ARP.SenderIP) {
			e.give(f, p, at)
		}
	case packet.IPv6:
		if n, ok := p.Neighbor(); ok && p.ICMP.Type == packet.ICMPv6NeighborAdv {
			if f := e.flows[n.Target]; f != nil && e.give(f, p, at) {
				return
			}
			for _, f := range e.asking(n.Target) {
				e.give(f, p, at)
			}
			return
		}
		if f := e.flows[about(p)]; f != nil {
			e.give(f, p, at)
		} else {
			e.overhear(p, at)
		}
	case packet.IPv4:
		addr := p.Src
		var q packet.Packet
		if p.Transport == packet.ICMP && p.ICMP.Type == packet.ICMPUnreachable && p.Quoted(&q) {
			addr = q.Dst
		}
		if f := e.flows[addr]; f != nil {
			e.give(f, p, at)
		} else {
			e.overhear(p, at)
		}
	}
}

// asking are the hosts whose next hop that address is. All are looked through for a
// gateway alone: neighbours that tell their addresses unasked must not cost as much.
func (e *engine) asking(addr netip.Addr) (out []*flow) {
	if f := e.flows[addr]; f != nil && f.stage == resolving {
		return append(out, f)
	}
	if _, ok := e.behind[addr]; !ok {
		return nil
	}
	for _, f := range e.flows {
		if f.stage == resolving && f.nextHop().WithZone("") == addr {
			out = append(out, f)
		}
	}
	return out
}

// give lets the machine of a host take a packet, and act on it if it is its own.
func (e *engine) give(f *flow, p *packet.Packet, at time.Time) (mine bool) {
	switch {
	case f.temporal.live() && f.temporal.Receive(p, at):
	case f.machine == nil || !f.machine.Receive(p, at):
		return false
	case f.timed():
		e.strain.heard++
		if p.Transport == packet.TCP && p.TCP.Flags.Has(packet.SYN|packet.ACK) {
			f.found.SYNACK = nil // probes tell as much
		}
	}
	e.losses.note(f)
	f.last = at
	e.poll(f, e.conn.Now())
	return true
}
