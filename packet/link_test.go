package packet_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	. "whorl/packet"
)

// carrier is a link header around echo.
type carrier struct {
	name         string
	link         LinkType
	header, tail []byte
	want         Packet // what the header says
	unjudged     bool   // gopacket does not go into it
}

func (c *carrier) frame() []byte { return slices.Concat(c.header, echo, c.tail) }

// ethernet is the beginning of an Ethernet header.
const ethernet = "020000000002020000000001 to, from"

var carriers = []carrier{
	{name: "raw", link: Raw},
	{name: "IPv4", link: IPv4Only},
	{name: "null, little endian", link: Null, header: rows("02000000 AF_INET")},
	{name: "null, big endian", link: Null, header: rows("00000002 AF_INET")},
	{name: "loop", link: Loop, header: rows("00000002 AF_INET")},
	{
		name: "pflog", link: PFLog,
		header: rows(
			"3d length of 61 bytes",
			"02 AF_INET",
			"00 action: passed",
			"00 reason: matched a rule",
			"656d3000000000000000000000000000 interface",
			"00000000000000000000000000000000 ruleset",
			"00000001 rule",
			"ffffffff subrule",
			"ffffffff user",
			"000186a0 process",
			"00000000 user of the rule",
			"00000000 process of the rule",
			"01 direction: in",
			"000000 padding",
		),
	},

	{name: "PPP", link: PPP, header: rows("0021")},
	{name: "PPP, protocol compressed", link: PPP, header: rows("21")},
	{name: "PPP with HDLC framing", link: PPP, header: rows("ff03", "0021")},
	{name: "PPP, MPLS", link: PPP, header: rows("0281", "00064140 label 100, last, TTL 64")},
	{name: "PPP in HDLC", link: PPPSerial, header: rows("ff unicast", "03 unnumbered information", "0021")},
	{
		name: "Cisco HDLC as PPP in HDLC", link: PPPSerial,
		header: rows("0f unicast", "00 control", "0800 IPv4"), want: Packet{EtherType: EtherTypeIPv4},
	},
	{
		name: "Cisco HDLC", link: CiscoHDLC,
		header: rows("8f multicast", "00 control", "0800 IPv4"), want: Packet{EtherType: EtherTypeIPv4},
	},
	{
		name: "PPPoE without Ethernet", link: PPPEther,
		header: rows("11 version 1, type 1", "00 session data", "0007 session", "0020 length", "0021 IPv4"),
	},

	{
		name: "Ethernet", link: Ethernet, header: rows(ethernet, "0800"),
		want: Packet{SrcMAC: aMAC, DstMAC: bMAC, EtherType: EtherTypeIPv4},
	},
	{
		name: "IEEE 802.3 with LLC and SNAP, padded", link: Ethernet,
		header: rows(ethernet, "0026 length", "aaaa03 SNAP", "000000 RFC 1042", "0800 IPv4"), tail: make([]byte, 8),
		want: Packet{SrcMAC: aMAC, DstMAC: bMAC, EtherType: EtherTypeIPv4},
	},
	{
		name: "service tag of old", link: Ethernet, unjudged: true, header: rows(ethernet, "9100", "0007", "8100", "0064", "0800"),
		want: Packet{SrcMAC: aMAC, DstMAC: bMAC, VLAN: [2]uint16{7, 100}, VLANs: 2, EtherType: EtherTypeIPv4},
	},
	{
		name: "three VLAN tags", link: Ethernet, header: rows(ethernet, "88a8", "0007", "8100", "0064", "8100", "0065", "0800"),
		want: Packet{SrcMAC: aMAC, DstMAC: bMAC, VLAN: [2]uint16{7, 100}, VLANs: 3, EtherType: EtherTypeIPv4},
	},
	{
		name: "MPLS, two labels", link: Ethernet,
		header: rows(ethernet, "8847", "00064040 label 100, TTL 64", "000c8140 label 200, last, TTL 64"),
		want:   Packet{SrcMAC: aMAC, DstMAC: bMAC, EtherType: EtherTypeMPLS},
	},
	{
		name: "PPPoE in a VLAN, padded", link: Ethernet,
		header: rows(ethernet, "8100", "0023", "8864", "11 version 1, type 1", "00 session data", "0007 session", "0020 length", "0021 IPv4"),
		tail:   make([]byte, 4),
		want:   Packet{SrcMAC: aMAC, DstMAC: bMAC, VLAN: [2]uint16{35}, VLANs: 1, EtherType: EtherTypePPPoE},
	},

	{
		name: "Linux cooked", link: SLL,
		header: rows("0004 sent by us", "0001 ARPHRD_ETHER", "0006 length of the address", "0200000000010000", "0800 IPv4"),
		want:   Packet{SrcMAC: aMAC, EtherType: EtherTypeIPv4},
	},
	{
		name: "Linux cooked, no address", link: SLL,
		header: rows("0000 for us", "0200 ARPHRD_PPP", "0000 length of the address", "a5a5a5a5a5a5a5a5", "0800 IPv4"),
		want:   Packet{EtherType: EtherTypeIPv4},
	},
	{
		name: "Linux cooked with a VLAN tag", link: SLL,
		header: rows("0000 for us", "0001", "0006", "0200000000010000", "8100 802.1Q", "0064", "0800 IPv4"),
		want:   Packet{SrcMAC: aMAC, VLAN: [2]uint16{100}, VLANs: 1, EtherType: EtherTypeIPv4},
	},
	{
		name: "Linux cooked with LLC", link: SLL,
		header: rows("0000 for us", "0001", "0006", "0200000000010000", "0004 LLC", "aaaa03 SNAP", "000000", "0800 IPv4"),
		want:   Packet{SrcMAC: aMAC, EtherType: EtherTypeIPv4},
	},
	{
		name: "Linux cooked v2", link: SLL2,
		header: rows("0800 IPv4", "0000 reserved", "00000002 interface", "0001 ARPHRD_ETHER", "04 sent by us", "06 length of the address", "0200000000010000"),
		want:   Packet{SrcMAC: aMAC, EtherType: EtherTypeIPv4},
	},

	{
		name: "IEEE 802.11, to the access point", link: Dot11,
		header: rows(
			"08 data",
			"01 to the distribution system",
			"2c00 duration",
			"0a0000000003 receiver: the access point",
			"020000000001 transmitter and source",
			"020000000002 destination",
			"1000 sequence control",
			"aaaa03 SNAP", "000000", "0800 IPv4",
		),
		tail: rows("e1c5dcbc frame check sequence"),
		want: Packet{SrcMAC: aMAC, DstMAC: bMAC, EtherType: EtherTypeIPv4},
	},
	{
		name: "IEEE 802.11, between stations", link: Dot11,
		header: rows(
			"08 data", "00", "0000 duration",
			"020000000002 receiver and destination",
			"020000000001 transmitter and source",
			"0a0000000003 network",
			"1000 sequence control",
			"aaaa03 SNAP", "0000f8 bridge", "0800 IPv4",
		),
		want: Packet{SrcMAC: aMAC, DstMAC: bMAC, EtherType: EtherTypeIPv4},
	},
	{
		name: "radiotap, QoS data from the access point", link: Radiotap,
		header: rows(
			"00 version", "00 padding", "1200 length of 18 bytes", "2e480000 flags, rate, channel, antenna, RX flags",
			"00 flags", "30 rate", "6c09c000 channel", "01 antenna", "00 padding", "0000 RX flags",
			"88 QoS data",
			"02 from the distribution system",
			"2c00 duration",
			"020000000002 receiver and destination",
			"0a0000000003 transmitter: the access point",
			"020000000001 source",
			"1000 sequence control",
			"0000 QoS control",
			"aaaa03 SNAP", "000000", "0800 IPv4",
		),
		want: Packet{SrcMAC: aMAC, DstMAC: bMAC, EtherType: EtherTypeIPv4},
	},
	{
		name: "radiotap, more fields, padding and check sequence", link: Radiotap,
		header: rows(
			"00 version", "00 padding", "1900 length of 25 bytes",
			"030000a0 time, flags, more follow", "00000020 nothing more",
			"00000000 padding to 8",
			"0000000000000000 time",
			"30 flags: check sequence, padding",
			"88 QoS data",
			"02 from the distribution system",
			"2c00 duration",
			"020000000002 receiver and destination",
			"0a0000000003 transmitter: the access point",
			"020000000001 source",
			"1000 sequence control",
			"0000 QoS control",
			"0000 padding",
			"aaaa03 SNAP", "000000", "0800 IPv4",
		),
		tail: rows("deadbeef frame check sequence"),
		want: Packet{SrcMAC: aMAC, DstMAC: bMAC, EtherType: EtherTypeIPv4},
	},
	{
		name: "radiotap, four addresses, HT control, VLAN", link: Radiotap,
		header: rows(
			"00 version", "00 padding", "0800 length", "00000000 no fields",
			"88 QoS data",
			"83 to and from the distribution system, HT control",
			"2c00 duration",
			"0a0000000004 receiver",
			"0a0000000003 transmitter",
			"020000000002 destination",
			"1000 sequence control",
			"020000000001 source",
			"0000 QoS control",
			"00000000 HT control",
			"aaaa03 SNAP", "000000", "8100", "0064", "0800 IPv4",
		),
		want: Packet{SrcMAC: aMAC, DstMAC: bMAC, VLAN: [2]uint16{100}, VLANs: 1, EtherType: EtherTypeIPv4},
	},
	{
		name: "radiotap, aggregate", link: Radiotap, unjudged: true,
		header: rows(
			"00 version", "00 padding", "0800 length", "00000000 no fields",
			"88 QoS data",
			"02 from the distribution system",
			"2c00 duration",
			"020000000009 receiver",
			"0a0000000003 transmitter: the access point",
			"0a0000000003 network",
			"1000 sequence control",
			"8000 QoS control: aggregate",
			"020000000002 destination", "020000000001 source", "0026 length of a subframe",
			"aaaa03 SNAP", "000000", "0800 IPv4",
		),
		want: Packet{SrcMAC: aMAC, DstMAC: bMAC, EtherType: EtherTypeIPv4},
	},
	{
		name: "Prism", link: Prism,
		header: slices.Concat(
			rows("44000000 message code", "90000000 length of 144 bytes, little endian", "776c616e300000000000000000000000 device"), make([]byte, 120),
			rows("08", "00", "0000", "020000000002", "020000000001", "0a0000000003", "1000", "aaaa03", "000000", "0800"),
		),
		want: Packet{SrcMAC: aMAC, DstMAC: bMAC, EtherType: EtherTypeIPv4},
	},
	{
		name: "AVS as Prism", link: Prism,
		header: rows("80211001 version", "0000000c length", "00000000 cut for the test",
			"08", "00", "0000", "020000000002", "020000000001", "0a0000000003", "1000", "aaaa03", "000000", "0800"),
		want: Packet{SrcMAC: aMAC, DstMAC: bMAC, EtherType: EtherTypeIPv4},
	},
	{
		name: "AVS", link: AVS,
		header: slices.Concat(
			rows("80211001 version", "00000040 length of 64 bytes"), make([]byte, 56),
			rows("08", "00", "0000", "020000000002", "020000000001", "0a0000000003", "1000", "aaaa03", "000000", "0800"),
		),
		want: Packet{SrcMAC: aMAC, DstMAC: bMAC, EtherType: EtherTypeIPv4},
	},
	{
		name: "PPI", link: PPI,
		header: rows("00 version", "00 flags", "0800 length", "69000000 IEEE 802.11",
			"08", "00", "0000", "020000000002", "020000000001", "0a0000000003", "1000", "aaaa03", "000000", "0800"),
		want: Packet{SrcMAC: aMAC, DstMAC: bMAC, EtherType: EtherTypeIPv4},
	},
}

