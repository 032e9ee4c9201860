package afpacket

import (
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/net/bpf"

	"whorl/packet"
)

func TestTowards(t *testing.T) {
	us4, us6 := netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("2001:db8::12:3456")
	single := func(a netip.Addr) netip.Prefix { return netip.PrefixFrom(a, a.BitLen()) }
	ours := []netip.Prefix{single(us4), single(us6), netip.MustParsePrefix("198.18.5.0/22"), netip.MustParsePrefix("2001:db8:50::/44")}
	ip := func(dst string) packet.Packet {
		p := packet.Packet{Dst: netip.MustParseAddr(dst), TTL: 1, Network: packet.IPv6, Transport: packet.OtherTransport, Proto: 253}
		p.Src = netip.MustParseAddr("2001:db8::1")
		if p.Dst.Is4() {
			p.Network, p.Src = packet.IPv4, netip.MustParseAddr("192.0.2.1")
		}
		return p
	}
	arp := func(target string) packet.Packet {
		return packet.Packet{Network: packet.ARP, ARP: packet.ARPHeader{
			Op: packet.ARPRequest, SenderIP: netip.MustParseAddr("192.0.2.1"), TargetIP: netip.MustParseAddr(target),
		}}
	}
	tests := []struct {
		name string
		p    packet.Packet
		pass bool
	}{
		{"IPv4 to us", ip("192.0.2.7"), true},
		{"IPv4 to another", ip("192.0.2.8"), false},
		{"IPv4 to our prefix", ip("198.18.7.255"), true},
		{"IPv4 beside our prefix", ip("198.18.8.0"), false},
		{"IPv6 to us", ip("2001:db8::12:3456"), true},
		{"IPv6 to another", ip("2001:db8::12:3457"), false},
		{"IPv6 to our group", ip("ff02::1:ff12:3456"), true},
		{"IPv6 to our prefix", ip("2001:db8:5f::9"), true},
		{"IPv6 beside our prefix", ip("2001:db8:60::"), false},
		{"IPv6 to a group of our prefix", ip("ff02::1:ff77:7777"), true},
		{"IPv6 to all nodes", ip("ff02::1"), false},
		{"ARP for us", arp("192.0.2.7"), true},
		{"ARP for another", arp("192.0.2.8"), false},
	}
	for _, l := range []packet.LinkType{packet.Ethernet, packet.Raw} {
		vm, err := bpf.NewVM(Towards(l, ours...))
		if err != nil {
			t.Fatal(err)
		}
		for _, tt := range tests {
			if tt.p.Link = l; l == packet.Raw && tt.p.Network == packet.ARP {
				continue
			}
			if n, err := vm.Run(wireOf(t, tt.p)); err != nil || (n > 0) != tt.pass {
				t.Errorf("%v: %s: kept %d bytes, %v", l, tt.name, n, err)
			}
		}
		for _, stump := range [][]byte{nil, {0x45}, make([]byte, 14), make([]byte, 20)} {
			if n, _ := vm.Run(stump); n != 0 {
				t.Errorf("%v: % x passed", l, stump)
			}
		}
	}
	if vm, err := bpf.NewVM(Towards(packet.Ethernet)); err != nil {
		t.Error(err)
	} else if n, _ := vm.Run(wireOf(t, packet.Packet{Link: packet.Ethernet, Network: packet.ARP, ARP: arp("192.0.2.7").ARP})); n != 0 {
		t.Error("a filter without addresses passed something")
	}
}

func wireOf(t *testing.T, p packet.Packet) []byte {
	t.Helper()
	b, err := p.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Of what this machine sends, resets from one address alone pass; what passed before
// does.
func TestResetsFrom(t *testing.T) {
	us, them := netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("192.0.2.1")
	us6, them6 := netip.MustParseAddr("2001:db8::12:3456"), netip.MustParseAddr("2001:db8::1")
	segment := func(src, dst netip.Addr, flags packet.Flags) packet.Packet {
		p := packet.Packet{Network: packet.IPv4, Src: src, Dst: dst, TTL: 64, Transport: packet.TCP, Proto: packet.ProtoTCP,
			TCP: packet.TCPHeader{SrcPort: 1, DstPort: 2, Flags: flags}}
		if src.Is6() {
			p.Network = packet.IPv6
		}
		return p
	}
	udp := segment(us, them, 0)
	udp.Transport, udp.Proto, udp.Payload = packet.UDP, packet.ProtoUDP, []byte("\xff\xff\xff\xff\xff\xff\xff\xff")
	arp := packet.Packet{Network: packet.ARP, ARP: packet.ARPHeader{Op: packet.ARPRequest, SenderIP: them, TargetIP: us}}
	for _, l := range []packet.LinkType{packet.Ethernet, packet.Raw} {
		ours := []netip.Prefix{netip.PrefixFrom(us, 32), netip.PrefixFrom(us6, 128)}
		vm, err := bpf.NewVM(ResetsFrom(l, Towards(l, ours...), ours...))
		if err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			p    packet.Packet
			pass bool
		}{
			"our reset":             {segment(us, them, packet.RST), true},
			"our reset with ACK":    {segment(us, them, packet.RST|packet.ACK), true},
			"our SYN":               {segment(us, them, packet.SYN), false},
			"our datagram":          {udp, false},
			"the reset of another":  {segment(them.Next(), them, packet.RST), false},
			"a segment to us":       {segment(them, us, packet.SYN|packet.ACK), true},
			"ARP that asks for us":  {arp, l == packet.Ethernet},
			"a segment to somebody": {segment(them, them.Next(), packet.SYN), false},

			"our reset over IPv6":             {segment(us6, them6, packet.RST), true},
			"our SYN over IPv6":               {segment(us6, them6, packet.SYN), false},
			"the reset of another, over IPv6": {segment(them6.Next(), them6, packet.RST), false},
			"a segment to us over IPv6":       {segment(them6, us6, packet.SYN|packet.ACK), true},
			"another's segment over IPv6":     {segment(them6, them6.Next(), packet.SYN), false},
		} {
			if c.p.Network == packet.ARP && l != packet.Ethernet {
				continue
			}
			c.p.Link = l
			frame, err := c.p.Append(nil)
			if err != nil {
				t.Fatal(err)
			}
			if n, err := vm.Run(frame); err != nil || n > 0 != c.pass {
				t.Errorf("%v: %s: %d, %v", l, name, n, err)
			}
		}
	}
}

