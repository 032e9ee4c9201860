package scan

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
)

// Whatever is left out, in whatever order, an address is found exactly if one of the spans
// contains it.
func TestExclusions(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 1))
	specs := []func() string{
		func() string { return fmt.Sprintf("10.0.%d.%d", r.IntN(4), r.IntN(256)) },
		func() string { return fmt.Sprintf("10.0.%d.%d/%d", r.IntN(4), r.IntN(256), 22+r.IntN(11)) },
		func() string { a := r.IntN(200); return fmt.Sprintf("10.0.%d.%d-%d", r.IntN(4), a, a+r.IntN(56)) },
		func() string { a := r.IntN(3); return fmt.Sprintf("10.0.%d-%d.%d", a, a+1, r.IntN(256)) },
		func() string { a := r.IntN(3); return fmt.Sprintf("10.0.%d-%d.*", a, a+1) },
		func() string { return fmt.Sprintf("fd00::%x", r.IntN(1024)) },
		func() string { return fmt.Sprintf("fd00::%x/%d", r.IntN(1024), 118+r.IntN(11)) },
		func() string { return fmt.Sprintf("fe80::%x%%eth0", r.IntN(1024)) },
	}
	hits := 0
	for range 300 {
		var x exclusions
		for range 1 + r.IntN(12) {
			var tg Targets
			spec := specs[r.IntN(len(specs))]()
			if err := tg.Exclude(spec, nil); err != nil {
				t.Fatalf("%s: %v", spec, err)
			}
			x.add(tg.exclude.spans)
		}
		for range 200 {
			addr := netip.AddrFrom4([4]byte{10, 0, byte(r.IntN(4)), byte(r.IntN(256))})
			switch r.IntN(3) {
			case 0:
				addr = netip.MustParseAddr(fmt.Sprintf("fd00::%x", r.IntN(1024)))
			case 1:
				addr = netip.MustParseAddr(fmt.Sprintf("fe80::%x%%eth%d", r.IntN(1024), r.IntN(2)))
			}
			want := false
			for i := range x.spans {
				want = want || x.spans[i].contains(addr)
			}
			if got := x.have(addr); got != want {
				t.Fatalf("%v is left out: %v, want %v of %v", addr, got, want, x.spans)
			}
			if want {
				hits++
			}
		}
	}
	if hits < 1000 {
		t.Errorf("only %d of the addresses are left out: the test says little", hits)
	}
}

// What a long list costs each address.
func BenchmarkExclusions(b *testing.B) {
	var tg Targets
	for i := range 10_000 {
		if err := tg.Exclude(fmt.Sprintf("10.%d.%d.7", i>>8, i&255), nil); err != nil {
			b.Fatal(err)
		}
	}
	addr := netip.MustParseAddr("10.3.4.5")
	for b.Loop() {
		tg.exclude.have(addr)
	}
}