func TestLinkTypes(t *testing.T) {
	for _, c := range carriers {
		t.Run(c.name, func(t *testing.T) {
			w := c.want
			w.Link, w.Network, w.Transport, w.Proto = c.link, IPv4, ICMP, ProtoICMP
			w.Src, w.Dst, w.TTL, w.TOS = a4, b4, 64, 4
			w.IPv4 = IPv4Header{TotalLen: 30, ID: 1, Reserved: true, Checksum: 0x0ea3}
			w.ICMP = ICMPHeader{Type: ICMPEchoRequest, Checksum: 0xa487, Rest: Echo(0x1234, 2)}
			w.Payload = []byte("AB")
			frame := c.frame()
			var p Packet
			p.Decode(c.link, frame)
			if d := same(&w, &p); d != "" {
				t.Errorf("decoded (-want +got):\n%s", d)
			}
			b, err := p.Append(nil)
			switch {
			case !(c.link == Raw || c.link == IPv4Only || c.link == Ethernet):
				if err == nil || len(b) != 0 {
					t.Errorf("written: %x, %v; want an error", b, err)
				}
			case faithful(&p, frame):
				if err != nil || cmp.Diff(frame, b) != "" {
					t.Errorf("written: %x, %v; want %x", b, err, frame)
				}
			}
		})
	}
}

