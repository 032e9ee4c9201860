package packet_test

import (
	"encoding/hex"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	. "whorl/packet"
)

// rows joins fields given as hexadecimal, one a row, each followed by a note.
func rows(fields ...string) []byte {
	var b []byte
	for _, f := range fields {
		digits, _, _ := strings.Cut(f, " ")
		v, err := hex.DecodeString(digits)
		if err != nil {
			panic(err)
		}
		b = append(b, v...)
	}
	return b
}

// same compares packets; absent and empty bytes are one.
func same(want, got *Packet) string {
	return cmp.Diff(want, got, cmpopts.EquateComparable(netip.Addr{}), cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(Packet{}))
}

var (
	a4, b4 = netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("198.51.100.2")
	a6, b6 = netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::2")
	aMAC   = MAC{2, 0, 0, 0, 0, 1}
	bMAC   = MAC{2, 0, 0, 0, 0, 2}
)

const (
	hex6A = "20010db8000000000000000000000001 from 2001:db8::1"
	hex6B = "20010db8000000000000000000000002 to 2001:db8::2"
)

// wire is a packet in both forms. It can be written back to the same bytes, except for the
// padding and with decodeOnly.
type wire struct {
	name       string
	link       LinkType
	frame      []byte
	padding    int  // bytes at the end of frame that Append does not write
	decodeOnly bool // a link type or tag that Append has no writer for
	want       Packet
}

var wires = slices.Concat(ethernetWires, ipWires, neighborWires, extensionWires, fragmentWires)

func TestWire(t *testing.T) {
	for _, c := range wires {
		t.Run(c.name, func(t *testing.T) {
			c.want.Link = c.link
			var got Packet
			got.Decode(c.link, c.frame)
			if d := same(&c.want, &got); d != "" {
				t.Errorf("decoded (-want +got):\n%s", d)
			}
			if c.decodeOnly {
				return
			}
			b, err := c.want.Append([]byte("kept"))
			if err != nil {
				t.Fatal(err)
			}
			want := append([]byte("kept"), c.frame[:len(c.frame)-c.padding]...)
			if d := cmp.Diff(want, b); d != "" {
				t.Errorf("written (-want +got):\n%s", d)
			}
		})
	}
}

// echo is an ICMP echo request, the cargo of all link types.
var echo = rows(
	"45",
	"04 TOS",
	"001e total length",
	"0001 ID",
	"8000 reserved bit",
	"40 TTL",
	"01 ICMP",
	"0ea3 checksum",
	"c0000201 from",
	"c6336402 to",
	"08 echo request",
	"00 code",
	"a487 checksum",
	"1234 identifier",
	"0002 sequence number",
	"4142",
)
