package plot

import (
	"math"
	"testing"
)

// Copies at gaps that double from the knee stand at equal distances.
func TestTimeScale(t *testing.T) {
	s := timeScale(15*knee, 100, 500)
	for i, x := range []float64{0, knee, 3 * knee, 7 * knee, 15 * knee} {
		if got := s.at(x); math.Abs(got-float64(100+100*i)) > 1e-9 {
			t.Errorf("%v stands at %v", x, got)
		}
	}
}

// Every length of axis has some labels and not too many.
func TestTimeTicks(t *testing.T) {
	for _, most := range []float64{1, 8, 66, 3600, 1e5, math.MaxInt64 / 1e9} {
		labels := 0
		for _, k := range timeTicks(most) {
			if k.value > most {
				t.Errorf("a mark at %v on an axis to %v", k.value, most)
			}
			if k.label != "" {
				labels++
			}
		}
		if labels < 4 || labels > 16 {
			t.Errorf("%d labels to %v", labels, most)
		}
	}
}

// Round ticks begin at 0, end at or above the largest number, not far from it, and have
// labels of their own.
func TestRoundTicks(t *testing.T) {
	for _, most := range []float64{0.001, 0.5, 0.51, 1, 2, 3, 4, 9, 10, 500, 1000, 1001, 65535, 99999, 1<<32 - 1, math.MaxInt64 / 1e9} {
		ticks := roundTicks(most)
		last := ticks[len(ticks)-1].value
		if ticks[0].value != 0 || last < most*(1-1e-9) || last > most*1.7 || len(ticks) < 3 || len(ticks) > 6 {
			t.Errorf("to %v: %v", most, ticks)
		}
		seen := map[string]bool{}
		for _, k := range ticks {
			if seen[k.label] {
				t.Errorf("to %v: two at %s", most, k.label)
			}
			seen[k.label] = true
		}
	}
}

func TestWholeTicks(t *testing.T) {
	for count := 1; count <= maxSamples; count++ {
		ticks := wholeTicks(count)
		if ticks[0].label != "1" || ticks[len(ticks)-1].value > float64(count) || len(ticks) > 11 || len(ticks) < min(count, 5) {
			t.Errorf("of %d: %v", count, ticks)
		}
	}
}

func TestShort(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 0.5: "0.5", 65535: "65535", 250000: "250 k", 1.5e6: "1.5 M", 1 << 32: "4.295 G", 3e12: "3000 G"} {
		if got := short(v); got != want {
			t.Errorf("%v: %s, want %s", v, got, want)
		}
	}
}
