package watch

import (
	"math"
	"net/netip"
	"testing"
)

func TestDistinct(t *testing.T) {
	for _, n := range []int{0, 1, exactly, exactly + 1, 300, 1000, 5000, 65536, 1_000_000} {
		var d distinct
		for range 2 { // what was there before does not count
			for i := range n {
				d.add(numberOf(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 0))
			}
		}
		got := d.count()
		if n <= exactly && got != n || math.Abs(float64(got-n)) > 0.1*float64(n) {
			t.Errorf("%d things, %d counted", n, got)
		}
	}
}
