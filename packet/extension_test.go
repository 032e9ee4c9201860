package packet_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	. "whorl/packet"
)

func TestNextExtension(t *testing.T) {
	for _, c := range []struct {
		name string
		kind uint8
		raw  []byte
		want Extension
		rest int // bytes
		ok   bool
	}{
		{"hop-by-hop", ExtHopByHop, rows("3a00010400000000", "80"), Extension{ExtHopByHop, 58, rows("010400000000")}, 1, true},
		{"of two units", ExtDestination, rows("0601010c", "000000000000000000000000"), Extension{ExtDestination, 6, rows("010c", "000000000000000000000000")}, 0, true},
		{"fragment", ExtFragment, rows("11ff000100000007"), Extension{ExtFragment, 17, rows("000100000007")}, 0, true},
		{"authentication", ExtAuthentication, rows("06010000", "0000000100000002", "ff"), Extension{ExtAuthentication, 6, rows("0000", "0000000100000002")}, 1, true},
		{"cut off", ExtRouting, rows("3a000000000000"), Extension{}, 7, false},
		{"longer than there is", ExtRouting, rows("3a01000000000000"), Extension{}, 8, false},
		{"no extension header", ProtoTCP, rows("3a00010400000000"), Extension{}, 8, false},
	} {
		got, rest, ok := NextExtension(c.kind, c.raw)
		if d := cmp.Diff(c.want, got); d != "" || len(rest) != c.rest || ok != c.ok {
			t.Errorf("%s: %d bytes left, %v, %s", c.name, len(rest), ok, d)
		}
	}
}

// A chain is walked from the next header of the fixed header.
func ExampleNextExtension() {
	h := IPv6Header{NextHeader: ExtHopByHop, Extensions: rows("3c00010400000000", "3a00010400000000")}
	for kind, raw := h.NextHeader, h.Extensions; ; {
		e, rest, ok := NextExtension(kind, raw)
		if !ok {
			fmt.Println("then protocol", kind)
			break
		}
		fmt.Printf("kind %d, %x\n", e.Kind, e.Data)
		kind, raw = e.Next, rest
	}
	// Output:
	// kind 0, 010400000000
	// kind 60, 010400000000
	// then protocol 58
}
