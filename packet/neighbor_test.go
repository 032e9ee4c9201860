package packet_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"testing"

	. "whorl/packet"
)

// neighborWires are messages of neighbour discovery.
var neighborWires = []wire{
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
}

// neighbor is a message as it comes from the wire.
func neighbor(t testing.TB, kind uint8, n Neighbor) *Packet {
	t.Helper()
	p := Packet{Link: Raw, Src: b6, Dst: a6}
	p.SetNeighbor(kind, n)
	q := new(Packet)
	q.Decode(Raw, frameOf(t, p))
	return q
}

// What is written is read.
func TestNeighbor(t *testing.T) {
	for _, c := range []struct {
		kind uint8
		n    Neighbor
		size int
	}{
		{ICMPv6NeighborSol, Neighbor{Target: b6}, 24},
		{ICMPv6NeighborSol, Neighbor{Target: b6, MAC: aMAC}, 32},
		{ICMPv6NeighborAdv, Neighbor{Target: b6, Solicited: true}, 24},
		{ICMPv6NeighborAdv, Neighbor{Target: b6, MAC: bMAC, Override: true}, 32},
		{ICMPv6NeighborAdv, Neighbor{Target: b6, MAC: bMAC, Router: true, Solicited: true, Override: true}, 32},
	} {
		p := neighbor(t, c.kind, c.n)
		if n, ok := p.Neighbor(); !ok || n != c.n || p.Odd != 0 || int(p.IPv6.PayloadLen) != c.size {
			t.Errorf("%v became %v, %v, odd %q, %d bytes", c.n, n, ok, p.Odd, p.IPv6.PayloadLen)
		}
	}
}

// Messages that RFC 4861 section 7.1 lets nobody believe.
func TestNeighborRefused(t *testing.T) {
	for name, change := range map[string]func(*Packet){
		"through a router":       func(p *Packet) { p.TTL = 254 },
		"of another code":        func(p *Packet) { p.ICMP.Code = 1 },
		"an echo request":        func(p *Packet) { p.ICMP.Type = ICMPv6EchoRequest },
		"cut off":                func(p *Packet) { p.Payload = p.Payload[:15] },
		"an option of no length": func(p *Packet) { p.Payload[17] = 0 },
		"an option cut off":      func(p *Packet) { p.Payload[17] = 2 },
		"not ICMPv6":             func(p *Packet) { p.Transport = UDP },
	} {
		p := neighbor(t, ICMPv6NeighborAdv, Neighbor{Target: b6, MAC: bMAC})
		change(p)
		if n, ok := p.Neighbor(); ok {
			t.Errorf("%s: read as %v", name, n)
		}
	}
}

// Options that are not known are passed over, and of several addresses the first counts.
func TestNeighborOptions(t *testing.T) {
	p := neighbor(t, ICMPv6NeighborAdv, Neighbor{Target: b6})
	p.Payload = bytes.Join([][]byte{p.Payload, rows("0e0100000000002a"), rows("0101020000000009"), rows("0201020000000002"), rows("0201020000000003")}, nil)
	if n, ok := p.Neighbor(); !ok || n.MAC != bMAC {
		t.Errorf("%v, %v", n, ok)
	}
}

func ExamplePacket_SetNeighbor() {
	target := netip.MustParseAddr("2001:db8::4:5678")
	group := SolicitedNode(target)
	ask := Packet{Link: Ethernet, SrcMAC: MAC{2, 0, 0, 0, 0, 1}, DstMAC: GroupMAC(group), Src: netip.MustParseAddr("2001:db8::1"), Dst: group}
	ask.SetNeighbor(ICMPv6NeighborSol, Neighbor{Target: target, MAC: ask.SrcMAC})
	frame, err := ask.Append(nil)
	fmt.Println(group, ask.DstMAC, len(frame), err)
	// Output:
	// ff02::1:ff04:5678 33:33:ff:04:56:78 86 <nil>
}
