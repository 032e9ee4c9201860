package packet_test

import (
	"testing"

	. "whorl/packet"
)

// fragmentWires are parts of packets, and a whole one that says it is a part.
var fragmentWires = []wire{
	{
		name: "IPv4 first fragment", link: Raw, decodeOnly: true, // the checksum covers what is not here
		frame: rows(
			"45000024",
			"0007 ID",
			"2000 MF",
			"40116e8b TTL 64, UDP, checksum",
			"c0000201 from",
			"c6336402 to",
			"0035 source port",
			"c001 destination port",
			"0018 length of the whole datagram",
			"1b10 checksum of the whole datagram",
			"0001020304050607",
		),
		want: Packet{
			Odd: OddFragment, Network: IPv4, Src: a4, Dst: b4, TTL: 64, Proto: ProtoUDP,
			IPv4:      IPv4Header{TotalLen: 36, ID: 7, MF: true, Checksum: 0x6e8b},
			Transport: UDP, UDP: UDPHeader{SrcPort: 53, DstPort: 49153, Length: 24, Checksum: 0x1b10},
			Payload: rows("0001020304050607"),
		},
	},
	{
		name: "IPv4 second fragment", link: Raw,
		frame: rows(
			"4500001c",
			"0007 ID",
			"0002 offset of 16 bytes",
			"40118e91 TTL 64, UDP, checksum",
			"c0000201 from",
			"c6336402 to",
			"08090a0b0c0d0e0f",
		),
		want: Packet{
			Odd: OddFragment, Network: IPv4, Src: a4, Dst: b4, TTL: 64, Proto: ProtoUDP,
			IPv4:      IPv4Header{TotalLen: 28, ID: 7, Offset: 2, Checksum: 0x8e91},
			Transport: Fragment, Payload: rows("08090a0b0c0d0e0f"),
		},
	},
	{
		name: "IPv6 second fragment", link: Raw,
		frame: rows(
			"60000000",
			"0010 payload length",
			"2c fragment",
			"40 hop limit",
			hex6A,
			hex6B,
			"1100 UDP, reserved",
			"0010 offset of 16 bytes, last",
			"00000007 identification",
			"08090a0b0c0d0e0f",
		),
		want: Packet{
			Odd: OddFragment, Network: IPv6, Src: a6, Dst: b6, TTL: 64, Proto: ProtoUDP,
			IPv6:      IPv6Header{PayloadLen: 16, NextHeader: 44, Extensions: rows("1100001000000007")},
			Transport: Fragment, Payload: rows("08090a0b0c0d0e0f"),
		},
	},
	{
		name: "IPv6 atomic fragment (RFC 6946)", link: Raw,
		frame: rows(
			"60000000",
			"0011 payload length",
			"2c fragment",
			"ff hop limit",
			hex6A,
			hex6B,
			"3a00 ICMPv6, reserved",
			"0000 offset 0, last",
			"00000007 identification",
			"8000b43600090007 echo request",
			"70 payload",
		),
		want: Packet{
			Network: IPv6, Src: a6, Dst: b6, TTL: 255, Proto: ProtoICMPv6,
			IPv6:      IPv6Header{PayloadLen: 17, NextHeader: 44, Extensions: rows("3a00000000000007")},
			Transport: ICMPv6, ICMP: ICMPHeader{Type: ICMPv6EchoRequest, Checksum: 0xb436, Rest: Echo(9, 7)},
			Payload: []byte("p"),
		},
	},
}

// The header is found behind others, and is written as it was.
func TestFragmentHeader(t *testing.T) {
	const hop, route, last, part = "2b00010400000000", "2c00000000000000", "1100001012345678", "3c00fff900000007"
	for _, c := range []struct {
		name string
		h    IPv6Header
		want FragmentHeader
		ok   bool
	}{
		{"alone", IPv6Header{NextHeader: ExtFragment, Extensions: rows(last)}, FragmentHeader{6, 40, 17, 16, false, 0x12345678}, true},
		{"behind two", IPv6Header{NextHeader: ExtHopByHop, Extensions: rows(hop, route, part)}, FragmentHeader{48, 56, 60, 0xfff8, true, 7}, true},
		{"the first of two", IPv6Header{NextHeader: ExtFragment, Extensions: rows("2c00000100000001", part)}, FragmentHeader{6, 40, 44, 0, true, 1}, true},
		{"none", IPv6Header{NextHeader: ExtHopByHop, Extensions: rows("0600010400000000")}, FragmentHeader{}, false},
		{"no headers", IPv6Header{NextHeader: ProtoTCP}, FragmentHeader{}, false},
		{"cut off", IPv6Header{NextHeader: ExtFragment, Extensions: rows("11000010")}, FragmentHeader{}, false},
	} {
		got, ok := c.h.Fragment()
		if got != c.want || ok != c.ok {
			t.Errorf("%s: %+v, %v", c.name, got, ok)
		}
		again, _ := (&IPv6Header{NextHeader: ExtFragment, Extensions: got.Append(nil)}).Fragment()
		if again.Field, again.At = got.Field, got.At; ok && again != got {
			t.Errorf("%s: %+v is written as %+v", c.name, got, again)
		}
	}
}
