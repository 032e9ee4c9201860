package sweep

import (
	"errors"
	"fmt"
	"syscall"
	"time"

	"whorl/link"
)

// sender sends what the plan gives it. It has no clock and does not wait. There may be
// several, each with a way out of its own.
type sender struct {
	*plan
	out    *outlet
	probes *probes
	late   time.Duration // it takes only what is overdue by that much

	batch  batch
	frames [][]byte // reused
	unsent [][]byte // the part of frames that has yet to leave
}

// helpLate is by how much a batch is overdue when a sender takes it that helps the first.
// Without a limit all are.
const helpLate = maxLag / 2

// newSenders makes one, and more as far as the options want them and the link has ways out.
func newSenders(p *plan, r link.Route) (all []*sender, err error) {
	outs := []*outlet{p.out}
	if m, ok := p.conn.(link.MultiSender); ok {
		for len(outs) < p.o.Senders {
			outs = append(outs, &outlet{batches: m.Sender()})
		}
	}
	for i, out := range outs {
		n, err := newNumbers(p.o.Key)
		if err != nil {
			return nil, err
		}
		t := &sender{plan: p, out: out, frames: make([][]byte, maxBatch)}
		if t.probes, err = newProbes(r, n, p.o.Ports); err != nil {
			return nil, err
		}
		if i > 0 {
			t.late = helpLate
		}
		all = append(all, t)
	}
	return all, nil
}

// turn sends what is due and says how long to wait before the next turn. more is false
// when all has been taken.
func (t *sender) turn(now time.Time) (wait time.Duration, more bool, err error) {
	if t.backlog.Load() > maxBacklog {
		return slotTime, true, nil
	}
	if len(t.unsent) == 0 {
		if wait, more = t.take(now, t.late, &t.batch); wait > 0 || !more {
			return wait, more, nil
		}
		t.make()
	}
	wait, err = t.flush(now)
	return wait, true, err
}

// make makes the frames of the batch.
func (t *sender) make() {
	b := &t.batch
	for i, addr := range b.addrs {
		t.frames[i] = t.probes.append(t.frames[i][:0], addr, b.question, b.slot)
	}
	t.unsent = t.frames[:len(b.addrs)]
}

// flush sends the batch. What the interface had no room for stays for a later turn.
func (t *sender) flush(now time.Time) (wait time.Duration, err error) {
	for len(t.unsent) > 0 {
		n, err := t.out.put(t.unsent)
		t.counts.sent.Add(int64(n))
		t.unsent = t.unsent[n:]
		switch {
		case err == nil:
		case errors.Is(err, syscall.ENOBUFS), errors.Is(err, syscall.EAGAIN):
			return t.slow(now), nil
		case fatal(err):
			return 0, fmt.Errorf("sweep: sending: %w", err)
		default:
			t.refused(err)
			t.unsent = t.unsent[1:]
		}
		if len(t.unsent) == 0 {
			t.done(now)
		}
	}
	return 0, nil
}
