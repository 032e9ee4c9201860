package backoff

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// expire is when a timer of so many ticks that begins at one expires: the oracle walks to
// the next edge.
func expire(at, timer int64) int64 {
	width := int64(1)
	for level := 0; timer >= 63<<(3*level); level++ {
		width = 8 << (3 * level)
	}
	for at += timer + 1; at%width != 0; at++ {
	}
	return at
}

// What is said of a gap on a timer wheel holds whenever the first segment leaves.
func TestExpiries(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, tick := range []time.Duration{time.Millisecond, 4 * time.Millisecond, 10 * time.Millisecond} {
		for range 300 {
			first := time.Duration(random.Int64N(int64(3 * time.Second)))
			timer := int64((first + tick - 1) / tick)
			gaps, took := []time.Duration{}, []float64{}
			at := random.Int64N(1 << 20)
			for i := range 8 {
				next := expire(at, timer<<i)
				gaps, took = append(gaps, first<<i), append(took, float64(next-at)*tick.Seconds())
				at = next
			}
			known := expiries(gaps, tick)
			for i, want := range known {
				if want != 0 && (i == 0 || fmt.Sprintf("%.6f", took[i]) != fmt.Sprintf("%.6f", want)) {
					t.Fatalf("%v, tick %v: gap %d is %.6f, want %.6f", first, tick, i, took[i], want)
				}
			}
			if slices.Max(known) == 0 {
				t.Fatalf("%v, tick %v: nothing is known of %v", first, tick, gaps)
			}
		}
	}
}

// Linux 6.18 with 250 Hz, measured: the gaps after those that begin at an edge by chance.
func TestExpiriesMeasured(t *testing.T) {
	const tick = 4 * time.Millisecond
	for name, c := range map[string]struct {
		gaps []time.Duration
		want []float64 // 0: not known
	}{
		"SynRcvd":            {schedule(t, linuxSyn).Gaps, []float64{0, 2.016, 0, 8.192, 16.128}},
		"LastAck, R=0.7 ms":  {schedule(t, linuxFin).GapsAt(700*time.Microsecond, true)[:8], []float64{0, 0.208, 0, 0.832, 1.664, 0, 6.656, 13.312}},
		"LastAck, R=33.1 ms": {schedule(t, linuxFin).GapsAt(33100*time.Microsecond, true)[:3], []float64{0, 0.24, 0}},
	} {
		got := expiries(c.gaps, tick)
		for i := range got {
			if d := got[i] - c.want[i]; d > 1e-9 || d < -1e-9 {
				t.Errorf("%s: %.3f, want %.3f", name, got, c.want)
				break
			}
		}
	}
}
