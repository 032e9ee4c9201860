package scan

import (
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
)

// Every number has one place, whatever their count.
func TestOrderIsComplete(t *testing.T) {
	counts := []uint64{1, 2, 3, 255, 256, 257, 288, 289, 290, 1000, 65535, 65536, 65537, 100_000}
	for _, count := range counts {
		o := newOrder(count - 1)
		seen := make([]bool, count)
		for place := range count {
			n := o.at(place)
			if n >= count || seen[n] {
				t.Fatalf("of %d: place %d has %d, which is too large or there twice", count, place, n)
			}
			seen[n] = true
		}
	}
}

// The largest orders stay within their bounds and repeat nothing.
func TestOrderOfMany(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	lasts := []uint64{1<<32 - 1, 1 << 32, math.MaxUint64 - 1<<33, math.MaxUint64 - 1, math.MaxUint64}
	for range 50 {
		lasts = append(lasts, max(spreadFrom, rng.Uint64()>>rng.IntN(55)))
	}
	for _, last := range lasts {
		o := newOrder(last)
		if o.side < 1<<32 && o.side*o.side <= last || (o.side-1) > last/(o.side-1) {
			t.Fatalf("side %d for %d", o.side, last)
		}
		at := map[uint64]uint64{}
		for range 1000 {
			place := rng.Uint64()
			if last < math.MaxUint64 {
				place %= last + 1
			}
			n := o.at(place)
			if before, ok := at[n]; n > last || ok && before != place {
				t.Fatalf("of %d: places %d and %d have %d", last, before, place, n)
			}
			at[n] = place
		}
	}
}

// Neighbours are far apart in time: among as many addresses in a row as a /16 has
// networks, no /24 has many.
func TestOrderSpreads(t *testing.T) {
	o := newOrder(1<<16 - 1)
	worst := 0
	for from := uint64(0); from < 1<<16; from += 256 {
		var per [256]int
		for place := from; place < from+256; place++ {
			per[o.at(place)>>8]++
		}
		worst = max(worst, slices.Max(per[:]))
	}
	if worst > 10 { // chance alone gives 8 or 9
		t.Errorf("%d of 256 targets in a row are in one /24", worst)
	}
}

// Shards are disjoint and together complete, excluded and doubled targets included.
func TestShards(t *testing.T) {
	whole := map[netip.Addr]int{}
	targets := func() *Targets {
		ts := &Targets{}
		for _, s := range []string{"10.0.0.0/22", "192.0.2.7", "10.0.3-4.0-99", "two.example", "2001:db8::/120"} {
			if err := ts.Add(s, names); err != nil {
				t.Fatal(err)
			}
		}
		ts.Exclude("10.0.1.0/24", nil)
		ts.Exclude("10.0.2.9", nil)
		return ts
	}
	count := 0
	for ts := targets(); ; count++ {
		a, ok := ts.Next()
		if !ok {
			break
		}
		whole[a.Addr]++
	}
	if count != 1024-256-1+1+200+1+256 || whole[netip.MustParseAddr("10.0.3.5")] != 2 || whole[netip.MustParseAddr("10.0.1.5")] != 0 {
		t.Fatalf("%d targets, %d and %d", count, whole[netip.MustParseAddr("10.0.3.5")], whole[netip.MustParseAddr("10.0.1.5")])
	}
	for _, n := range []uint64{1, 2, 3, 7, 64, 5000} {
		parts, total := map[netip.Addr]int{}, uint64(0)
		for k := uint64(1); k <= n; k++ {
			ts := targets()
			ts.Divide(Shard{k, n})
			total += ts.Count()
			given := uint64(0)
			for a, ok := ts.Next(); ok; a, ok = ts.Next() {
				parts[a.Addr]++
				if again := ts.At(a.Position); again.Addr != a.Addr {
					t.Fatalf("shard %d/%d: position %d is %v, then %v", k, n, a.Position, a.Addr, again.Addr)
				}
				given++
			}
			if given+ts.Skipped() != ts.Count() {
				t.Errorf("shard %d/%d: %d given, %d passed over, of %d", k, n, given, ts.Skipped(), ts.Count())
			}
		}
		if total != 1024+1+200+1+256 {
			t.Errorf("%d shards have %d targets", n, total)
		}
		for a, times := range whole {
			if parts[a] != times {
				t.Fatalf("%d shards: %v is there %d times, want %d", n, a, parts[a], times)
			}
		}
		if len(parts) != len(whole) {
			t.Errorf("%d shards have %d addresses, want %d", n, len(parts), len(whole))
		}
	}
}

func TestParseShard(t *testing.T) {
	for text, want := range map[string]Shard{"1/1": {1, 1}, "3/8": {3, 8}, "18446744073709551615/18446744073709551615": {math.MaxUint64, math.MaxUint64}} {
		if got, err := ParseShard(text); got != want || err != nil || got.String() != text {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "1", "/", "0/2", "3/2", "1/0", "-1/2", "1/2/3", "a/b", "18446744073709551616/18446744073709551616"} {
		if got, err := ParseShard(text); err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
	}
	if s := (Shard{}).String(); s != "" {
		t.Errorf("the whole is %q", s)
	}
}

// The last shard of more parts than targets is empty, and so are no targets.
func TestEmptyShard(t *testing.T) {
	ts := &Targets{}
	if _, ok := ts.Next(); ok || ts.Count() != 0 {
		t.Error("there are targets where none were added")
	}
	ts.Add("192.0.2.1-3", nil)
	ts.Divide(Shard{4, 4})
	if a, ok := ts.Next(); ok || ts.Count() != 0 {
		t.Errorf("shard 4/4 of 3 has %v", a)
	}
}

func BenchmarkNext(b *testing.B) {
	ts := &Targets{}
	ts.Add("10.0.0.0/8", nil)
	b.ReportAllocs()
	for b.Loop() {
		ts.Next()
	}
}
