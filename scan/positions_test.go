package scan

import (
	"math/rand/v2"
	"testing"
)

func rangeOf(t *testing.T, spec, exclude string) *Targets {
	t.Helper()
	ts := &Targets{}
	if err := ts.Add(spec, nil); err != nil {
		t.Fatal(err)
	}
	if exclude != "" {
		if err := ts.Exclude(exclude, nil); err != nil {
			t.Fatal(err)
		}
	}
	return ts
}

// Whatever is done is not given again, and all the rest is; a map says the same.
func TestPositions(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, share := range []float64{0, 0.01, 0.5, 0.99, 1} {
		ts := rangeOf(t, "10.0.0.0/18", "10.0.7.0/24")
		done, slow := NewPositions(ts), map[uint64]bool{}
		for _, at := range rng.Perm(1 << 14) {
			if position := uint64(at); rng.Float64() < share && !ts.excluded(ts.At(position).Addr) {
				added, err := done.Add(position)
				again, _ := done.Add(position)
				if !added || again || err != nil {
					t.Fatalf("%d: added %v, then %v, %v", position, added, again, err)
				}
				slow[position] = true
			}
		}
		ts.Skip(done)
		given := 0
		for a, ok := ts.Next(); ok; a, ok = ts.Next() {
			if slow[a.Position] {
				t.Fatalf("%d is done and given again", a.Position)
			}
			given++
		}
		if given+len(slow) != 1<<14-256 || ts.Skipped() != 256 {
			t.Errorf("share %v: %d given, %d done, %d passed over", share, given, len(slow), ts.Skipped())
		}
	}
}

// A walk that goes on late leaves nothing behind but what is open.
func TestPositionsTakeLittle(t *testing.T) {
	ts := rangeOf(t, "10.0.0.0/12", "")
	done := NewPositions(ts)
	for position := range uint64(1 << 20) {
		if position != 77_777 {
			done.Add(position)
		}
	}
	if want := (1<<20 - 77_777) / pageSize; len(done.pages) > want+2 || done.low != 77_777 {
		t.Errorf("%d pages, low %d", len(done.pages), done.low)
	}
	done.Add(77_777)
	if len(done.pages) != 0 || done.low != 1<<20 {
		t.Errorf("%d pages, low %d when all is done", len(done.pages), done.low)
	}
	if added, _ := done.Add(1 << 20); added {
		t.Error("a position beyond the end is taken")
	}
}

// What would take too much memory is refused.
func TestPositionsScattered(t *testing.T) {
	done := NewPositions(rangeOf(t, "2001:db8::/64", ""))
	for i := range uint64(maxPages - 1) {
		done.pages[i+1] = nil // as good as a page here, and smaller
	}
	if _, err := done.Add(maxPages * pageSize); err != nil {
		t.Errorf("the last page: %v", err)
	}
	if _, err := done.Add((maxPages + 1) * pageSize); err != errScattered {
		t.Errorf("one more page: %v", err)
	}
}
