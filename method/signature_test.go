package method

import (
	"net/netip"
	"testing"
)

// The field is never near what answers are compared with: zero and the base.
func TestSignature(t *testing.T) {
	const near = 1 << 17
	far := func(a, b uint32) bool { return a-b > near && b-a > near }
	s := Key{}.Stream(netip.Addr{}, "signature")
	for range 100_000 {
		base := s.Uint32()
		if got := Signature(base | 1); got == 0 || !far(got, base|1) {
			t.Fatalf("%08x: %08x", base|1, got)
		}
		low := base>>1 + 1<<16 // as over IPv6
		if got := Signature(low); !far(got, 0) || !far(got, low) {
			t.Fatalf("%08x: %08x", low, got)
		}
	}
}