func TestSnapped(t *testing.T) {
	long := make([]byte, 100)
	for _, f := range [][]bpf.Instruction{nil, {bpf.RetConstant{Val: whole}}} {
		vm, err := bpf.NewVM(Options{Filter: f, Snap: 40}.snapped())
		if err != nil {
			t.Fatal(err)
		}
		if n, _ := vm.Run(long); n != 40 {
			t.Errorf("kept %d bytes, want 40", n)
		}
	}
	if (Options{}).snapped() != nil {
		t.Error("a filter out of nothing")
	}
}

func TestComplete(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	src4, dst4 := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	src6, dst6 := netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::2")
	for i := range 400 {
		p := packet.Packet{Link: packet.Ethernet, Network: packet.IPv4, Src: src4, Dst: dst4, TTL: 1, Transport: packet.TCP}
		if i&1 != 0 {
			p.Network, p.Src, p.Dst = packet.IPv6, src6, dst6
		}
		if i&2 != 0 {
			p.Transport = packet.UDP
		}
		if i&4 != 0 {
			p.Link = packet.Raw
		}
		p.Payload = make([]byte, rnd.IntN(50))
		for i := range p.Payload {
			p.Payload[i] = byte(rnd.Uint32())
		}
		frame := wireOf(t, p)
		at := len(frame) - len(p.Payload)
		if p.Transport == packet.TCP {
			at -= 4
		} else {
			at -= 2
		}
		frame[at] ^= byte(1 + rnd.IntN(255))
		var got packet.Packet
		if got.Decode(p.Link, frame); !got.Odd.Has(packet.OddChecksum) {
			t.Fatalf("the test did not spoil the checksum: % x", frame)
		}
		complete(p.Link, frame)
		if got.Decode(p.Link, frame); got.Odd != 0 {
			t.Fatalf("%v: % x", got.Odd, frame)
		}
		for n := range frame { // cut anywhere, it must not crash
			complete(p.Link, frame[:n])
		}
	}
}

// A zero UDP checksum means none, so a sum of zero is written as its other form.
func TestCompleteUDPZero(t *testing.T) {
	p := packet.Packet{
		Link: packet.Raw, Network: packet.IPv4, TTL: 1, Transport: packet.UDP, Payload: []byte{0, 0},
		Src: netip.MustParseAddr("192.0.2.1"), Dst: netip.MustParseAddr("192.0.2.2"),
	}
	frame := wireOf(t, p)
	copy(frame[28:], frame[26:28]) // payload = checksum of the rest: the whole sums up to zero
	complete(packet.Raw, frame)
	if frame[26] != 0xff || frame[27] != 0xff {
		t.Errorf("checksum %x", frame[26:28])
	}
}

func FuzzComplete(f *testing.F) {
	f.Add(uint16(packet.Ethernet), []byte{})
	f.Fuzz(func(t *testing.T, l uint16, b []byte) { complete(packet.LinkType(l), b) })
}

func TestClock(t *testing.T) {
	c := newClock()
	t0 := c.epoch.Add(time.Second) // a reading of the system clock one second later
	ns := t0.UnixNano()
	now := c.wall.Add(time.Second)
	for _, tt := range []struct {
		name  string
		stamp int64
		want  time.Time
	}{
		{"an age", ns - 5000, now.Add(-5 * time.Microsecond)},
		{"older than the frame before", ns - 9000, now.Add(-5 * time.Microsecond)},
		{"wall clock set back since", ns + int64(time.Hour), now},
		{"wall clock set forward since", ns - int64(time.Hour), now},
	} {
		if got := c.stamp(t0, tt.stamp); !got.Equal(tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got.Sub(c.wall), tt.want.Sub(c.wall))
		}
	}
}

// ARP passes whoever it is about, what passed before does, and nothing else.
func TestWithARP(t *testing.T) {
	us, them := netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("192.0.2.1")
	vm, err := bpf.NewVM(WithARP(Towards(packet.Ethernet, netip.PrefixFrom(us, 32))))
	if err != nil {
		t.Fatal(err)
	}
	arp := func(sender, target netip.Addr) packet.Packet {
		return packet.Packet{Network: packet.ARP, ARP: packet.ARPHeader{Op: packet.ARPReply, SenderIP: sender, TargetIP: target}}
	}
	udp := func(dst netip.Addr) packet.Packet {
		return packet.Packet{Network: packet.IPv4, Src: them, Dst: dst, TTL: 64, Transport: packet.UDP, Proto: packet.ProtoUDP}
	}
	for name, c := range map[string]struct {
		p    packet.Packet
		pass bool
	}{
		"reply to a probe":     {arp(us, netip.IPv4Unspecified()), true},
		"another uses ours":    {arp(us, them), true},
		"others among them":    {arp(them, them.Next()), true},
		"a datagram to us":     {udp(us), true},
		"a datagram to others": {udp(them), false},
	} {
		c.p.Link = packet.Ethernet
		if n, err := vm.Run(wireOf(t, c.p)); err != nil || (n > 0) != c.pass {
			t.Errorf("%s: kept %d bytes, %v", name, n, err)
		}
	}
}
