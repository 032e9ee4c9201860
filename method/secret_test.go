package method

import (
	"fmt"
	"net/netip"
	"testing"
)

// The first outputs of SplitMix64 from state 0, as Vigna's reference code prints them.
func TestStreamIsSplitMix64(t *testing.T) {
	var s Stream
	for i, want := range []uint64{0xe220a8397b1dcdaf, 0x6e789e6aa1b965f4, 0x06c45d188009454f} {
		if got := s.Uint64(); got != want {
			t.Errorf("number %d is %x, want %x", i, got, want)
		}
	}
}

// Key, address and purpose all change the stream; together they fix it.
func TestStreams(t *testing.T) {
	a, b := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	seen := map[uint64]string{}
	for _, c := range []struct {
		key     Key
		addr    netip.Addr
		purpose string
	}{{Key{1}, a, "gen2"}, {Key{2}, a, "gen2"}, {Key{1}, b, "gen2"}, {Key{1}, a, "seek"}, {Key{}, a, "gen2"}} {
		s, again := c.key.Stream(c.addr, c.purpose), c.key.Stream(c.addr, c.purpose)
		n := s.Uint64()
		if m := again.Uint64(); m != n {
			t.Errorf("%v: %x and %x", c, n, m)
		}
		if other, ok := seen[n]; ok {
			t.Errorf("%v begins as %s", c, other)
		}
		seen[n] = fmt.Sprint(c)
	}
}

func TestBetween(t *testing.T) {
	var s Stream
	count := map[int]int{}
	for range 6000 {
		count[s.Between(-1, 4)]++
	}
	for n := -1; n <= 4; n++ {
		if c := count[n]; c < 850 || c > 1150 { // 1000 expected, five standard deviations are 145
			t.Errorf("%d came %d times", n, c)
		}
	}
	if len(count) != 6 || s.Between(7, 7) != 7 {
		t.Errorf("%v", count)
	}
}
