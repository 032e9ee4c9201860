package packet_test

import (
	"encoding/hex"
	"net/netip"
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

// wires are packets in both forms. All can be written back to the same bytes,
// except for the padding and those with decodeOnly.
var wires = []struct {
	name       string
	link       LinkType
	frame      []byte
	padding    int  // bytes at the end of frame that Append does not write
	decodeOnly bool // a link type or tag that Append has no writer for
	want       Packet
}{
	{
		name: "ARP request, padded", link: Ethernet, padding: 18,
		frame: rows(
			"ffffffffffff to",
			"020000000001 from",
			"0806 ARP",
			"0001 Ethernet",
			"0800 IPv4",
			"06 length of a hardware address",
			"04 length of a protocol address",
			"0001 request",
			"020000000001 sender",
			"c0000201 sender",
			"000000000000 target",
			"c6336402 target",
			"000000000000000000000000000000000000 padding to 60 bytes",
		),
		want: Packet{
			SrcMAC: aMAC, DstMAC: Broadcast, EtherType: EtherTypeARP, Network: ARP,
			ARP: ARPHeader{Op: ARPRequest, SenderMAC: aMAC, SenderIP: a4, TargetIP: b4},
		},
	},
	{
		name: "VLAN, IPv4, TCP SYN with the usual options", link: Ethernet,
		frame: rows(
			"020000000002 to",
			"020000000001 from",
			"8100 802.1Q",
			"e064 priority 7, VLAN 100",
			"0800 IPv4",
			"45 version 4, header of 5 words",
			"00 TOS",
			"003c total length",
			"1234 ID",
			"4000 DF",
			"40 TTL",
			"06 TCP",
			"3c51 checksum",
			"c0000201 from",
			"c6336402 to",
			"c000 source port",
			"01bb destination port",
			"11223344 sequence number",
			"00000000 acknowledgement",
			"a0 data offset of 10 words",
			"c2 CWR ECE SYN",
			"faf0 window",
			"76b5 checksum",
			"0000 urgent pointer",
			"020405b4 MSS 1460",
			"0402 SACK permitted",
			"080a0001e240000000ff timestamps",
			"01 NOP",
			"030307 window scale 7",
		),
		want: Packet{
			SrcMAC: aMAC, DstMAC: bMAC, VLAN: [2]uint16{0xe064}, VLANs: 1, EtherType: EtherTypeIPv4,
			Network: IPv4, Src: a4, Dst: b4, TTL: 64, Proto: ProtoTCP,
			IPv4:      IPv4Header{TotalLen: 60, ID: 0x1234, DF: true, Checksum: 0x3c51},
			Transport: TCP,
			TCP: TCPHeader{
				SrcPort: 49152, DstPort: 443, Seq: 0x11223344, Flags: SYN | ECE | CWR, Window: 64240, Checksum: 0x76b5,
				Options: rows("020405b4", "0402", "080a0001e240000000ff", "01", "030307"),
			},
		},
	},
	{
		name: "QinQ, IPv4 with ECN, UDP", link: Ethernet, decodeOnly: true,
		frame: rows(
			"020000000002 to",
			"020000000001 from",
			"88a8 802.1ad service tag",
			"0007",
			"8100 802.1Q customer tag",
			"0064",
			"0800 IPv4",
			"45",
			"02 ECT(0)",
			"0021 total length",
			"0001 ID",
			"0000 no flags",
			"40 TTL",
			"11 UDP",
			"8e92 checksum",
			"c0000201 from",
			"c6336402 to",
			"0035 source port",
			"c001 destination port",
			"000d length",
			"0f94 checksum",
			"68656c6c6f hello",
		),
		want: Packet{
			SrcMAC: aMAC, DstMAC: bMAC, VLAN: [2]uint16{7, 100}, VLANs: 2, EtherType: EtherTypeIPv4,
			Network: IPv4, Src: a4, Dst: b4, TTL: 64, TOS: 2, Proto: ProtoUDP,
			IPv4:      IPv4Header{TotalLen: 33, ID: 1, Checksum: 0x8e92},
			Transport: UDP, UDP: UDPHeader{SrcPort: 53, DstPort: 49153, Length: 13, Checksum: 0x0f94},
			Payload: []byte("hello"),
		},
	},
	{
		name: "IPv4 only, port unreachable quoting UDP", link: IPv4Only,
		frame: rows(
			"45",
			"c0 TOS: internetwork control",
			"0039 total length",
			"0000 ID",
			"0000 no flags",
			"ff TTL",
			"01 ICMP",
			"cecc checksum",
			"c0000201 from",
			"c6336402 to",
			"03 destination unreachable",
			"03 port",
			"70c2 checksum",
			"00000000 unused",
			"4500001d1042000037118757c6336402c0000201 IP header quoted",
			"ee009c400009beef UDP header quoted",
			"43 one byte of payload",
		),
		want: Packet{
			Network: IPv4, Src: a4, Dst: b4, TTL: 255, TOS: 0xc0, Proto: ProtoICMP,
			IPv4:      IPv4Header{TotalLen: 57, Checksum: 0xcecc},
			Transport: ICMP, ICMP: ICMPHeader{Type: ICMPUnreachable, Code: CodePortUnreachable, Checksum: 0x70c2},
			Payload: rows("4500001d1042000037118757c6336402c0000201", "ee009c400009beef", "43"),
		},
	},
	{
		name: "IPv4 with router alert, TCP RST with reserved bits", link: Raw,
		frame: rows(
			"46 header of 6 words",
			"00 TOS",
			"002c total length",
			"0000 ID",
			"c000 reserved bit, DF",
			"40 TTL",
			"06 TCP",
			"3990 checksum",
			"c0000201 from",
			"c6336402 to",
			"94040000 router alert",
			"0050 source port",
			"0051 destination port",
			"00000001 sequence number",
			"00000002 acknowledgement",
			"5b data offset of 5 words, reserved bits 1011",
			"14 RST ACK",
			"0000 window",
			"b7f5 checksum",
			"0000 urgent pointer",
		),
		want: Packet{
			Network: IPv4, Src: a4, Dst: b4, TTL: 64, Proto: ProtoTCP,
			IPv4:      IPv4Header{TotalLen: 44, Reserved: true, DF: true, Checksum: 0x3990, Options: rows("94040000")},
			Transport: TCP,
			TCP:       TCPHeader{SrcPort: 80, DstPort: 81, Seq: 1, Ack: 2, Reserved: 0b1011, Flags: RST | ACK, Checksum: 0xb7f5},
		},
	},
	{
		name: "IPv6, TCP with the rare options", link: IPv6Only,
		frame: rows(
			"6ab12345 version 6, traffic class ab, flow label 12345",
			"0040 payload length",
			"06 TCP",
			"40 hop limit",
			hex6A,
			hex6B,
			"01bb source port",
			"c000 destination port",
			"00000001 sequence number",
			"11223345 acknowledgement",
			"f1 data offset of 15 words, AE",
			"f9 CWR ECE URG ACK PSH FIN",
			"0200 window",
			"9806 checksum",
			"0007 urgent pointer",
			"1312000102030405060708090a0b0c0d0e0f MD5 signature",
			"22060a0b0c0d fast open cookie",
			"050a0000001000000020 SACK of one block",
			"ac02 AccECN0 without counters",
			"00 EOL",
			"ff03aa what follows EOL stays",
			"64617461 data",
		),
		want: Packet{
			Network: IPv6, Src: a6, Dst: b6, TTL: 64, TOS: 0xab, Proto: ProtoTCP,
			IPv6:      IPv6Header{FlowLabel: 0x12345, PayloadLen: 64, NextHeader: ProtoTCP},
			Transport: TCP,
			TCP: TCPHeader{
				SrcPort: 443, DstPort: 49152, Seq: 1, Ack: 0x11223345, Reserved: 1,
				Flags: CWR | ECE | URG | ACK | PSH | FIN, Window: 512, Checksum: 0x9806, Urgent: 7,
				Options: rows("1312000102030405060708090a0b0c0d0e0f", "22060a0b0c0d", "050a0000001000000020", "ac02", "00", "ff03aa"),
			},
			Payload: []byte("data"),
		},
	},
	{
		name: "Ethernet, ICMPv6 echo request", link: Ethernet,
		frame: rows(
			"020000000002 to",
			"020000000001 from",
			"86dd IPv6",
			"60000000",
			"0009 payload length",
			"3a ICMPv6",
			"ff hop limit",
			hex6A,
			hex6B,
			"80 echo request",
			"00 code",
			"b436 checksum",
			"0009 identifier",
			"0007 sequence number",
			"70 payload",
		),
		want: Packet{
			SrcMAC: aMAC, DstMAC: bMAC, EtherType: EtherTypeIPv6,
			Network: IPv6, Src: a6, Dst: b6, TTL: 255, Proto: ProtoICMPv6,
			IPv6:      IPv6Header{PayloadLen: 9, NextHeader: ProtoICMPv6},
			Transport: ICMPv6, ICMP: ICMPHeader{Type: ICMPv6EchoRequest, Checksum: 0xb436, Rest: Echo(9, 7)},
			Payload: []byte("p"),
		},
	},
	{
		name: "raw, ICMPv6 port unreachable", link: Raw,
		frame: rows(
			"60000000",
			"003a payload length",
			"3a ICMPv6",
			"40 hop limit",
			hex6A,
			hex6B,
			"01 destination unreachable",
			"04 port",
			"49d4 checksum",
			"00000000 unused",
			"60000000000a1140 IPv6 header quoted",
			hex6B,
			hex6A,
			"ee009c40000abeef UDP header quoted",
			"4343",
		),
		want: Packet{
			Network: IPv6, Src: a6, Dst: b6, TTL: 64, Proto: ProtoICMPv6,
			IPv6:      IPv6Header{PayloadLen: 58, NextHeader: ProtoICMPv6},
			Transport: ICMPv6, ICMP: ICMPHeader{Type: ICMPv6Unreachable, Code: 4, Checksum: 0x49d4},
			Payload: rows("60000000000a1140", hex6B, hex6A, "ee009c40000abeef", "4343"),
		},
	},
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
		name: "Ethernet, neighbour solicitation to the group of the target", link: Ethernet,
		frame: rows(
			"3333ff000002 to the group",
			"020000000001 from",
			"86dd IPv6",
			"60000000",
			"0020 payload length",
			"3a ICMPv6",
			"ff hop limit",
			hex6A,
			"ff0200000000000000000001ff000002 to the group of 2001:db8::2",
			"87 neighbour solicitation",
			"00 code",
			"1c27 checksum",
			"00000000 reserved",
			"20010db8000000000000000000000002 target",
			"01 option: source link-layer address",
			"01 of 8 bytes",
			"020000000001",
		),
		want: Packet{
			SrcMAC: aMAC, DstMAC: GroupMAC(SolicitedNode(b6)), EtherType: EtherTypeIPv6,
			Network: IPv6, Src: a6, Dst: SolicitedNode(b6), TTL: 255, Proto: ProtoICMPv6,
			IPv6:      IPv6Header{PayloadLen: 32, NextHeader: ProtoICMPv6},
			Transport: ICMPv6, ICMP: ICMPHeader{Type: ICMPv6NeighborSol, Checksum: 0x1c27},
			Payload: rows("20010db8000000000000000000000002", "0101020000000001"),
		},
	},
	{
		name: "raw, neighbour advertisement", link: Raw,
		frame: rows(
			"60000000",
			"0020 payload length",
			"3a ICMPv6",
			"ff hop limit",
			hex6B,
			hex6A,
			"88 neighbour advertisement",
			"00 code",
			"0a71 checksum",
			"e0000000 router, solicited, override",
			"20010db8000000000000000000000002 target",
			"02 option: target link-layer address",
			"01 of 8 bytes",
			"020000000002",
		),
		want: Packet{
			Network: IPv6, Src: b6, Dst: a6, TTL: 255, Proto: ProtoICMPv6,
			IPv6:      IPv6Header{PayloadLen: 32, NextHeader: ProtoICMPv6},
			Transport: ICMPv6, ICMP: ICMPHeader{Type: ICMPv6NeighborAdv, Checksum: 0x0a71, Rest: 0xe0000000},
			Payload: rows("20010db8000000000000000000000002", "0201020000000002"),
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
	{
		name: "a transport not taken apart", link: Raw,
		frame: rows(
			"4500001c",
			"00000000",
			"0102cda9 TTL 1, IGMP, checksum",
			"c0000201 from",
			"c6336402 to",
			"1164ee9b00000000 membership query",
		),
		want: Packet{
			Network: IPv4, Src: a4, Dst: b4, TTL: 1, Proto: 2,
			IPv4:      IPv4Header{TotalLen: 28, Checksum: 0xcda9},
			Transport: OtherTransport, Payload: rows("1164ee9b00000000"),
		},
	},
}

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
