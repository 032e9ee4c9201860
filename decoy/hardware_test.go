package decoy

import (
	"slices"
	"testing"

	"whorl"
	"whorl/method"
	"whorl/osdb"
	"whorl/packet"
)

func TestHardware(t *testing.T) {
	own, key := packet.MAC{2, 0, 0, 0, 0, 5}, method.Key{1}
	tests := []struct {
		name string
		h    Hardware
		fits func(m packet.MAC) bool
	}{
		{"random", Hardware{}, func(m packet.MAC) bool { return m[0]&3 == 2 && m != own }},
		{"maker", Hardware{Vendor: [3]byte{0, 0, 12}}, func(m packet.MAC) bool { return m[0] == 0 && m[1] == 0 && m[2] == 12 }},
		{"one", Hardware{MAC: itsMAC}, func(m packet.MAC) bool { return m == itsMAC }},
		{"own", Hardware{Own: true, MAC: itsMAC}, func(m packet.MAC) bool { return m == own }},
	}
	for _, tt := range tests {
		m := tt.h.mac(key, someone, own)
		if !tt.fits(m) || m != tt.h.mac(key, someone, own) {
			t.Errorf("%s: %v", tt.name, m)
		}
		if other := tt.h.mac(method.Key{2}, someone, own); (other != m) != (tt.name == "random" || tt.name == "maker") {
			t.Errorf("%s: %v, with another key %v", tt.name, m, other)
		}
	}
}

// Every maker's prefix is that of single stations, under a name in small letters.
func TestVendors(t *testing.T) {
	names := Vendors()
	if len(names) < 50 || !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("%d makers, or one twice: %q", len(names), names)
	}
	for _, n := range names {
		if p, ok := Vendor(n); !ok || p[0]&1 != 0 || p == [3]byte{} {
			t.Errorf("%s: %v, %v", n, p, ok)
		}
	}
	e := &osdb.Entry{Classes: []whorl.Class{{Vendor: "Nobody"}, {Vendor: "Cisco"}}}
	if p := VendorOf(e); p != [3]byte{0, 0, 12} {
		t.Errorf("of a record: %v", p)
	}
	if p := VendorOf(&osdb.Entry{}); p != [3]byte{} {
		t.Errorf("of no class: %v", p)
	}
}
