package scan

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"syscall"
	"time"

	"whorl/link"
	"whorl/method"
	"whorl/packet"
)

// engine drives the hosts that are reached over one link, in one goroutine.
type engine struct {
	job    *Job
	conn   link.Conn
	feed   func() (t Target, r link.Route, ok, more bool) // the next host for this link
	done   func(*flow)                                    // takes a finished host
	busy   func() bool                                    // results are not taken fast enough
	listen func(netip.Addr) (uint16, error)               // see Config; may be nil

	wheel   *wheel
	budget  budget
	flows   map[netip.Addr]*flow
	ready   []*flow // waiting for the budget of their probes, in order
	next    *held   // a host that waits to be admitted
	more    bool    // the feed has more
	started time.Time

	out    method.Outbox
	frames [][]byte
	queued []queued
	stamps []time.Time
	p      packet.Packet
	buf    []byte
	broken error // what made the link useless
}

type held struct {
	Target
	route link.Route
}

// queued is a packet that leaves with the next flush.
type queued struct {
	f   *flow
	tag method.Tag
}

// Bounds of one turn of the loop, so that neither side starves the other.
const (
	maxBatch  = 256
	maxDrain  = 512
	idleCheck = 20 * time.Millisecond  // how often the feed is asked again when it had nothing
	ctxCheck  = 200 * time.Millisecond // how long an interrupt may go unnoticed
	maxFrame  = 65536
)

func newEngine(j *Job, c link.Conn) *engine {
	now := c.Now()
	return &engine{
		job: j, conn: c, wheel: newWheel(now), budget: newBudget(j.Rate, now),
		flows: map[netip.Addr]*flow{}, more: true, buf: make([]byte, maxFrame),
	}
}

