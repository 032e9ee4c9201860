package decoy

import (
	"fmt"
	"net/netip"
	"testing"
)

func TestRange(t *testing.T) {
	tests := []struct {
		in, out  string
		n        int
		prefixes int
	}{
		{"192.0.2.7", "192.0.2.7", 1, 1},
		{"192.0.2.7-9", "192.0.2.7-9", 3, 2},
		{"192.0.2.7-192.0.2.9", "192.0.2.7-9", 3, 2},
		{"192.0.2.0/28", "192.0.2.0-15", 16, 1},
		{"192.0.2.250-192.0.3.4", "192.0.2.250-192.0.3.4", 11, 4},
		{"64.0.0.0-127.255.255.255", "64.0.0.0-127.255.255.255", 1 << 30, 1},
		{"10.0.0.0/8", "10.0.0.0-10.255.255.255", 1 << 24, 1},
		{"192.0.2.7/32", "192.0.2.7", 1, 1},
		{"255.255.255.254-255.255.255.255", "255.255.255.254-255", 2, 1},
		{"fd00::1", "fd00::1", 1, 1},
		{"fd00::9-1f", "fd00::9-1f", 23, 4},
		{"fd00::9-fd00::1:0", "fd00::9-fd00::1:0", 0x10000 - 8, 16},
		{"fd00::/120", "fd00::-ff", 256, 1},
		{"fd00::ffff:ffff:ffff:fff0/124", "fd00::ffff:ffff:ffff:fff0-ffff", 16, 1},
	}
	for _, tt := range tests {
		r, err := ParseRange(tt.in)
		if err != nil || r.String() != tt.out || r.Len() != tt.n || len(r.Prefixes()) != tt.prefixes {
			t.Errorf("%s: %v, %d addresses, %v, %v", tt.in, r, r.Len(), r.Prefixes(), err)
		}
	}
	for _, in := range []string{"", "192.0.2", "192.0.2.9-7", "192.0.2.1/24", "fd00::/64", "fd00::1/120", "fd00::9-7", "fd00::-fd01::", "fd00::1-g", "fe80::1%eth0",
		"::ffff:192.0.2.1", "::ffff:192.0.2.0/120", "192.0.2.1-fd00::1", "fd00::1-192.0.2.1", "192.0.2.1-", "192.0.2.1-256", "192.0.2.0/33", "a-b"} {
		if r, err := ParseRange(in); err == nil {
			t.Errorf("%q is taken for %v", in, r)
		}
	}
}

// FuzzParseRange: what can be read can be written and read again, and its prefixes hold it.
func FuzzParseRange(f *testing.F) {
	for _, s := range []string{"192.0.2.7", "192.0.2.7-9", "192.0.2.0/28", "1.2.3.4-1.2.9.9", "0.0.0.0/0", "fd00::1-ff", "fd00::/112", "fd00::1-fd00::2:0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := ParseRange(s)
		if err != nil {
			return
		}
		if again, err := ParseRange(r.String()); err != nil || again != r {
			t.Fatalf("%q: %v, then %v, %v", s, r, again, err)
		}
		n := 0
		for _, p := range r.Prefixes() {
			if !r.Contains(p.Addr()) || !r.Contains(RangeOf(p).Last) {
				t.Fatalf("%v has the prefix %v", r, p)
			}
			n += RangeOf(p).Len()
		}
		if n != r.Len() {
			t.Fatalf("%v: %d addresses of %d", r, n, r.Len())
		}
	})
}

func ExampleParseRange() {
	r, err := ParseRange("192.0.2.6-9")
	if err != nil {
		return
	}
	fmt.Println(r, r.Len(), r.Contains(netip.MustParseAddr("192.0.2.8")))
	fmt.Println(r.Prefixes())
	// Output:
	// 192.0.2.6-9 4 true
	// [192.0.2.6/31 192.0.2.8/31]
}
