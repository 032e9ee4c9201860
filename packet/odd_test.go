package packet_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	. "whorl/packet"
)

// edit gives a copy of a frame with the byte at index i replaced.
func edit(frame []byte, i int, v byte) []byte {
	c := append([]byte(nil), frame...)
	c[i] = v
	return c
}

// frameOf writes a packet that is known to be right.
func frameOf(t testing.TB, p Packet) []byte {
	t.Helper()
	b, err := p.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func syn4() Packet {
	return Packet{
		Link: Raw, Network: IPv4, Src: a4, Dst: b4, TTL: 64, Transport: TCP,
		TCP: TCPHeader{SrcPort: 1, DstPort: 2, Flags: SYN, Options: rows("020405b4")},
	}
}

func syn6() Packet {
	p := syn4()
	p.Network, p.Src, p.Dst = IPv6, a6, b6
	return p
}

func udp4() Packet {
	return Packet{
		Link: Raw, Network: IPv4, Src: a4, Dst: b4, TTL: 64, Transport: UDP,
		UDP: UDPHeader{SrcPort: 1, DstPort: 2}, Payload: []byte("four"),
	}
}

// extended is a SYN behind IPv6 extension headers, the first of kind next.
func extended(t testing.TB, next byte, chain ...string) []byte {
	p := syn6()
	p.IPv6.NextHeader, p.IPv6.Extensions = next, rows(chain...)
	return frameOf(t, p)
}

func TestOdd(t *testing.T) {
	tcp4, tcp6, udp := frameOf(t, syn4()), frameOf(t, syn6()), frameOf(t, udp4())
	eth := append(rows("020000000002", "020000000001", "0800"), tcp4...)
	arp := wires[0].frame
	padN := "3c00010400000000" // destination options, then the same again
	tests := []struct {
		name  string
		link  LinkType
		frame []byte
		want  Odd
	}{
		{"right", Raw, tcp4, 0},
		{"right, IPv6", Raw, tcp6, 0},
		{"right, UDP", Raw, udp, 0},

		{"unknown link type", 147, tcp4, OddLink},
		{"short Ethernet header", Ethernet, eth[:13], OddLink},
		{"short VLAN tag", Ethernet, rows("020000000002", "020000000001", "8100", "0001", "08"), OddLink},
		{"nine VLAN tags", Ethernet, append(rows("020000000002", "020000000001"), bytes.Repeat(rows("8100", "0001"), 9)...), OddLink},
		{"short cooked header", SLL, make([]byte, 15), OddLink},
		{"short cooked v2 header", SLL2, make([]byte, 19), OddLink},
		{"short null header", Null, make([]byte, 3), OddLink},
		{"unknown EtherType", Ethernet, rows("020000000002", "020000000001", "88cc", "00"), 0},
		{"unknown PPP protocol", PPP, rows("c021", "01"), 0},

		{"empty", Raw, nil, OddShort},
		{"short IPv4 header", Raw, tcp4[:19], OddShort},
		{"short IPv6 header", Raw, tcp6[:39], OddShort},
		{"short TCP header", Raw, tcp4[:39], OddIPLength | OddShort},
		{"short UDP header", Raw, udp[:27], OddIPLength | OddShort},
		{"short ICMP header", Raw, echo[:27], OddIPLength | OddShort},
		{"short ARP", Ethernet, arp[:41], OddShort},
		{"ARP for Token Ring", Ethernet, edit(arp, 15, 4), OddShort},

		{"IP version 5", Raw, edit(tcp4, 0, 0x55), OddIPHeader},
		{"IPv6 as IPv4 only", IPv4Only, tcp6, OddIPHeader},
		{"IPv4 as IPv6 only", IPv6Only, tcp4, OddIPHeader},
		{"IPv4 with the EtherType of IPv6", Ethernet, append(rows("020000000002", "020000000001", "86dd"), tcp4...), OddIPHeader},
		{"IPv4 as IPv6 over PPP", PPP, append(rows("57"), tcp4...), OddIPHeader},
		{"IPv4 header of 4 words", Raw, edit(tcp4, 0, 0x44), OddIPHeader},
		{"IPv4 header beyond the packet", Raw, edit(udp, 0, 0x4f), OddIPHeader},
		{"IPv4 header checksum", Raw, edit(tcp4, 8, 63), OddIPChecksum},

		{"captured in part", Raw, tcp4[:42], OddIPLength | OddTCPOffset},
		{"captured in part, IPv6", Raw, tcp6[:62], OddIPLength | OddTCPOffset},
		{"total length below the header", Raw, edit(edit(tcp4, 3, 19), 11, tcp4[11]+44-19), OddIPLength | OddTrailer | OddShort},
		{"total length 0, as with offload", Raw, edit(edit(tcp4, 3, 0), 11, tcp4[11]+44), OddIPLength},
		{"payload length 0, as with offload", Raw, edit(tcp6, 5, 0), OddIPLength},

		{"TCP data offset of 4 words", Raw, edit(tcp4, 32, 0x40), OddTCPOffset | OddChecksum},
		{"TCP data offset beyond the segment", Raw, edit(tcp4, 32, 0x70), OddTCPOffset | OddChecksum},
		{"TCP option of length 1", Raw, edit(tcp4, 41, 1), OddTCPOptions | OddChecksum},
		{"TCP option beyond the header", Raw, edit(tcp4, 41, 5), OddTCPOptions | OddChecksum},
		{"TCP checksum", Raw, edit(tcp4, 36, tcp4[36]+1), OddChecksum},
		{"TCP checksum, IPv6", Raw, edit(tcp6, 56, tcp6[56]+1), OddChecksum},
		{"UDP checksum", Raw, edit(udp, 31, 'F'), OddChecksum},
		{"UDP without checksum", Raw, edit(edit(udp, 26, 0), 27, 0), 0},
		{"ICMP checksum", Raw, edit(echo, 29, 'C'), OddChecksum},
		{"UDP length above the payload", Raw, edit(udp, 25, 13), OddUDPLength | OddChecksum},
		{"UDP length below its header", Raw, edit(udp, 25, 7), OddUDPLength | OddChecksum},

		{"trailer", Raw, append(tcp4[:len(tcp4):len(tcp4)], 0), OddTrailer},
		{"trailer, IPv6", Raw, append(tcp6[:len(tcp6):len(tcp6)], 0), OddTrailer},
		{"Ethernet padding", Ethernet, append(eth[:len(eth):len(eth)], 0, 0), 0},
		{"more than Ethernet padding", Ethernet, append(eth[:len(eth):len(eth)], 0, 0, 0), OddTrailer},

		{"extension headers", Raw, extended(t, 60, padN, padN, "0600010400000000"), 0},
		{"64 extension headers", Raw, extended(t, 60, append(slices.Repeat([]string{padN}, 63), "0600010400000000")...), 0},
		{"65 extension headers", Raw, extended(t, 60, append(slices.Repeat([]string{padN}, 64), "0600010400000000")...), OddExtension},
		{"extension header beyond the packet", Raw, extended(t, 60, "06ff010400000000"), OddExtension},
		{"authentication header beyond the packet", Raw, extended(t, 51, "06ff010400000000"), OddExtension},
		{"short extension header", Raw, frameOf(t, Packet{Link: Raw, Network: IPv6, Src: a6, Dst: b6, Proto: 60, Payload: rows("0600")}), OddExtension},
	}
	var all Odd
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			var p Packet
			p.Decode(c.link, c.frame)
			if p.Odd != c.want {
				t.Errorf("Odd = %q, want %q", p.Odd, c.want)
			}
		})
		all |= c.want
	}
	// TestWire has the fragments, TestUncarried the oddities of IEEE 802.11.
	if untested := (OddFCS<<1 - 1) &^ (all | OddFragment | OddEncrypted | OddFCS); untested != 0 {
		t.Errorf("no test for %q", untested)
	}
}

