package scan

import (
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"time"

	"whorl/link"
	"whorl/method"
)

// queued is a packet that leaves with the next flush.
type queued struct {
	f        *flow
	tag      method.Tag
	temporal bool // of its temporal machine, not that of its stage
}

// enqueue encodes what the machine of a stage put out.
func (e *engine) enqueue(f *flow) { e.enqueueOf(f, false) }

// enqueueOf encodes what a machine of a host put out.
func (e *engine) enqueueOf(f *flow, temporal bool) {
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
		e.queued = append(e.queued, queued{f, tag, temporal})
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
	switch {
	case q.temporal:
		q.f.temporal.Sent(q.tag, at)
	case q.f.machine != nil:
		q.f.machine.Sent(q.tag, at)
	}
	if q.f.stage == probing {
		e.strain.sent++
	}
	if q.f.sent > q.f.planned {
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
	f.cut = true
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
