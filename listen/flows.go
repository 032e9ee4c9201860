package listen

import (
	"bytes"
	"hash/maphash"
	"net/netip"

	"whorl/method/syn"
)

// flows are connections that have begun. A connection may stand in one of the few places
// of its set, and takes that of the oldest there: with a million SYNs a second from random
// ends, a map that forgets costs three times as much (docs/bench/passive). The seed keeps
// senders from choosing a set.
type flows struct {
	seed maphash.Seed
	sets []set
}

// ways is how many connections a set has room for.
const ways = 4

// set is a ring of connections.
type set struct {
	marks [ways]uint32 // of the hashes of what stands there; 0: nothing
	next  uint32       // place of the oldest
	flows [ways]flow
}

// ends are the two ends of a connection, whichever way a packet goes.
type ends struct{ low, high end }

type end struct {
	addr address
	port uint16
}

func (e *end) less(o *end) bool {
	if c := bytes.Compare(e.addr[:], o.addr[:]); c != 0 {
		return c < 0
	}
	return e.port < o.port
}

// endsOf gives the ends of a packet's connection, and whether the sender is the low one.
func endsOf(src, dst netip.Addr, srcPort, dstPort uint16) (e ends, low bool) {
	a, b := end{src.As16(), srcPort}, end{dst.As16(), dstPort}
	if b.less(&a) {
		return ends{b, a}, false
	}
	return ends{a, b}, true
}

// flow is one connection.
type flow struct {
	ends     ends
	low      bool    // the client is the low end
	asked    bool    // a SYN was seen
	answered bool    // a SYN-ACK was seen
	refused  bool    // a RST answered the SYN
	spoiled  bool    // repetitions tell nothing of a timer
	spoke    [2]bool // the client has sent data, the server has
	isn      uint32  // of the SYN
	answer   uint32  // ISN of the SYN-ACK
	begun    int64   // when the first SYN came, or the first SYN-ACK if one did, nanoseconds of Unix time
	repeats  syn.Repeats
	offer    syn.Offer
}

// init makes room for so many connections, rounded up to a power of two.
func (t *flows) init(limit int) {
	n := 1
	for n*ways < limit {
		n *= 2
	}
	t.seed, t.sets = maphash.MakeSeed(), make([]set, n)
}

// hash is a number for an address that senders cannot choose.
func (t *flows) hash(a netip.Addr) uint32 {
	return uint32(maphash.Comparable(t.seed, address(a.As16())))
}

// find gives the set of a connection, its mark, and the connection; nil if it is not known.
func (t *flows) find(e *ends) (s *set, mark uint32, f *flow) {
	h := maphash.Comparable(t.seed, *e)
	s, mark = &t.sets[h&uint64(len(t.sets)-1)], uint32(h>>32)|1
	for i, m := range s.marks {
		if m == mark && s.flows[i].ends == *e {
			return s, mark, &s.flows[i]
		}
	}
	return s, mark, nil
}

// add begins a connection in the place of the oldest of its set.
func (s *set) add(mark uint32, e *ends) *flow {
	i := s.next % ways
	s.next++
	s.marks[i] = mark
	s.flows[i] = flow{ends: *e}
	return &s.flows[i]
}