// A link header that names a family or protocol is believed; one that says nothing of
// the version is not needed for it.
func TestLinkTypesIPv6(t *testing.T) {
	six := frameOf(t, syn6())
	pflog := make([]byte, 64)
	pflog[0], pflog[1] = 61, 24
	for name, c := range map[string]struct {
		link   LinkType
		header []byte
	}{
		"Linux": {Null, rows("0a000000")}, "Windows": {Null, rows("17000000")}, "NetBSD": {Null, rows("18000000")},
		"FreeBSD, big endian": {Null, rows("0000001c")}, "macOS": {Null, rows("1e000000")}, "OpenBSD": {Loop, rows("00000018")},
		"pflog": {PFLog, pflog}, "PPP": {PPP, rows("0057")}, "PPP, compressed": {PPPSerial, rows("ff03", "57")},
		"MPLS": {Ethernet, rows(ethernet, "8847", "00002140")}, "SNAP": {SLL2, rows("0004", "0000", "00000002", "0001", "0006", "0200000000010000", "aaaa03", "000000", "86dd")},
	} {
		var p Packet
		p.Decode(c.link, append(c.header, six...))
		if p.Odd != 0 || p.Network != IPv6 || p.Src != a6 || p.Transport != TCP {
			t.Errorf("%s: network %v from %v, odd %q", name, p.Network, p.Src, p.Odd)
		}
	}
}
