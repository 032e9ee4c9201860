package packet_test

import (
	"slices"
	"testing"

	. "whorl/packet"
)

// Headers of IEEE 802.11 data frames: control and what follows until the body.
var (
	station    = rows("0000", "020000000002", "020000000001", "0a0000000003", "1000")
	snap       = rows("aaaa03", "000000", "0800")
	noRadio    = rows("00", "00", "0800", "00000000")
	labelled   = rows(ethernet, "8847", "00064140")
	pppoe      = rows(ethernet, "8864")
	pflogEmpty = make([]byte, 44)
)

// uncarried are frames without a network layer that could be read, and why.
var uncarried = []struct {
	name  string
	link  LinkType
	frame []byte
	want  Odd
}{
	{"null, other family", Null, slices.Concat(rows("07000000"), echo), 0},
	{"null, family in neither order", Null, slices.Concat(rows("00000200"), echo), 0},
	{"short loop header", Loop, rows("000000"), OddLink},
	{"short pflog header", PFLog, pflogEmpty, OddLink},
	{"pflog header that says it is short", PFLog, slices.Concat(rows("2c02"), make([]byte, 62), echo), OddLink},
	{"pflog header beyond the frame", PFLog, slices.Concat(rows("3d02"), make([]byte, 59)), OddLink},
	{"pflog, other family", PFLog, slices.Concat(rows("3d07"), make([]byte, 62), echo), 0},

	{"PPP, empty", PPP, nil, OddLink},
	{"PPP, half a protocol", PPP, rows("ff03", "00"), OddLink},
	{"PPP, link control", PPP, rows("c021", "01"), 0},
	{"PPP, compressed TCP/IP", PPP, rows("002d", "45"), 0},
	{"PPP in HDLC, empty", PPPSerial, nil, OddLink},
	{"Cisco HDLC, short", CiscoHDLC, rows("0f00", "08"), OddLink},
	{"Cisco HDLC, keepalive", CiscoHDLC, rows("8f00", "8035", "00000002"), 0},
	{"PPPoE, short", PPPEther, rows("1100", "0007", "00"), OddLink},
	{"PPPoE, version 2", PPPEther, slices.Concat(rows("2100", "0007", "0020", "0021"), echo), OddLink},
	{"PPPoE, discovery", PPPEther, rows("1109", "0000", "0004", "01010000"), 0},
	{"PPPoE, no room for a protocol", Ethernet, slices.Concat(pppoe, rows("1100", "0007", "0000", "0021"), echo), OddLink},
	{"PPPoE discovery in Ethernet", Ethernet, rows(ethernet, "8863", "1109", "0000", "0004", "01010000"), 0},

	{"MPLS, half a label", Ethernet, rows(ethernet, "8847", "000640"), OddLink},
	{"MPLS, no last label", Ethernet, rows(ethernet, "8847", "00064040", "00064040"), OddLink},
	{"MPLS, nothing in it", Ethernet, labelled, 0},
	{"MPLS, Ethernet in it", Ethernet, slices.Concat(labelled, rows(ethernet, "0800"), echo), 0},
	{"MPLS, Ethernet for an address that begins with 4", Ethernet, slices.Concat(labelled, rows("450000000002", "020000000001", "0800"), echo), 0},
	{"MPLS, Ethernet for an address that begins with 6", Ethernet, slices.Concat(labelled, rows("600000000002", "020000000001", "0800"), echo), 0},

	{"LLC of spanning tree", Ethernet, rows(ethernet, "0007", "424203", "00000000"), 0},
	{"SNAP of another organisation", Ethernet, rows(ethernet, "0010", "aaaa03", "00000c", "2000", "0000000000000000"), 0},
	{"SNAP beyond the length", Ethernet, slices.Concat(rows(ethernet, "0007", "aaaa03", "000000", "0800"), echo), 0},

	{"IEEE 802.11, empty", Dot11, nil, OddLink},
	{"IEEE 802.11, other version", Dot11, slices.Concat(rows("0900"), station, snap, echo), OddLink},
	{"beacon", Dot11, slices.Concat(rows("8000"), station, make([]byte, 12)), 0},
	{"acknowledgement", Dot11, rows("d400", "0000", "020000000001"), 0},
	{"data without body", Dot11, slices.Concat(rows("4801"), station), 0},
	{"data, short", Dot11, slices.Concat(rows("0801"), station)[:23], OddLink},
	{"data, no fourth address", Dot11, slices.Concat(rows("0803"), station, rows("0200000000")), OddLink},
	{"data, encrypted", Dot11, slices.Concat(rows("0841"), station, snap, echo), OddEncrypted},
	{"data, first fragment", Dot11, slices.Concat(rows("0804"), station, rows("c021")), OddFragment},
	{"data, later fragment", Dot11, slices.Concat(rows("0800"), edit(station, 20, 0x11), snap, echo), OddFragment},
	{"data, no LLC", Dot11, slices.Concat(rows("0800"), station, echo), 0},
	{"aggregate, short", Dot11, slices.Concat(rows("8800"), station, rows("8000", "020000000002")), OddLink},

	{"radiotap, short", Radiotap, rows("0000", "0800", "000000"), OddLink},
	{"radiotap, version 1", Radiotap, slices.Concat(rows("01"), noRadio[1:], rows("0800"), station, snap, echo), OddLink},
	{"radiotap, length below its own", Radiotap, slices.Concat(rows("0000", "0700", "00000000"), rows("0800"), station, snap, echo), OddLink},
	{"radiotap, beyond the frame", Radiotap, rows("0000", "0900", "00000000"), OddLink},
	{"radiotap, field that is not there", Radiotap, slices.Concat(rows("0000", "0800", "02000000"), rows("0800"), station, snap, echo), OddLink},
	{"radiotap, fields without end", Radiotap, slices.Concat(rows("0000", "0c00", "00000080", "00000080"), rows("0800"), station, snap, echo), OddLink},
	{"radiotap, damaged frame", Radiotap, slices.Concat(rows("0000", "0900", "02000000", "50"), rows("0800"), station, snap, echo), OddFCS},

	{"Prism, short", Prism, rows("44000000", "0c0000"), OddLink},
	{"Prism, beyond the frame", Prism, rows("44000000", "90000000"), OddLink},
	{"Prism, length in neither order", Prism, slices.Concat(rows("44000000", "00009000"), make([]byte, 200)), OddLink},
	{"AVS, other version mark", AVS, slices.Concat(rows("00000001", "00000008"), rows("0800"), station, snap, echo), OddLink},
	{"AVS, beyond the frame", AVS, rows("80211001", "00000040"), OddLink},
	{"PPI, short", PPI, rows("00000800"), OddLink},
	{"PPI, not IEEE 802.11", PPI, slices.Concat(rows("0000", "0800", "c0000000"), echo), 0},
	{"PPI, length below its own", PPI, slices.Concat(rows("0000", "0700", "69000000"), rows("0800"), station, snap, echo), OddLink},
}

