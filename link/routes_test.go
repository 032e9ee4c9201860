//go:build linux

package link

import (
	"errors"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Routes has to answer as RouteTo, whatever was asked before.
func TestRoutes(t *testing.T) {
	asked := []string{
		"10.1.0.9", "10.1.0.77", "10.1.0.9", "10.1.0.1", "10.1.0.255", "10.1.0.5", "10.1.0.6", "203.0.113.9", "203.0.113.10", "8.8.8.8",
		"10.2.7.7", "10.2.7.8", "10.2.8.8", "10.66.0.1", "10.66.0.2", "10.67.0.1", "10.68.0.1", "224.0.0.1", "10.3.0.1", "10.4.0.1",
		"127.0.0.1", "127.0.0.2", "127.9.9.9", "::1", "fd01::9", "fd01::10", "fd01::5", "fd99::1", "fe80::9%e0", "fe80::9", "fe80::10%e1",
		"::ffff:10.1.0.77", "0.0.0.0", "0.0.0.1", "255.255.255.254", "255.255.255.255",
		"10.2.6.255", "10.2.7.0", "10.2.7.255", "10.2.8.0", "10.65.255.255", "10.66.0.0", "10.66.255.255", "10.69.0.0",
		"fd00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fd01::", "fd01::ffff:ffff:ffff:ffff", "fd01:0:0:1::", "ffff::",
	}
	vias := []Via{{}, {Interface: "e1"}, {Interface: "e3"}, {Src: netip.MustParseAddr("10.1.0.6")}, {Src: netip.MustParseAddr("192.0.2.1")}}
	inNamespace(t, network, func() {
		for _, via := range vias {
			routes := NewRoutes(via)
			for range 2 {
				for _, s := range asked {
					dst := netip.MustParseAddr(s)
					got, gotErr := routes.To(dst)
					want, wantErr := RouteTo(dst, via)
					if d := cmp.Diff(want, got, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); d != "" {
						t.Errorf("%s %+v: -want +got\n%s", s, via, d)
					}
					if (gotErr == nil) != (wantErr == nil) || gotErr != nil && gotErr.Error() != wantErr.Error() {
						t.Errorf("%s %+v: %v, want %v", s, via, gotErr, wantErr)
					}
				}
			}
		}
	})
}

// A range that no route leads to costs one question, and each of its addresses is named.
func TestRoutesWithout(t *testing.T) {
	inNamespace(t, []string{"link set lo up"}, func() {
		routes := NewRoutes(Via{})
		for _, s := range []string{"100.64.0.1", "100.64.0.2", "100.127.255.254"} {
			_, err := routes.To(netip.MustParseAddr(s))
			if want := "link: " + s + ": no route"; !errors.Is(err, ErrNoRoute) || err.Error() != want {
				t.Errorf("%v, want %s", err, want)
			}
		}
		dst := netip.MustParseAddr("100.64.0.3")
		if n := testing.AllocsPerRun(100, func() { routes.To(dst) }); n > 1 {
			t.Errorf("%v allocations for an address: the kernel is asked again", n)
		}
	})
}

// Most of what finding the addresses of a large range costs are routes.
func BenchmarkRoutes(b *testing.B) {
	inNamespace(b, network, func() {
		routes := NewRoutes(Via{})
		dst := netip.MustParseAddr("100.64.0.0")
		b.ReportAllocs()
		for b.Loop() {
			dst = dst.Next()
			if _, err := routes.To(dst); err != nil {
				b.Fatal(err)
			}
		}
	})
}