// A datagram shorter than its IP packet has the right checksum over its own length.
func TestUDPShorterThanIP(t *testing.T) {
	b := frameOf(t, udp4())
	p := udp4()
	p.Transport, p.Proto, p.Payload = OtherTransport, ProtoUDP, append(b[20:len(b):len(b)], "more"...)
	var q Packet
	q.Decode(Raw, frameOf(t, p))
	if q.Odd != OddUDPLength || string(q.Payload) != "fourmore" {
		t.Errorf("Odd = %q, payload %q", q.Odd, q.Payload)
	}
}

func TestQuoted(t *testing.T) {
	quoting := func(of Packet, quote []byte) Packet {
		of.Link, of.TTL, of.Payload = Raw, 64, quote
		return of
	}
	unreach4 := Packet{Network: IPv4, Src: b4, Dst: a4, Transport: ICMP, ICMP: ICMPHeader{Type: ICMPUnreachable}}
	unreach6 := Packet{Network: IPv6, Src: b6, Dst: a6, Transport: ICMPv6, ICMP: ICMPHeader{Type: ICMPv6Unreachable}}
	echo4, echo6 := unreach4, unreach6
	echo4.ICMP.Type, echo6.ICMP.Type = ICMPEchoReply, ICMPv6EchoReply
	tcp4, tcp6, udp := frameOf(t, syn4()), frameOf(t, syn6()), frameOf(t, udp4())
	tests := []struct {
		name  string
		p     Packet
		ok    bool
		ports [2]uint16
	}{
		{"whole UDP", quoting(unreach4, udp), true, [2]uint16{1, 2}},
		{"UDP cut after its header", quoting(unreach4, udp[:28]), true, [2]uint16{1, 2}},
		{"UDP cut in its header", quoting(unreach4, udp[:27]), false, [2]uint16{}},
		{"total length altered by the stack", quoting(unreach4, edit(udp, 3, 1)), true, [2]uint16{1, 2}},
		{"TCP cut at 8 bytes", quoting(unreach4, tcp4[:28]), true, [2]uint16{1, 2}},
		{"TCP cut at 7 bytes", quoting(unreach4, tcp4[:27]), false, [2]uint16{}},
		{"TCP over IPv6", quoting(unreach6, tcp6), true, [2]uint16{1, 2}},
		{"TCP behind extension headers", quoting(unreach6, extended(t, 0, "3c00010400000000", "0600010400000000")), true, [2]uint16{1, 2}},
		{"extension headers cut off", quoting(unreach6, extended(t, 0, "3c00010400000000", "0600010400000000")[:54]), false, [2]uint16{}},
		{"no quote", quoting(unreach4, nil), false, [2]uint16{}},
		{"addresses only", quoting(unreach4, udp[:20]), false, [2]uint16{}},
		{"echo reply whose data looks like a packet", quoting(echo4, udp), false, [2]uint16{}},
		{"ICMPv6 echo reply likewise", quoting(echo6, tcp6), false, [2]uint16{}},
		{"not ICMP", syn4(), false, [2]uint16{}},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			var q Packet
			if ok := c.p.Quoted(&q); ok != c.ok {
				t.Fatalf("ok = %v, want %v", ok, c.ok)
			}
			ports := [2]uint16{q.UDP.SrcPort + q.TCP.SrcPort, q.UDP.DstPort + q.TCP.DstPort}
			if c.ok && ports != c.ports {
				t.Errorf("ports %v, want %v", ports, c.ports)
			}
		})
	}
}