// run scans until the feed is empty and all hosts are done, or the context ends;
// then what is known of the hosts under way is handed out.
func (e *engine) run(ctx context.Context) error {
	for ctx.Err() == nil {
		now := e.conn.Now()
		again := e.admit(now)
		e.wheel.advance(now, func(f *flow) { e.poll(f, now) })
		if e.broken == nil {
			e.broken = e.flush()
		}
		if e.broken != nil {
			e.abort("the link failed; see the error of the scan")
			return e.broken
		}
		if len(e.flows) == 0 && e.next == nil && !e.more {
			return nil
		}
		if at, ok := e.wheel.next(); ok && (again.IsZero() || at.Before(again)) {
			again = at
		}
		if last := now.Add(ctxCheck); again.IsZero() || again.After(last) {
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

// admit starts probes of hosts that wait for them, then new hosts, as far as the
// budget goes. It returns when to try again; zero: not before something happens.
func (e *engine) admit(now time.Time) (again time.Time) {
	for len(e.ready) > 0 {
		ok, when := e.budget.admit(planGen2, now)
		if !ok {
			return when
		}
		f := e.ready[0]
		e.ready = e.ready[1:]
		if f.stage != waiting {
			continue
		}
		f.beginGen2(e.job)
		e.poll(f, now)
	}
	for len(e.flows) < e.job.Parallel && !e.busy() {
		if e.next == nil {
			t, r, ok, more := e.feed()
			e.more = more
			if !ok {
				if more {
					return now.Add(idleCheck)
				}
				return time.Time{}
			}
			e.next = &held{t, r}
		}
		if !e.started.IsZero() && now.Before(e.started.Add(e.job.Pause)) {
			return e.started.Add(e.job.Pause)
		}
		if _, twice := e.flows[e.next.Addr]; twice {
			return now.Add(idleCheck) // the same address is under way already: one after the other
		}
		ok, when := e.budget.admit(planSeek, now)
		if !ok {
			return when
		}
		f := &flow{Target: e.next.Target, route: e.next.route}
		if f.route.Local && e.listen != nil {
			f.own, _ = e.listen(f.Addr) // without one, the scan tells less and says so
		}
		e.next = nil
		e.started = now
		f.timer.owner = f
		f.lost = e.lost()
		e.flows[f.Addr] = f
		f.begin(e.job, now)
		e.poll(f, now)
	}
	if e.next != nil || e.more {
		return now.Add(idleCheck)
	}
	return time.Time{}
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
	if !f.deadline.IsZero() && !now.Before(f.deadline) {
		f.fail(fmt.Sprintf("host timeout of %v reached; raise --host-timeout for a full result", e.job.HostTimeout))
	}
	for f.machine != nil && f.stage != done {
		wake := f.machine.Poll(now, &e.out)
		sent := e.out.Len()
		e.enqueue(f)
		if !wake.IsZero() {
			if sent > 0 && !wake.After(now) {
				wake = now.Add(tick)
			}
			if !f.deadline.IsZero() && f.deadline.Before(wake) {
				wake = f.deadline
			}
			e.wheel.set(&f.timer, wake)
			return
		}
		if sent > 0 { // its last packets have to leave before the stage is judged
			e.wheel.set(&f.timer, now.Add(tick))
			return
		}
		f.step(e.job)
		if f.stage == waiting {
			e.wait(f, now)
			return
		}
	}
	e.finish(f)
}

// wait puts a host behind those that wait for the budget, or starts its probes at once.
func (e *engine) wait(f *flow, now time.Time) {
	if len(e.ready) == 0 {
		if ok, _ := e.budget.admit(planGen2, now); ok {
			f.beginGen2(e.job)
			e.poll(f, now)
			return
		}
	}
	e.ready = append(e.ready, f)
}

func (e *engine) finish(f *flow) {
	e.wheel.stop(&f.timer)
	delete(e.flows, f.Addr)
	f.stage = done
	e.done(f)
}

// abort finishes all hosts under way.
func (e *engine) abort(why string) {
	for _, f := range e.flows {
		f.fail(why)
		e.finish(f)
	}
	e.ready, e.next, e.more = nil, nil, false
}

// enqueue encodes what a machine put out.
func (e *engine) enqueue(f *flow) {
	for i := range e.out.Len() {
		p, tag := e.out.At(i)
		f.address(p)
		n := len(e.queued)
		if n == len(e.frames) {
			e.frames = append(e.frames, make([]byte, 0, 512))
		}
		frame, err := p.Append(e.frames[n][:0])
		if err != nil {
			f.fail(err.Error())
			break
		}
		e.frames[n] = frame
		e.queued = append(e.queued, queued{f, tag})
	}
	e.out.Reset()
	if len(e.queued) >= maxBatch && e.broken == nil {
		e.broken = e.flush()
	}
}

// flush sends what is queued and tells the machines when each packet left.
func (e *engine) flush() error {
	n := len(e.queued)
	if n == 0 {
		return nil
	}
	for len(e.stamps) < n {
		e.stamps = append(e.stamps, time.Time{})
	}
	for from := 0; from < n; {
		sent, err := e.send(e.frames[from:n], e.stamps[from:n])
		for i, q := range e.queued[from : from+sent] {
			e.left(q, e.stamps[from+i])
		}
		from += sent
		if err == nil {
			continue
		}
		if fatal := e.refused(e.queued[from].f, err); fatal != nil {
			e.queued = e.queued[:0]
			return fatal
		}
		from++ // that one is lost; its machine will repeat it
	}
	e.queued = e.queued[:0]
	return nil
}

// left notes that a packet is on its way.
func (e *engine) left(q queued, at time.Time) {
	q.f.sent++
	q.f.last = at
	if q.f.machine != nil {
		q.f.machine.Sent(q.tag, at)
	}
	if q.f.sent > planSeek+planGen2 {
		e.budget.charge(1)
	}
}

// refused decides what an error of sending means: nil if only that packet or host
// is concerned, else the link is of no use any more.
func (e *engine) refused(f *flow, err error) error {
	switch {
	case errors.Is(err, syscall.ENOBUFS), errors.Is(err, syscall.EAGAIN):
		e.budget.slow(e.conn.Now())
		return nil
	case errors.Is(err, syscall.ENETDOWN), errors.Is(err, syscall.ENODEV), errors.Is(err, syscall.ENXIO),
		errors.Is(err, syscall.EBADF), errors.Is(err, io.ErrClosedPipe), errors.Is(err, net.ErrClosed):
		return fmt.Errorf("scan: sending over %s: %w", f.route.Interface, err)
	}
	f.fail(fmt.Sprintf("sending failed: %v; check the route and the firewall of this machine", err))
	return nil
}

func (e *engine) send(frames [][]byte, stamps []time.Time) (n int, err error) {
	if b, ok := e.conn.(link.BatchSender); ok {
		return b.SendBatch(frames, stamps)
	}
	for n < len(frames) && err == nil {
		if stamps[n], err = e.conn.Send(frames[n]); err == nil {
			n++
		}
	}
	return n, err
}

// receive waits for packets until that time, and then takes what is there already.
func (e *engine) receive(until time.Time) error {
	for i := 0; i < maxDrain; i++ {
		n, at, err := e.conn.Recv(e.buf, until)
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
	case packet.IPv4, packet.IPv6:
		addr := p.Src
		var q packet.Packet
		if p.Transport == packet.ICMP && p.ICMP.Type == packet.ICMPUnreachable && p.Quoted(&q) {
			addr = q.Dst
		}
		if f := e.flows[addr]; f != nil {
			e.give(f, p, at)
		}
	}
}

// asking are the hosts whose next hop that address is.
func (e *engine) asking(addr netip.Addr) (out []*flow) {
	if f := e.flows[addr]; f != nil && f.stage == resolving {
		return append(out, f)
	}
	for _, f := range e.flows {
		if f.stage == resolving && f.route.NextHop == addr {
			out = append(out, f)
		}
	}
	return out
}

// give lets the machine of a host take a packet, and act on it if it is its own.
func (e *engine) give(f *flow, p *packet.Packet, at time.Time) {
	if f.machine == nil || !f.machine.Receive(p, at) {
		return
	}
	f.last = at
	e.poll(f, e.conn.Now())
}
