package listen

import (
	"net/netip"
	"time"

	"whorl/method/syn"
)

// hosts are the addresses that were heard, in two queues: strangers, of which one
// handshake was heard, and those that came back. When the table is full the oldest
// stranger goes, unless strangers have less than their share of it, so that a flood from
// addresses that never come back displaces only itself.
type hosts struct {
	places    map[address]uint32
	all       slab[known]
	kinds     slab[more]
	times     slab[times]
	habits    slab[habits]
	tracks    slab[tracks]
	strangers queue
	familiar  queue
	limit     int
}

// strangerShare is the part of a full table that strangers have at least: one in so many.
const strangerShare = 4

// address is a netip.Addr without a pointer, IPv4 mapped into IPv6.
type address [16]byte

func (a address) addr() netip.Addr { return netip.AddrFrom16(a).Unmap() }

// known is one address. It holds no pointer, as there are many.
type known struct {
	addr        address
	first, last int64  // nanoseconds of Unix time
	handshakes  uint32 // without repetitions; each has a number
	timed       bool   // first and last are known
	news        bool   // changed since News gave it
	familiar    bool
	prev, next  uint32 // in its queue
	shown       kind   // the first kind of packet
	more        uint32 // the others; 0: none
	times       uint32 // 0: none
	habits      uint32 // 0: none
	tracks      uint32 // 0: none
}

// kind is one kind of packet that a host has shown.
type kind struct {
	id   uint32 // of the signature; 0: none
	seen syn.Seen
}

// more are the kinds of packets of a host that shows several. If there are too many the
// rarest goes.
type more [5]kind

// times are what is known of the clock of a host that came back, and when any host sent a
// SYN or SYN-ACK again.
type times struct {
	clock  syn.Clock
	talk   ends           // the connection that the clock reads
	answer bool           // the host accepted it
	given  bool           // Ran has what it shows
	again  [2]syn.Repeats // the longest series of SYNs, of SYN-ACKs
}

// longest is the longest series of repetitions.
func (t *times) longest(answer bool) *syn.Repeats {
	if answer {
		return &t.again[1]
	}
	return &t.again[0]
}

// rate is that of the clock, a second. Where it was not measured it is what nearly all
// current systems have.
func (t *times) rate() float64 {
	if hz, ok := t.clock.Rate(); ok {
		return syn.UsualRate(hz)
	}
	return 1000
}

// tracks tell whether the SYNs of an address are of several hosts.
type tracks struct{ clocks, ids syn.Tracks }

const (
	trackedFrom  = 4  // handshakes of an address
	trackedShare = 16 // one address in so many of the table can be followed
)

func (t *hosts) init(limit int) { t.places, t.limit = map[address]uint32{}, limit }

// find gives the number of an address; 0 if it is not known.
func (t *hosts) find(a netip.Addr) uint32 { return t.places[a.As16()] }

// surplus is the host that has to go before another one comes; 0 if there is room.
func (t *hosts) surplus() uint32 {
	switch {
	case len(t.places) < t.limit:
		return 0
	case t.strangers.n > t.limit/strangerShare || t.familiar.n == 0:
		return t.strangers.oldest
	}
	return t.familiar.oldest
}

// add gives a number to an address, which is a stranger.
func (t *hosts) add(a netip.Addr) uint32 {
	i := t.all.take()
	t.all.at(i).addr = a.As16()
	t.places[a.As16()] = i
	t.strangers.push(&t.all, i)
	return i
}

// remove frees the number of a host.
func (t *hosts) remove(i uint32) {
	h := t.all.at(i)
	t.queueOf(h).take(&t.all, i)
	delete(t.places, h.addr)
	if h.more != 0 {
		t.kinds.drop(h.more)
	}
	if h.times != 0 {
		t.times.drop(h.times)
	}
	if h.habits != 0 {
		t.habits.drop(h.habits)
	}
	if h.tracks != 0 {
		t.tracks.drop(h.tracks)
	}
	t.all.drop(i)
}

func (t *hosts) queueOf(h *known) *queue {
	if h.familiar {
		return &t.familiar
	}
	return &t.strangers
}

// again notes that a host came back: it is no stranger, and the youngest.
func (t *hosts) again(i uint32) {
	h := t.all.at(i)
	if h.familiar && t.familiar.newest == i {
		return
	}
	t.queueOf(h).take(&t.all, i)
	h.familiar = true
	t.familiar.push(&t.all, i)
}

// timesOf gives the times of a host, made if need be.
func (t *hosts) timesOf(h *known) *times {
	if h.times == 0 {
		h.times = t.times.take()
	}
	return t.times.at(h.times)
}

// habitsOf gives what is counted of a host, made if need be.
func (t *hosts) habitsOf(h *known) *habits {
	if h.habits == 0 {
		h.habits = t.habits.take()
	}
	return t.habits.at(h.habits)
}

// tracksOf gives the tracks of a host that begins connections again and again; nil if
// there are none: SYN-ACKs have none, as what differs there is a load balancer's servers.
func (t *hosts) tracksOf(h *known, answer bool) *tracks {
	if answer || h.tracks == 0 && (h.handshakes < trackedFrom || t.tracks.len() > t.limit/trackedShare) {
		return nil
	}
	if h.tracks == 0 {
		h.tracks = t.tracks.take()
	}
	return t.tracks.at(h.tracks)
}

// moreOf gives the further kinds of packets of a host, made if need be.
func (t *hosts) moreOf(h *known) *more {
	if h.more == 0 {
		h.more = t.kinds.take()
	}
	return t.kinds.at(h.more)
}

// heard notes when something of a host was heard. The zero time is none.
func (h *known) heard(at time.Time) {
	if at.IsZero() {
		return
	}
	ns := at.UnixNano()
	if !h.timed {
		h.first, h.last, h.timed = ns, ns, true
	}
	h.first, h.last = min(h.first, ns), max(h.last, ns)
}

// span is when a host was heard first and last.
func (h *known) span() (first, last time.Time) {
	if !h.timed {
		return first, last
	}
	return time.Unix(0, h.first).UTC(), time.Unix(0, h.last).UTC()
}

// queue are hosts in the order in which they were heard last, linked by their numbers.
type queue struct {
	oldest, newest uint32
	n              int
}

func (q *queue) push(all *slab[known], i uint32) {
	h := all.at(i)
	h.prev, h.next = q.newest, 0
	if q.newest != 0 {
		all.at(q.newest).next = i
	} else {
		q.oldest = i
	}
	q.newest = i
	q.n++
}

func (q *queue) take(all *slab[known], i uint32) {
	h := all.at(i)
	if h.prev != 0 {
		all.at(h.prev).next = h.next
	} else {
		q.oldest = h.next
	}
	if h.next != 0 {
		all.at(h.next).prev = h.prev
	} else {
		q.newest = h.prev
	}
	q.n--
}
