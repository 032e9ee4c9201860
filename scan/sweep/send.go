package sweep

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"syscall"
	"time"

	"whorl/link"
)

// sender asks the questions, one walk over the addresses for each question and pass.
// It has no clock and does not wait.
type sender struct {
	*Sweep
	probes *probes
	pace   pace
	asks   []question
	walk   int // how many have been begun
	next   func() (netip.Addr, bool)
	rest   time.Time // until when the answers of a pass are waited for
	last   time.Time // when the latest probe was made, or left if that was later; at first the start

	frames [][]byte // reused
	unsent [][]byte // the part of frames that has yet to leave
}

// maxLook bounds the addresses that are looked at in one turn, for those that need
// not be asked again.
const maxLook = 4096

func newSender(s *Sweep, r link.Route) (*sender, error) {
	n, err := newNumbers(s.o.Key)
	if err != nil {
		return nil, err
	}
	now := s.conn.Now()
	t := &sender{Sweep: s, asks: s.o.questions(), pace: newPace(s.o.Rate, now), last: now}
	t.frames = make([][]byte, maxBatch)
	t.probes, err = newProbes(r, n, s.o.Ports)
	return t, err
}

// turn sends what is due and says how long to wait before the next turn. more is false
// when all has been sent.
func (t *sender) turn(now time.Time) (wait time.Duration, more bool, err error) {
	if t.backlog.Load() > maxBacklog {
		return slotTime, true, nil
	}
	if wait = max(t.pace.wait(now), t.rest.Sub(now)); wait > 0 {
		return wait, true, nil
	}
	if len(t.unsent) == 0 && !t.fill(now) {
		return 0, false, nil
	}
	return 0, true, t.flush(now)
}

// fill makes the frames of the next batch. It is false when none are left.
func (t *sender) fill(now time.Time) bool {
	slot, n := t.times.slot(now), 0
	for look := 0; n < t.pace.batch() && look < maxLook && !now.Before(t.rest); look++ {
		if t.next == nil && !t.begin() {
			t.unsent = t.frames[:n]
			return n > 0
		}
		addr, ok := t.next()
		if !ok {
			t.end()
			continue
		}
		q := t.question()
		if addr = addr.Unmap(); !askable(addr) {
			t.counts.skipped.Add(1)
		} else if t.walk == 1 || !t.seen.has(addr, t.o.remembered(uint16(q))) {
			t.frames[n] = t.probes.append(t.frames[n][:0], addr, q, slot)
			t.last = now
			n++
		}
	}
	t.unsent = t.frames[:n]
	return true
}

// begin begins the next walk. It is false when there is none.
func (t *sender) begin() bool {
	if t.walk == len(t.asks)*t.o.Passes {
		return false
	}
	t.walk++
	t.counts.pass.Store(int64(t.walk))
	t.next = t.o.Walk()
	return true
}

func (t *sender) question() question { return t.asks[(t.walk-1)%len(t.asks)] }

// end ends a walk, and lets the answers come in before a pass repeats what was asked.
func (t *sender) end() {
	t.next = nil
	if t.walk%len(t.asks) == 0 && t.walk < len(t.asks)*t.o.Passes {
		t.rest = t.last.Add(t.o.Wait)
	}
}

// askable reports whether an address can be that of a host (RFC 6890, RFC 5771).
func askable(a netip.Addr) bool {
	return a.Is4() && !a.IsMulticast() && a != netip.IPv4Unspecified() && a != netip.AddrFrom4([4]byte{255, 255, 255, 255})
}

// flush sends the batch. What the interface had no room for stays for a later turn.
func (t *sender) flush(now time.Time) error {
	for len(t.unsent) > 0 {
		n, err := t.put(t.unsent)
		if n > 0 {
			t.last = now
		}
		t.counts.sent.Add(int64(n))
		t.pace.sent(n)
		t.unsent = t.unsent[n:]
		switch {
		case err == nil:
		case errors.Is(err, syscall.ENOBUFS), errors.Is(err, syscall.EAGAIN):
			t.pace.slow(now)
			return nil
		case fatal(err):
			return fmt.Errorf("sweep: sending: %w", err)
		default:
			t.refused(err)
			t.unsent = t.unsent[1:]
		}
	}
	return nil
}

// put sends at most maxBatch frames, over a link that may or may not take many at once.
func (s *Sweep) put(frames [][]byte) (n int, err error) {
	s.sending.Lock()
	defer s.sending.Unlock()
	if b, ok := s.conn.(link.BatchSender); ok {
		return b.SendBatch(frames, s.stamps[:len(frames)])
	}
	for n < len(frames) && err == nil {
		if _, err = s.conn.Send(frames[n]); err == nil {
			n++
		}
	}
	return n, err
}

// fatal reports whether the link is of no use any more; other errors concern one
// packet.
func fatal(err error) bool {
	for _, e := range []error{syscall.ENETDOWN, syscall.ENODEV, syscall.ENXIO, syscall.EBADF, io.ErrClosedPipe, net.ErrClosed} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
