package packet_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	. "whorl/packet"
)

// extensionWires are packets over IPv6 with extension headers.
var extensionWires = []wire{
	{
		name: "IPv6 with a chain of extension headers", link: Raw,
		frame: rows(
			"60000000",
			"003c payload length",
			"00 hop-by-hop",
			"40 hop limit",
			hex6A,
			hex6B,
			"2b00010400000000 hop-by-hop: then routing, PadN",
			"3300040000000000 routing: then authentication, no segments left",
			"3c020000 authentication: then destination, 4 words",
			"0000010000000001 security parameters index, sequence number",
			"00000000 integrity check value",
			"0600010400000000 destination options: then TCP, PadN",
			"c000 source port",
			"0050 destination port",
			"00000001 sequence number",
			"00000000 acknowledgement",
			"50",
			"02 SYN",
			"ffff window",
			"941c checksum",
			"0000 urgent pointer",
		),
		want: Packet{
			Network: IPv6, Src: a6, Dst: b6, TTL: 64, Proto: ProtoTCP,
			IPv6: IPv6Header{PayloadLen: 60, Extensions: rows(
				"2b00010400000000", "3300040000000000", "3c020000", "0000010000000001", "00000000", "0600010400000000",
			)},
			Transport: TCP, TCP: TCPHeader{SrcPort: 49152, DstPort: 80, Seq: 1, Flags: SYN, Window: 65535, Checksum: 0x941c},
		},
	},
	{
		name: "echo request of code 9 behind a hop-by-hop header", link: Raw,
		frame: rows(
			"60012345 flow label 12345",
			"0018 payload length",
			"00 hop-by-hop",
			"3f hop limit",
			hex6A,
			hex6B,
			"3a00010400000000 hop-by-hop: then ICMPv6, PadN",
			"80 echo request",
			"09 code",
			"7869 checksum",
			"abcd identifier",
			"0000 sequence number",
			"0000000000000000",
		),
		want: Packet{
			Network: IPv6, Src: a6, Dst: b6, TTL: 63, Proto: ProtoICMPv6,
			IPv6:      IPv6Header{FlowLabel: 0x12345, PayloadLen: 24, Extensions: rows("3a00010400000000")},
			Transport: ICMPv6, ICMP: ICMPHeader{Type: ICMPv6EchoRequest, Code: 9, Checksum: 0x7869, Rest: Echo(0xabcd, 0)},
			Payload: make([]byte, 8),
		},
	},
	{
		name: "echo request behind headers in a wrong order, one of them twice", link: Raw,
		frame: rows(
			"60012345 flow label 12345",
			"0028 payload length",
			"00 hop-by-hop",
			"3f hop limit",
			hex6A,
			hex6B,
			"3c00010400000000 hop-by-hop: then destination, PadN",
			"2b00010400000000 destination options: then routing, PadN",
			"0000000000000000 routing: then hop-by-hop, type 0, no segments left",
			"3a00010400000000 hop-by-hop: then ICMPv6, PadN",
			"80 echo request",
			"00 code",
			"7879 checksum",
			"abcd identifier",
			"0001 sequence number",
		),
		want: Packet{
			Network: IPv6, Src: a6, Dst: b6, TTL: 63, Proto: ProtoICMPv6,
			IPv6: IPv6Header{FlowLabel: 0x12345, PayloadLen: 40, Extensions: rows(
				"3c00010400000000", "2b00010400000000", "0000000000000000", "3a00010400000000",
			)},
			Transport: ICMPv6, ICMP: ICMPHeader{Type: ICMPv6EchoRequest, Checksum: 0x7879, Rest: Echo(0xabcd, 1)},
		},
	},
	{
		name: "parameter problem that quotes it", link: Raw,
		frame: rows(
			"60000000",
			"0058 payload length",
			"3a ICMPv6",
			"40 hop limit",
			hex6B,
			hex6A,
			"04 parameter problem",
			"01 unrecognized next header",
			"7847 checksum",
			"00000038 pointer: the next header of the routing header",
			"600123450028003f IPv6 header quoted",
			hex6A,
			hex6B,
			"3c00010400000000",
			"2b00010400000000",
			"0000000000000000",
			"3a00010400000000",
			"80007879abcd0001",
		),
		want: Packet{
			Network: IPv6, Src: b6, Dst: a6, TTL: 64, Proto: ProtoICMPv6,
			IPv6:      IPv6Header{PayloadLen: 88, NextHeader: ProtoICMPv6},
			Transport: ICMPv6, ICMP: ICMPHeader{Type: ICMPv6ParamProblem, Code: 1, Checksum: 0x7847, Rest: 56},
			Payload: rows("600123450028003f", hex6A, hex6B, "3c00010400000000", "2b00010400000000", "0000000000000000",
				"3a00010400000000", "80007879abcd0001"),
		},
	},
}

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
