package sweep

import (
	"errors"
	"fmt"
	"time"

	"whorl/link"
	"whorl/packet"
)

// receiver checks what comes in, refuses connections that the kernel would not, and
// hands answers out without ever waiting for whoever takes them.
type receiver struct {
	*Sweep
	check  checker
	probes *probes
	p      packet.Packet
	buf    []byte
	queue  []Found // answers that did not fit into the channel, from head on
	head   int
	resets [][]byte // frames that leave with the next flush
}

const (
	maxDrain = 1024 // frames taken in one turn
	maxFrame = 65536
)

func newReceiver(s *Sweep, r link.Route) (*receiver, error) {
	n, err := newNumbers(s.o.Key)
	if err != nil {
		return nil, err
	}
	t := &receiver{Sweep: s, buf: make([]byte, maxFrame)}
	t.check = checker{numbers: n, src: r.Src, ports: s.o.Ports, echoes: s.o.Echo}
	t.probes, err = newProbes(r, n, s.o.Ports)
	return t, err
}

// turn waits for frames until that time, takes those that are there, and offers what
// it has found.
func (t *receiver) turn(until time.Time) error {
	defer t.offer()
	for range maxDrain {
		n, at, err := t.conn.Recv(t.buf, until)
		switch {
		case err == nil:
			t.take(t.buf[:n], at)
			until = time.Time{}
		case errors.Is(err, link.ErrTimeout):
			return t.refuse()
		default:
			return fmt.Errorf("sweep: receiving: %w", err)
		}
	}
	return t.refuse()
}

// take looks at one frame.
func (t *receiver) take(frame []byte, at time.Time) {
	t.p.Decode(t.conn.LinkType(), frame)
	f, slot, ok := t.check.check(&t.p)
	if !ok {
		return
	}
	if f.State == Open && t.o.Reset { // each time: a target whose RST was lost asks again
		t.refuseLater()
	}
	if !t.seen.add(f.Addr, t.o.remembered(f.Port), f.Up()) {
		return
	}
	f.At, f.RTT = at, t.times.since(slot, at)
	if f.Up() {
		t.counts.up.Add(1)
	} else {
		t.counts.noticed.Add(1)
	}
	t.queue = append(t.queue, f)
}

// refuseLater prepares the RST for the SYN+ACK at hand.
func (t *receiver) refuseLater() {
	n := len(t.resets)
	if n == cap(t.resets) {
		t.resets = append(t.resets, nil)
	} else {
		t.resets = t.resets[:n+1]
	}
	t.resets[n] = t.probes.appendReset(t.resets[n][:0], &t.p)
	if len(t.resets) >= maxBatch {
		t.refuse()
	}
}

// refuse sends the RSTs. One that does not get out is made again for the next SYN+ACK
// of that target.
func (t *receiver) refuse() error {
	_, err := t.out.put(t.resets)
	t.resets = t.resets[:0]
	if err != nil && fatal(err) {
		return fmt.Errorf("sweep: sending: %w", err)
	}
	return nil
}

// offer puts into the channel what fits.
func (t *receiver) offer() {
	for t.waiting() > 0 && t.give(t.queue[t.head]) {
		t.head++
	}
	if t.head > len(t.queue)/2 {
		t.queue = t.queue[:copy(t.queue, t.queue[t.head:])]
		t.head = 0
	}
	t.backlog.Store(int64(t.waiting()))
}

// give puts one answer into the channel if there is room.
func (t *receiver) give(f Found) bool {
	select {
	case t.found <- f:
		return true
	default:
		return false
	}
}

// waiting is how many answers are in the queue.
func (t *receiver) waiting() int { return len(t.queue) - t.head }

// patience is how long a turn may wait.
func (t *receiver) patience() time.Duration {
	if t.waiting() > 0 {
		return slotTime // the channel may have room soon
	}
	return ctxCheck
}

// done reports whether the last answer has been waited for and taken.
func (t *receiver) done(now time.Time) bool {
	at := t.finished.Load()
	return at != 0 && now.UnixNano()-at >= int64(t.o.Wait) && t.waiting() == 0
}

// hurry offers what is left for a moment, after an interrupt.
func (t *receiver) hurry() {
	late := time.NewTimer(lastRequest)
	defer late.Stop()
	for _, f := range t.queue[t.head:] {
		select {
		case t.found <- f:
		case <-late.C:
			return
		}
	}
}
