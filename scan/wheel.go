package scan

import (
	"math/bits"
	"time"
)

// wheel holds timers in two levels: a thousand slots of one millisecond, and a
// thousand of one such round each, some 17 minutes in all. Later times wait in the
// last slot and are sorted in again.
type wheel struct {
	origin time.Time
	now    int64 // ticks done
	near   level
	far    level
	count  int
}

const (
	tick     = time.Millisecond
	slots    = 1024 // per level, a power of two
	maxTicks = slots * (slots - 1)
)

// timer is one entry, part of what it wakes.
type timer struct {
	next, prev *timer
	in         *level
	slot       int
	due        int64
	owner      *flow
}

// level is a ring of lists with a bitmap of those that are not empty.
type level struct {
	heads [slots]timer
	used  [slots / 64]uint64
}

func newWheel(origin time.Time) *wheel {
	w := &wheel{origin: origin}
	for _, l := range []*level{&w.near, &w.far} {
		for i := range l.heads {
			h := &l.heads[i]
			h.next, h.prev = h, h
		}
	}
	return w
}

// set arms t for that time, or moves it there. It never fires early.
func (w *wheel) set(t *timer, at time.Time) {
	w.stop(t)
	t.due = max(int64((at.Sub(w.origin)+tick-1)/tick), w.now+1)
	w.insert(t)
	w.count++
}

func (w *wheel) insert(t *timer) {
	if t.due-w.now < slots {
		w.near.put(t, int(t.due%slots))
		return
	}
	due := min(t.due, w.now+maxTicks)
	w.far.put(t, int(due/slots%slots))
}

// stop takes t out if it is armed.
func (w *wheel) stop(t *timer) {
	if t.in != nil {
		t.in.take(t)
		w.count--
	}
}

func (l *level) put(t *timer, slot int) {
	h := &l.heads[slot]
	t.in, t.slot = l, slot
	t.prev, t.next = h.prev, h
	h.prev.next, h.prev = t, t
	l.used[slot/64] |= 1 << (slot % 64)
}

func (l *level) take(t *timer) {
	t.prev.next, t.next.prev = t.next, t.prev
	if h := &l.heads[t.slot]; h.next == h {
		l.used[t.slot/64] &^= 1 << (t.slot % 64)
	}
	t.in, t.next, t.prev = nil, nil, nil
}

// first is the first used slot at or after from, going round; -1 if all are empty.
func (l *level) first(from int) int {
	for i := 0; i <= len(l.used); i++ {
		w := (from/64 + i) % len(l.used)
		word := l.used[w]
		if i == 0 {
			word &= ^uint64(0) << (from % 64)
		}
		if word != 0 {
			return w*64 + bits.TrailingZeros64(word)
		}
	}
	return -1
}

// next is when to look again; ok is false if no timer is armed. With only far
// timers it is when their round begins.
func (w *wheel) next() (at time.Time, ok bool) {
	if w.count == 0 {
		return at, false
	}
	due := int64(-1)
	if s := w.near.first(int((w.now + 1) % slots)); s >= 0 {
		due = w.now + 1 + (int64(s)-(w.now+1)%slots+slots)%slots
	}
	round := w.now/slots + 1 // the next round to be sorted in
	if s := w.far.first(int(round % slots)); s >= 0 {
		far := (round + (int64(s)-round%slots+slots)%slots) * slots
		if due < 0 || far < due {
			due = far
		}
	}
	return w.origin.Add(time.Duration(due) * tick), true
}

// advance moves the wheel to that time and calls fire for every timer that is due.
// fire may arm timers.
func (w *wheel) advance(to time.Time, fire func(*flow)) {
	end := int64(to.Sub(w.origin) / tick)
	for w.now < end {
		at, ok := w.next()
		if !ok || int64(at.Sub(w.origin)/tick) > end {
			w.now = end
			return
		}
		w.now = int64(at.Sub(w.origin) / tick)
		if w.now%slots == 0 {
			w.sortIn()
		}
		for h := &w.near.heads[w.now%slots]; h.next != h; {
			t := h.next
			w.stop(t)
			fire(t.owner)
		}
	}
}

// sortIn moves the timers of the round that begins now to the near level.
func (w *wheel) sortIn() {
	for h := &w.far.heads[w.now/slots%slots]; h.next != h; {
		t := h.next
		w.far.take(t)
		if t.due <= w.now {
			w.near.put(t, int(w.now%slots))
			continue
		}
		w.insert(t)
	}
}
