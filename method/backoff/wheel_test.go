package backoff

import (
	"math"
	"math/rand/v2"
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
	for _, tick := range DefaultParams().Ticks {
		for range 300 {
			first := time.Duration(random.Int64N(int64(3 * time.Second)))
			timer := int64(math.Ceil(first.Seconds() * float64(tick.Hertz)))
			gaps, took := []time.Duration{}, []float64{}
			at := random.Int64N(1 << 20)
			for i := range 8 {
				next := expire(at, timer<<i)
				gaps, took = append(gaps, first<<i), append(took, float64(next-at)/float64(tick.Hertz))
				at = next
			}
			known := expiries(gaps, tick.Hertz)
			for i, want := range known {
				k := (took[i] - want.first) / max(want.step, 1e-9)
				if i == 0 && want.n != 0 || i > 0 && (k < -1e-6 || k > float64(want.n)-1+1e-6 || math.Abs(k-math.Round(k)) > 1e-6) {
					t.Fatalf("%v, %d Hz: gap %d is %.6f, want one of %+v", first, tick.Hertz, i, took[i], want)
				}
			}
		}
	}
}

// Linux 6.18 with 250 Hz, measured next to it: all gaps but the first are of the wheel.
func TestExpiriesMeasured(t *testing.T) {
	for seen, gaps := range map[string][]time.Duration{
		"1.003,2.016,4.128,8.192,16.128":            schedule(t, linuxSyn).Gaps,
		"0.206,0.209,0.426,0.832,1.664,3.296":       schedule(t, linuxFin).GapsAt(200*time.Microsecond, true),
		"0.207,0.208,0.412,0.832,1.664,3.328,6.656": schedule(t, linuxFin).GapsAt(700*time.Microsecond, true),
		"0.239,0.24,0.504":                          schedule(t, linuxFin).GapsAt(33100*time.Microsecond, true),
	} {
		came, err := parseGaps(seen)
		if err != nil {
			t.Fatal(err)
		}
		known := expiries(gaps, 250)
		for i, gap := range came[1:] {
			e := known[i+1]
			k := math.Round((gap.Seconds() - e.first) / e.step)
			if off := gap.Seconds() - e.first - k*e.step; k < 0 || k >= float64(e.n) || math.Abs(off) > 0.0025 {
				t.Errorf("%s: %v is none of %+v", seen, gap, e)
			}
		}
	}
}
