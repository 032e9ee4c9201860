package persona

import (
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"whorl/method"
)

// entryAt is an entry of a table in tests.
type entryAt struct{ at, value int }

func (e *entryAt) key() int { return e.at }

// A table is a map, however many entries come and go.
func TestTable(t *testing.T) {
	var (
		got  table[int, *entryAt]
		want = map[int]*entryAt{}
		luck = rand.New(rand.NewPCG(1, 2))
	)
	for step := range 100_000 {
		keys := 2 + step/1000%30 // few for a while, then many
		k := luck.IntN(keys)
		e, ok := got.get(k)
		if old, there := want[k]; ok != there || e != old {
			t.Fatalf("step %d: %d is %v, %v; want %v, %v", step, k, e, ok, old, there)
		}
		switch {
		case !ok:
			e = &entryAt{k, step}
			got.put(e)
			want[k] = e
		case luck.IntN(3) > 0:
			got.remove(k)
			delete(want, k)
		}
		got.remove(-1)
		if got.len() != len(want) {
			t.Fatalf("step %d: %d entries, want %d", step, got.len(), len(want))
		}
	}
}

// The memory of many entries is given back.
func TestTableShrinks(t *testing.T) {
	var s table[int, *entryAt]
	for i := range 1000 {
		s.put(&entryAt{at: i})
	}
	for i := range 1000 {
		s.remove(i)
	}
	if s.many != nil || s.few != nil {
		t.Errorf("%d places are left", len(s.many)+cap(s.few))
	}
}

func peerAt(i int) netip.Addr {
	return netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
}

// Of too many peers the one that was used longest ago is forgotten.
func TestPeersInOrderOfUse(t *testing.T) {
	var (
		s   peers
		key method.Key
		now = time.Unix(0, 0)
	)
	for i := range maxPeers {
		s.of(now, peerAt(i), &key)
	}
	first := s.of(now, peerAt(0), &key) // used again
	s.of(now, peerAt(maxPeers), &key)
	if s.all.len() != maxPeers || s.known(peerAt(0)) != first || s.known(peerAt(1)) != nil || s.known(peerAt(2)) == nil {
		t.Errorf("%d peers; the first %v, the second %v, the third %v", s.all.len(), s.known(peerAt(0)), s.known(peerAt(1)), s.known(peerAt(2)))
	}
	n := 0
	for p := s.oldest; p != nil; p = p.newer {
		if n++; p.newer == nil && p != s.newest {
			t.Error("the newest is not the last")
		}
	}
	if n != maxPeers {
		t.Errorf("%d peers in order", n)
	}
}

// Peers without connections are forgotten after a while, others later.
func TestPeersExpire(t *testing.T) {
	var (
		s   peers
		key method.Key
		now = time.Unix(0, 0)
	)
	for i := range 100 {
		p := s.of(now.Add(time.Duration(i)*time.Second), peerAt(i), &key)
		p.half = int32(i % 2)
	}
	now = now.Add(peerIdle + 50*time.Second)
	s.expire(now)
	if s.all.len() != 75 || s.known(peerAt(0)) != nil || s.known(peerAt(1)) == nil || s.known(peerAt(50)) == nil {
		t.Errorf("%d peers are left", s.all.len())
	}
	for i := range 100 {
		if p := s.known(peerAt(i)); p != nil {
			p.half = 0
		}
	}
	s.expire(now.Add(2 * peerIdle))
	if s.all.len() != 0 || s.newest != nil || s.oldest != nil {
		t.Errorf("%d peers are left for ever", s.all.len())
	}
}
