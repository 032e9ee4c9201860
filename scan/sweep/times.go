package sweep

import (
	"sync/atomic"
	"time"
)

// times remembers when probes left, to the millisecond, by the slot that they carry:
// as many slots as there are source ports, used in turn.
type times struct {
	left  []atomic.Int64 // Unix nanoseconds on the link's clock
	count int            // slots used so far
	last  time.Time      // when the latest began
}

// slotTime is how long probes share a slot at least.
const slotTime = time.Millisecond

func newTimes(slots int) *times { return &times{left: make([]atomic.Int64, slots)} }

// slot gives the slot of a probe that leaves now. It is for the sender alone.
func (t *times) slot(now time.Time) uint16 {
	if t.count == 0 || now.Sub(t.last) >= slotTime {
		t.count++
		t.last = now
		t.left[t.current()].Store(now.UnixNano())
	}
	return uint16(t.current())
}

func (t *times) current() int { return (t.count - 1) % len(t.left) }

// since is how long before that time the probes of a slot left.
func (t *times) since(slot uint16, at time.Time) time.Duration {
	return max(0, time.Duration(at.UnixNano()-t.left[slot].Load()))
}
