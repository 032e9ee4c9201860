package decoy

import (
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"whorl/packet"
	"whorl/persona"
)

// Nobody is answered who cannot be one host.
func TestUnwelcome(t *testing.T) {
	type change func(*packet.Packet)
	from := func(s string) change { return func(p *packet.Packet) { p.Src = netip.MustParseAddr(s) } }
	tests := []struct {
		name   string
		change change
		want   bool
	}{
		{"a host", func(*packet.Packet) {}, true},
		{"broadcast", from("255.255.255.255"), false},
		{"broadcast of the segment", from("10.77.1.255"), false},
		{"the segment itself", from("10.77.1.0"), false},
		{"multicast", from("224.0.0.1"), false},
		{"loopback", from("127.0.0.1"), false},
		{"nobody", from("0.0.0.0"), false},
		{"this network", from("0.1.2.3"), false},
		{"reserved", from("240.0.0.1"), false},
		{"another decoy", from("198.18.0.9"), false},
		{"itself", from("198.18.0.7"), false},
		{"one who is not allowed", from("203.0.113.1"), false},
		{"to all stations", func(p *packet.Packet) { p.DstMAC = packet.Broadcast }, false},
		{"from all stations", func(p *packet.Packet) { p.SrcMAC = packet.Broadcast }, false},
		{"to another station", func(p *packet.Packet) { p.DstMAC = another }, false},
		{"of another segment", func(p *packet.Packet) { p.VLANs, p.VLAN[0] = 1, 5 }, false},
	}
	for _, tt := range tests {
		o := town(t, "198.18.0.0/24", 1)
		o.Networks = []netip.Prefix{netip.MustParsePrefix("10.77.1.0/24")}
		o.Peers = []netip.Prefix{netip.MustParsePrefix("10.77.1.0/24"), netip.MustParsePrefix("198.18.0.0/16")}
		p := synFrom(us, someone, 40000)
		tt.change(p)
		if out := serve(t, newNetwork(t, o), &belt{}, wired(t, p)); (len(out) > 0) != tt.want {
			t.Errorf("%s: %d answers", tt.name, len(out))
		}
	}
}

func TestLimits(t *testing.T) {
	second := netip.MustParseAddr("10.77.1.9")
	tests := []struct {
		name   string
		limits Limits
		want   int // of 40 from two peers each
	}{
		{"none", Limits{}, 80},
		{"of a peer", Limits{Peer: 10}, 20},
		{"of all", Limits{All: 15}, 15},
		{"both", Limits{Peer: 10, All: 15}, 15},
		{"less than one", Limits{Peer: 0.1}, 2},
	}
	for _, tt := range tests {
		o := town(t, "198.18.0.0/24", 1)
		o.Limits = tt.limits
		o.Groups[0].Persona.Resend = []time.Duration{}
		var in [][]byte
		for port := range uint16(40) {
			in = append(in, wired(t, synFrom(us, someone, 40000+port)), wired(t, synFrom(second, someone, 40000+port)))
		}
		n := newNetwork(t, o)
		out := serve(t, n, &belt{}, in...)
		if len(out) != tt.want || n.Counts().Limited != 80-tt.want {
			t.Errorf("%s: %d answers, %+v", tt.name, len(out), n.Counts())
		}
	}
}

// A second brings a second's worth.
func TestLimitRefills(t *testing.T) {
	l := limits{Limits: Limits{Peer: 10}}
	for i, want := range []int{10, 0, 5, 10} { // at the start, at once, after half a second, after a minute
		now := epoch.Add([]time.Duration{0, 0, time.Second / 2, time.Minute}[i])
		got := 0
		for range 100 {
			if l.take(us, now) {
				got++
			}
		}
		if got != want {
			t.Errorf("step %d: %d packets, want %d", i, got, want)
		}
	}
}

func TestLimitsAreBounded(t *testing.T) {
	l := limits{Limits: Limits{Peer: 1}}
	for i := range 3 * maxPeers {
		l.take(addrOf(uint32(i)), epoch)
		if i%100 == 0 && l.take(addrOf(uint32(i)), epoch) {
			t.Fatal("two packets of one")
		}
	}
	if n := len(l.young) + len(l.old); n > maxPeers {
		t.Errorf("%d peers are remembered", n)
	}
}

