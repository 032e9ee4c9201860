package plot

import (
	"math"
	"testing"

	"whorl"
)

// A clock that all connections share has a rate; one with an offset for each has none.
func TestFitRate(t *testing.T) {
	steady := sample().Series
	p := clockPanel(steady)
	if p.fit == nil || math.Abs(p.fit.slope-1000) > 10 || !p.timed {
		t.Errorf("%+v", p)
	}
	offsets := *steady
	offsets.Timestamps = offsets.ISN
	if p := clockPanel(&offsets); p.fit != nil || p.below != "no common clock" || len(p.at) != 6 {
		t.Errorf("%+v", p)
	}
	untimed := *steady
	untimed.Sent = nil
	if p := clockPanel(&untimed); p.fit != nil || p.timed || p.below != "1000HZ" {
		t.Errorf("%+v", p)
	}
	for _, class := range []string{"none returned (unsupported)", "zero timestamp"} {
		if p := clockPanel(&whorl.Sequences{ISN: steady.ISN, Timestamps: make([]uint32, 6), ClockClass: class}); len(p.at) != 0 || p.below != class {
			t.Errorf("%+v", p)
		}
	}
	still := *steady
	still.Timestamps = make([]uint32, 6)
	if p := clockPanel(&still); p.fit != nil {
		t.Errorf("a clock that stands still runs at %+v", p.fit)
	}
}

// Differences wrap around.
func TestISNPanel(t *testing.T) {
	p := isnPanel(&whorl.Sequences{ISN: []uint32{1<<32 - 2, 3, 1<<32 - 3}})
	for i, want := range []float64{0, 5, 1<<32 - 1} {
		if p.at[i].y != want || p.at[i].x != float64(i+1) {
			t.Errorf("%v, want %v", p.at[i], want)
		}
	}
}

func TestIPIDPanel(t *testing.T) {
	for class, want := range map[string]string{"Z": "always 0", "BI": "incremental, bytes swapped", "4F": "always 0x4F", "": ""} {
		if p := ipidPanel(&whorl.Sequences{IPID: []uint16{7}, IPIDClass: class}); p.below != want || p.at[0].y != 7 {
			t.Errorf("%s: %+v", class, p)
		}
	}
}