func TestAppendErrors(t *testing.T) {
	alter := func(f func(*Packet)) Packet { p := syn4(); f(&p); return p }
	tests := []struct {
		want string
		p    Packet
	}{
		{"link type LINUX_SLL", alter(func(p *Packet) { p.Link = SLL })},
		{"no network layer", alter(func(p *Packet) { p.Network = NoNetwork })},
		{"3 bytes of TCP options", alter(func(p *Packet) { p.TCP.Options = make([]byte, 3) })},
		{"44 bytes of TCP options", alter(func(p *Packet) { p.TCP.Options = make([]byte, 44) })},
		{"1 bytes of IPv4 options", alter(func(p *Packet) { p.IPv4.Options = make([]byte, 1) })},
		{"44 bytes of IPv4 options", alter(func(p *Packet) { p.IPv4.Options = make([]byte, 44) })},
		{"65536 bytes do not fit an IPv4 packet", alter(func(p *Packet) { p.Payload = make([]byte, 65536-44) })},
		{"65536 bytes do not fit an IPv6 packet", alter(func(p *Packet) {
			p.Network, p.Src, p.Dst, p.Payload = IPv6, a6, b6, make([]byte, 65536-24)
		})},
		{"IPv4 header with addresses 2001:db8::1", alter(func(p *Packet) { p.Src = a6 })},
		{"IPv6 header with addresses 192.0.2.1", alter(func(p *Packet) { p.Network = IPv6 })},
		{"ARP needs IPv4 addresses", alter(func(p *Packet) { p.Network = ARP })},
	}
	for _, c := range tests {
		t.Run(c.want, func(t *testing.T) {
			b, err := c.p.Append([]byte("kept"))
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "packet: ") {
				t.Errorf("error %v", err)
			}
			if string(b) != "kept" {
				t.Errorf("left %q", b)
			}
		})
	}
}

func TestNames(t *testing.T) {
	tests := []struct{ got, want string }{
		{(SYN | ACK | ECE).String(), "EAS"},
		{Flags(0xff).String(), "CEUAPRSF"},
		{Flags(0).String(), ""},
		{(OddShort | OddFragment).String(), "cut short, fragment"},
		{Odd(0).String(), ""},
		{SLL2.String(), "LINUX_SLL2"},
		{LinkType(147).String(), "147"},
		{MAC{0, 0x1b, 0xc5, 0xff, 9, 0xa0}.String(), "00:1b:c5:ff:09:a0"},
	}
	for _, c := range tests {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

// A clone survives the frame that it came from.
func TestClone(t *testing.T) {
	for _, c := range wires {
		frame := append([]byte(nil), c.frame...)
		var p Packet
		p.Decode(c.link, frame)
		q := p.Clone()
		clear(frame)
		p.Decode(c.link, c.frame)
		if d := same(&p, q); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}