// Random frames make nothing grow, and nothing leaves for anybody but who asked. UDP and ICMP
// get no more than they brought and the headers of an error.
func TestFlood(t *testing.T) {
	o := town(t, "198.18.0.0/20", 1)
	o.Keep = 100
	o.Contact = noContact
	n := newNetwork(t, o)
	luck := rand.New(rand.NewPCG(1, 2))
	b := &belt{now: epoch, keep: true}
	brought := map[netip.Addr]int{}
	for range 20000 {
		p := synFrom(addrOf(0x0a000000|luck.Uint32()&0xffff), addrOf(0xc6120000|luck.Uint32()&0x1fff), uint16(luck.Uint32()))
		p.TCP.Flags, p.TCP.Seq, p.TCP.Ack = packet.Flags(luck.Uint32()), luck.Uint32(), luck.Uint32()
		p.Payload = make([]byte, luck.IntN(400))
		switch luck.IntN(3) {
		case 0:
			p.Transport, p.UDP = packet.UDP, packet.UDPHeader{SrcPort: 1, DstPort: uint16(luck.Uint32())}
		case 1:
			p.Transport, p.ICMP = packet.ICMP, packet.ICMPHeader{Type: uint8(luck.IntN(20))}
		}
		f := wired(t, p)
		if luck.IntN(10) == 0 {
			f[luck.IntN(len(f))] ^= byte(luck.Uint32())
		}
		if p.Transport != packet.TCP {
			brought[p.Src] += len(f) - 14
		}
		b.in = append(b.in, f)
	}
	b.end = epoch.Add(time.Minute)
	if err := n.Run(b); err != nil {
		t.Fatal(err)
	}
	left := map[netip.Addr]int{}
	for _, p := range b.sent(t) {
		if n.groups.of(p.Dst) != nil || n.groups.of(p.Src) == nil {
			t.Fatalf("a packet from %v to %v", p.Src, p.Dst)
		}
		if p.Transport == packet.ICMP {
			left[p.Dst] += int(p.IPv4.TotalLen)
		}
	}
	if len(left) == 0 {
		t.Error("nothing was answered")
	}
	const header = 28 // for each packet, of at most four here
	for a, k := range left {
		if k > brought[a]+4*header {
			t.Errorf("%v brought %d bytes and got %d", a, brought[a], k)
		}
	}
	if c := n.Counts(); c.Made-c.Forgotten > o.Keep || len(n.hosts.known) > o.Keep || len(n.contacts.known) > maxContacts {
		t.Errorf("%+v, %d decoys, %d contacts", c, len(n.hosts.known), len(n.contacts.known))
	}
}

// Who has used up what he gets makes no more decoys.
func TestLimitedMakesNothing(t *testing.T) {
	o := town(t, "198.18.0.0/24", 1)
	o.Limits.Peer = 5
	var in [][]byte
	for i := range 100 {
		in = append(in, syn(t, o.Groups[0].Addrs.At(i), 40000))
	}
	n := newNetwork(t, o)
	serve(t, n, &belt{}, in...)
	if c := n.Counts(); c.Made < 5 || c.Made > 10 { // some records answer nothing
		t.Errorf("%+v", c)
	}
}

// FuzzFrame: no frame does harm, whatever is in it, while addresses are asked for and later.
func FuzzFrame(f *testing.F) {
	o := town(f, "198.18.0.0/29", 1)
	for _, frame := range scanOf(f, someone) {
		f.Add(frame, false)
	}
	f.Add(arp(f, packet.ARPRequest, another, someone, someone), true)
	f.Add(arp(f, packet.ARPReply, another, someone, us), false)
	f.Fuzz(func(t *testing.T, frame []byte, free bool) {
		o.Free = free
		o.Contact = noContact
		b := &belt{now: epoch, end: epoch.Add(20 * time.Second), in: [][]byte{frame, ask(t, someone), frame}, times: []time.Duration{0, 9 * time.Second, 10 * time.Second}, keep: true}
		if err := newNetwork(t, o).Run(b); err != nil {
			t.Fatal(err)
		}
		for _, p := range b.sent(t) {
			if p.Network == packet.IPv4 && !o.Groups[0].Addrs.Contains(p.Src) {
				t.Fatalf("a packet from %v", p.Src)
			}
		}
	})
}

// No record gives a stranger, who may have borrowed his address, more than he brought: each
// probe gets one answer of its size and the headers of an error, and of TCP one with options.
func TestNoAmplification(t *testing.T) {
	o := town(t, "198.18.0.0/23", 1)
	o.Groups[0].Persona.Resend = []time.Duration{}
	o.Groups[0].Persona.Services = []persona.Service{{Port: 22, Greeting: make([]byte, persona.MaxReply)}}
	for i := range len(o.Groups[0].Entries) {
		n := newNetwork(t, o)
		addr := o.Groups[0].Addrs.At(i)
		in := scanOf(t, addr)
		toService := synFrom(us, addr, 40000)
		toService.TCP.DstPort = 22
		for _, f := range append(in, wired(t, toService)) {
			b := &belt{now: epoch, end: epoch.Add(time.Minute), in: [][]byte{f}, keep: true}
			if err := n.Run(b); err != nil {
				t.Fatal(err)
			}
			out := 0
			for _, p := range b.sent(t) {
				out += int(p.IPv4.TotalLen)
			}
			if brought := len(f) - 14; out > brought+40 {
				t.Errorf("%s: %d bytes for %d", n.persona(addr), out, brought)
			}
		}
	}
}
