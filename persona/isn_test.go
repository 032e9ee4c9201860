package persona

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"whorl/method"
)

// Numbers that are drawn by chance do not follow the time that a SYN took to come, those of
// a clock do. Lost SYNs are made up for by both.
func TestStepsOverALine(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		name  string
		drawn bool
		gaps  []time.Duration
		want  []uint32
	}{
		{"drawn, in time", true, []time.Duration{100 * ms, 101 * ms, 99 * ms}, []uint32{1000, 1000, 1000}},
		{"drawn, one SYN late", true, []time.Duration{140 * ms, 60 * ms, 100 * ms}, []uint32{1000, 1000, 1000}},
		{"drawn, one ahead", true, []time.Duration{35 * ms, 165 * ms, 100 * ms}, []uint32{1000, 1000, 1000}},
		{"drawn, one lost", true, []time.Duration{200 * ms, 185 * ms, 100 * ms}, []uint32{2000, 2000, 1000}},
		{"clock, one SYN late", false, []time.Duration{140 * ms, 60 * ms, 100 * ms}, []uint32{1400, 600, 1000}},
		{"clock, one lost", false, []time.Duration{200 * ms, 100 * ms, 100 * ms}, []uint32{2000, 1000, 1000}},
	} {
		g := isns{unit: 1, steps: []uint32{1000, 1000, 1000, 1000, 1000}, drawn: c.drawn, want: anything}
		secret := (&method.Key{}).Stream(netip.IPv4Unspecified(), "test")
		var s sequence
		now := time.Unix(0, 0)
		last := g.draw(&s, now, &secret)
		var got []uint32
		for _, gap := range c.gaps {
			now = now.Add(gap)
			n := g.draw(&s, now, &secret)
			got, last = append(got, n-last), n
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}
