package gen2

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// overPath is an exchange of which only the SEQ train is known, over a path on which each
// frame takes 50 ms and up to jitter more or less. isn gives the number of a SYN that comes
// then, the n-th.
func overPath(r *rand.Rand, jitter time.Duration, isn func(n int, at time.Duration) uint32) *Exchange {
	const oneWay = 50 * time.Millisecond
	frame := func() time.Duration { return oneWay + time.Duration((2*r.Float64()-1)*float64(jitter)) }
	e := &Exchange{}
	for p := S1; p <= S6; p++ {
		sent, there := time.Duration(p)*SeqGap, frame()
		e.Slots[p] = Slot{Sends: 1, Sent: sent, Reply: &Reply{Flags: 0x12, Seq: isn(int(p), sent+there)}}
		e.trips.add(there + frame())
	}
	return e
}

// A host whose ISN is a clock is told from one that draws them, on a path with jitter, and
// nothing is put down to a path without. A hundred paths each.
func TestDelayExplainsSP(t *testing.T) {
	clock := func(hz float64) func(*rand.Rand) func(int, time.Duration) uint32 {
		return func(r *rand.Rand) func(int, time.Duration) uint32 {
			first := r.Uint32()
			return func(_ int, at time.Duration) uint32 { return first + uint32(hz*at.Seconds()) }
		}
	}
	// One number for each connection, and a random step besides: Linux before 2.6.37.
	drawn := func(r *rand.Rand) func(int, time.Duration) uint32 {
		last := r.Uint32()
		return func(int, time.Duration) uint32 {
			last += 1 + r.Uint32N(1<<25)
			return last
		}
	}
	random := func(r *rand.Rand) func(int, time.Duration) uint32 {
		return func(int, time.Duration) uint32 { return r.Uint32() | 1 }
	}
	for _, c := range []struct {
		name        string
		isn         func(*rand.Rand) func(int, time.Duration) uint32
		jitter      time.Duration
		least, most int // of 100
	}{
		{"a clock of 250 kHz", clock(250_000), 20 * time.Millisecond, 80, 100},
		{"a clock of 1 kHz", clock(1000), 20 * time.Millisecond, 80, 100},
		{"a clock on a better path", clock(250_000), 3 * time.Millisecond, 90, 100},
		{"a clock without jitter", clock(250_000), 100 * time.Microsecond, 0, 0},
		{"random steps", drawn, 20 * time.Millisecond, 0, 6},
		{"random steps on a better path", drawn, 3 * time.Millisecond, 0, 2},
		{"random numbers", random, 20 * time.Millisecond, 0, 2},
	} {
		n := 0
		for seed := range uint64(100) {
			r := rand.New(rand.NewPCG(seed, 1))
			if overPath(r, c.jitter, c.isn(r)).DelayExplainsSP() {
				n++
			}
		}
		if n < c.least || n > c.most {
			t.Errorf("%s: explained on %d paths of 100, want %d to %d", c.name, n, c.least, c.most)
		}
	}
}

// stamped gives the SYN-ACKs of a path timestamps of a clock of 1000 Hz, read when the SYN
// came, which the ISN tells: it counts microseconds.
func stamped(e *Exchange, first uint32, offset func() uint32) *Exchange {
	for p := S1; p <= S6; p++ {
		r := e.Slots[p].Reply
		val := 7_000_000 + (r.Seq-first)/1000 + offset()
		r.Options = NewRawOptions([]byte{1, 1, 8, 10, byte(val >> 24), byte(val >> 16), byte(val >> 8), byte(val), 0, 0, 0, 0})
	}
	return e
}

// A host's own clock times its ISNs as well as a path without jitter does; a clock with a
// secret offset for each connection, as that of Linux, times nothing.
func TestTimedByHost(t *testing.T) {
	const first = 5_000_000
	rate := 8 * math.Log2(1e6)
	good := 0
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 2))
		path := func() *Exchange {
			return overPath(r, 20*time.Millisecond, func(_ int, at time.Duration) uint32 { return first + uint32(at.Microseconds()) })
		}
		e := stamped(path(), first, func() uint32 { return 0 })
		p, ok := e.Predictability()
		if most := rate + 8*math.Log2(0.01); ok && float64(p.SP) <= most && math.Abs(float64(p.ISR)-rate) <= 1 && e.DelayExplainsSP() {
			good++
		}
		e = stamped(path(), first, r.Uint32)
		p, _ = e.Predictability()
		if s := e.samples(); !ok || float64(p.SP) < 8*math.Log2(1e6*evenness(s))-1 {
			t.Errorf("seed %d: SP %d is not that of the times when SYNs left", seed, p.SP)
		}
	}
	if good < 95 {
		t.Errorf("timed by the host on %d paths of 100", good)
	}
}

func TestDelayExplainsNothing(t *testing.T) {
	if (&Exchange{}).DelayExplainsSP() {
		t.Error("no answers")
	}
	r := rand.New(rand.NewPCG(1, 1))
	e := overPath(r, 20*time.Millisecond, func(_ int, at time.Duration) uint32 { return 1 + uint32(at.Microseconds()) })
	e.Slots[S1].Reply, e.Slots[S2].Reply, e.Slots[S3].Reply = nil, nil, nil
	if e.DelayExplainsSP() {
		t.Error("three answers")
	}
}

func TestJitter(t *testing.T) {
	e := &Exchange{}
	for i, want := range []time.Duration{0, 0, 10 * ms, 10 * ms} {
		trip := []time.Duration{100 * ms, 110 * ms, 120 * ms, 110 * ms}[i]
		e.trips.add(trip)
		if i == 3 { // 8.165 ms: of four values the mean square is 200/3
			want = time.Duration(math.Sqrt(200./3) * float64(ms))
		}
		if got := e.Jitter(); got < want-time.Microsecond || got > want+time.Microsecond {
			t.Errorf("after %d round trips %v, want %v", i+1, got, want)
		}
	}
}
