package syn

import (
	"math/rand/v2"
	"testing"
	"time"
)

var trackStart = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// sender is a host in virtual time: the timestamps and IP IDs of its SYNs to a peer.
type sender func(at time.Duration, peer uint32) (stamp, id uint32)

// perPeer is a host with an offset of its clock, and a counter, for each peer, as current
// Linux and Windows have.
func perPeer(rng *rand.Rand) sender {
	offset, id := map[uint32]uint32{}, map[uint32]uint32{}
	return func(at time.Duration, peer uint32) (uint32, uint32) {
		if _, known := offset[peer]; !known {
			offset[peer], id[peer] = rng.Uint32(), rng.Uint32()
		}
		id[peer] += 1 + rng.Uint32N(6)
		drift := at + at/10_000
		return offset[peer] + uint32(drift/time.Millisecond), id[peer] & 0xffff
	}
}

// perConnection draws everything anew, as Linux 7.3 and Apple do.
func perConnection(rng *rand.Rand) sender {
	return func(time.Duration, uint32) (uint32, uint32) { return rng.Uint32(), rng.Uint32() & 0xffff }
}

// watch lets a sender that next chooses begin n connections.
func watch(rng *rand.Rand, n int, next func(i int) (s sender, peer uint32)) (clocks, ids Tracks) {
	at := time.Duration(0)
	for i := range n {
		at += time.Duration(100+rng.IntN(4000)) * time.Millisecond
		s, peer := next(i)
		stamp, id := s(at, peer)
		late := at + time.Duration(rng.IntN(30))*time.Millisecond
		clocks.Stamp(peer, Stamp{trackStart.Add(late), stamp}, 1000)
		ids.ID(peer, Stamp{trackStart.Add(late), id})
	}
	return clocks, ids
}

func TestTracks(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	a, b, c, random := perPeer(rng), perPeer(rng), perPeer(rng), perConnection(rng)
	for _, tt := range []struct {
		name string
		n    int
		next func(i int) (sender, uint32)
		want int // hosts; 0: nothing is told
	}{
		{"one host", 200, func(i int) (sender, uint32) { return a, 1 }, 0},
		{"one host, two servers", 200, func(i int) (sender, uint32) { return a, uint32(i % 2) }, 0},
		{"one host, many servers", 2000, func(i int) (sender, uint32) { return a, rng.Uint32N(100) }, 0},
		{"replaced", 200, func(i int) (sender, uint32) {
			if i < 100 {
				return a, 1
			}
			return b, 1
		}, 0},
		{"a new one now and then", 200, func(i int) (sender, uint32) {
			if i%4 == 0 {
				b = perPeer(rng)
			}
			return b, 1
		}, 0},
		{"two hosts", 40, func(i int) (sender, uint32) { return []sender{a, b}[rng.IntN(2)], 1 }, 2},
		{"two hosts, four servers", 200, func(i int) (sender, uint32) { return []sender{a, b}[rng.IntN(2)], rng.Uint32N(4) }, 2},
		{"three hosts", 60, func(i int) (sender, uint32) { return []sender{a, b, c}[rng.IntN(3)], 1 }, 3},
	} {
		clocks, ids := watch(rng, tt.n, tt.next)
		for i, of := range []Tracks{clocks, ids} {
			s, ok := of.Several(i == 1)
			if told := ok && s.Turns >= 3; told != (tt.want > 0) || told && len(s.N) < tt.want {
				t.Errorf("%s, counters %v: %v %+v, want %d hosts", tt.name, i == 1, ok, s, tt.want)
			}
		}
	}
	clocks, ids := watch(rng, 60_000, func(int) (sender, uint32) { return random, rng.Uint32N(3) })
	if _, ok := clocks.Several(false); ok || clocks.fits > 60 {
		t.Errorf("random timestamps: %d of %d fit, %v", clocks.fits, clocks.syns, ok)
	}
	if ids.fits*20 > ids.syns {
		t.Errorf("random IP IDs: %d of %d fit", ids.fits, ids.syns)
	}
}

func TestSeveral(t *testing.T) {
	for _, text := range []string{"Clocks(N=6,4%T=7%F=A%S=C)", "Counters(N=FFFF%T=0%F=0%S=0)"} {
		if s, err := ParseSeveral(text + "\n"); err != nil || s.String() != text {
			t.Errorf("%s: %+v, %v", text, s, err)
		}
	}
	for _, bad := range []string{"", "Syn(O=)", "Clocks(N=6%T=7%F=6%S=C)", "Clocks(N=6%T=1%F=D%S=C)", "Clocks(N=%T=1%F=1%S=1)",
		"Clocks(N=1,1,1,1,1,1,1,1,1%T=1%F=1%S=1)", "Clocks(N=1%T=1%F=1)", "Clocks(N=1%T=1%F=1%S=1%X=1)", "Clocks(N=10000%T=1%F=1%S=1)"} {
		if s, err := ParseSeveral(bad); err == nil {
			t.Errorf("%q read as %+v", bad, s)
		}
	}
}

// What can be read is written the same again.
func FuzzParseSeveral(f *testing.F) {
	f.Add("Clocks(N=6,4%T=7%F=A%S=C)")
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := ParseSeveral(text); err == nil {
			again, err := ParseSeveral(s.String())
			if err != nil || again.String() != s.String() {
				t.Fatalf("%q reads as %+v, and that as %+v, %v", text, s, again, err)
			}
		}
	})
}

func BenchmarkTracks(b *testing.B) {
	b.ReportAllocs()
	var t Tracks
	at := trackStart
	for i := 0; b.Loop(); i++ {
		at = at.Add(time.Millisecond)
		t.Stamp(uint32(i&3), Stamp{at, uint32(i) * 2654435761}, 1000)
	}
}
