package plot

import (
	"math"
	"testing"
)

// Copies at gaps that double from the knee stand at equal distances.
func TestTimeScale(t *testing.T) {
	const most = 15 * knee
	for i, x := range []float64{0, knee, 3 * knee, 7 * knee, most} {
		if got := (timeScale{}).Normalize(0, most, x); math.Abs(got-float64(i)/4) > 1e-12 {
			t.Errorf("%v stands at %v", x, got)
		}
	}
	if got := (timeScale{}).Normalize(0, most, -1); got != 0 {
		t.Errorf("a time before the first stands at %v", got)
	}
}

// Every length of axis has some labels and not too many.
func TestTimeTicks(t *testing.T) {
	for _, most := range []float64{1, 8, 66, 3600, 1e5, math.MaxInt64 / 1e9} {
		labels := 0
		for _, k := range (timeTicks{}).Ticks(0, most) {
			if k.Value > most {
				t.Errorf("a mark at %v on an axis to %v", k.Value, most)
			}
			if k.Label != "" {
				labels++
			}
		}
		if labels < 4 || labels > 16 {
			t.Errorf("%d labels to %v", labels, most)
		}
	}
}