func TestUncarried(t *testing.T) {
	for _, c := range uncarried {
		var p Packet
		p.Decode(c.link, c.frame)
		if p.Network != NoNetwork || p.Odd != c.want {
			t.Errorf("%s: network %d, odd %q; want none, %q", c.name, p.Network, p.Odd, c.want)
		}
	}
}

// Of an aggregate of two the first is decoded, and the second told of.
func TestAggregateOfTwo(t *testing.T) {
	sub := slices.Concat(rows("020000000002", "020000000001", "0026"), snap, echo)
	var p Packet
	p.Decode(Dot11, slices.Concat(rows("8800"), station, rows("8000"), sub, rows("0000"), sub))
	if p.Odd != OddTrailer || p.Network != IPv4 || p.ICMP.Seq() != 2 {
		t.Errorf("network %v, odd %q", p.Network, p.Odd)
	}
}

// Captured in part, a packet behind any link header keeps what is there.
func TestCarriedInPart(t *testing.T) {
	for _, c := range carriers {
		frame := c.frame()
		cut := len(frame) - len(c.tail) - 1
		var p Packet
		p.Decode(c.link, frame[:cut])
		if c.tail == nil && (p.Odd != OddIPLength || p.Src != a4) {
			t.Errorf("%s: from %v, odd %q", c.name, p.Src, p.Odd)
		}
		for n := range cut {
			p.Decode(c.link, frame[:n])
			if p.Transport == ICMP && n < len(c.header)+28 {
				t.Fatalf("%s: a transport in %d bytes", c.name, n)
			}
		}
	}
}
