package method

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The figures follow RFC 6298 section 2 with alpha 1/8 and beta 1/4.
func TestRTT(t *testing.T) {
	const ms = time.Millisecond
	var r RTT
	if got := r.Patience(3*ms, 7*ms); got != 7*ms {
		t.Errorf("nothing known: %v", got)
	}
	for _, c := range []struct {
		sample   time.Duration
		want     RTT
		patience time.Duration // with a floor of 300 ms
	}{
		{100 * ms, RTT{100 * ms, 50 * ms, 1}, 600 * ms},
		{100 * ms, RTT{100 * ms, 37500 * time.Microsecond, 2}, 550 * ms},
		{180 * ms, RTT{110 * ms, 48125 * time.Microsecond, 3}, 632500 * time.Microsecond},
		{-1, RTT{110 * ms, 48125 * time.Microsecond, 3}, 632500 * time.Microsecond},
		{10*time.Second + 1, RTT{110 * ms, 48125 * time.Microsecond, 3}, 632500 * time.Microsecond},
	} {
		r.Add(c.sample)
		if d := cmp.Diff(c.want, r); d != "" {
			t.Errorf("after %v: %s", c.sample, d)
		}
		if got := r.Patience(300*ms, 0); got != c.patience {
			t.Errorf("after %v: patience %v, want %v", c.sample, got, c.patience)
		}
	}
	short := RTT{Smoothed: ms, Samples: 1}
	if got := short.Patience(300*ms, 0); got != 300*ms {
		t.Errorf("short round trip: %v", got)
	}
}

func TestGuessTTL(t *testing.T) {
	for got, want := range map[uint8]uint8{0: 32, 1: 32, 32: 32, 33: 64, 64: 64, 65: 128, 128: 128, 129: 255, 255: 255} {
		if g := GuessTTL(got); g != want {
			t.Errorf("%d: %d, want %d", got, g, want)
		}
	}
}
