package decoy

import (
	"net/netip"
	"testing"
	"time"

	"whorl/method"
	"whorl/method/ipv6"
	"whorl/packet"
	"whorl/persona"
)

// both is a network of hosts with two addresses, Addrs of IPv6 or of IPv4.
func both(t testing.TB, six bool) Options {
	o := town(t, "198.18.0.0/24", 1)
	o.Groups[0].Also = RangeOf(netip.MustParsePrefix("2001:db8::/120"))
	if g := &o.Groups[0]; six {
		g.Addrs, g.Also = g.Also, g.Addrs
	}
	return o
}

// One persona answers at both addresses of a host, with one hardware address, whichever is
// asked first; and it is forgotten for another as one.
func TestBothAddresses(t *testing.T) {
	for _, six := range []bool{false, true} {
		o := both(t, six)
		o.Keep = 1
		n := newNetwork(t, o)
		out := serve(t, n, &belt{}, syn6(t, someone6), syn(t, someone, 40000), syn6(t, someone6), syn(t, someone.Next(), 40000), syn(t, someone, 40001))
		if len(out) == 0 || n.hosts.used.Len() != 1 || len(n.hosts.known) != 2 {
			t.Errorf("%v: %d answers, %d hosts at %d addresses", six, len(out), n.hosts.used.Len(), len(n.hosts.known))
		}
		if c := n.Counts(); c.Made+c.Unshown != 3 || c.Forgotten != 2 {
			t.Errorf("%v: %+v", six, c)
		}
		for _, p := range out {
			if p.Src != someone && p.Src != someone6 && p.Src != someone.Next() {
				t.Errorf("%v: from %v", six, p.Src)
			}
		}
		own := func(a netip.Addr) packet.MAC { o.Groups[0].Hardware = Hardware{}; return newNetwork(t, o).macOf(a) }
		if own(someone) != own(someone6) || own(someone) == own(someone.Next()) {
			t.Errorf("%v: hardware addresses %v and %v", six, own(someone), own(someone6))
		}
	}
}

// Both addresses are asked for, and a host that loses one stays at the other.
func TestOneOfTwoLost(t *testing.T) {
	o := both(t, false)
	o.Free = false
	o.Groups[0].Addrs, o.Groups[0].Also = Range{someone, someone}, Range{someone6, someone6}
	var lost []Conflict
	o.Conflict = func(c Conflict) { lost = append(lost, c) }
	b := (&belt{}).then(time.Second, tentative(t, someone6)).then(10*time.Second, syn6(t, someone6)).then(10*time.Second, syn(t, someone, 40000))
	tcp := 0
	for _, p := range serve(t, newNetwork(t, o), b) {
		if p.Src == someone6 {
			t.Errorf("from the lost address: %+v", p)
		}
		if p.Transport == packet.TCP {
			tcp++
		}
	}
	if len(lost) != 1 || lost[0].Addr != someone6 || tcp == 0 {
		t.Errorf("lost %v, %d segments", lost, tcp)
	}
}

func TestRefusedPairs(t *testing.T) {
	r := func(s string) Range {
		r, err := ParseRange(s)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	for _, g := range [][2]string{{"192.0.2.1-4", "2001:db8::1-3"}, {"192.0.2.1", "192.0.2.2"}, {"2001:db8::1", "2001:db8::2"}} {
		if _, err := New(Options{Groups: []Group{{Addrs: r(g[0]), Also: r(g[1]), Entries: records(t)}}}); err == nil {
			t.Errorf("%v is taken", g)
		}
	}
	two := []Group{{Addrs: r("192.0.2.1"), Also: r("2001:db8::1"), Entries: records(t)}, {Addrs: r("2001:db8::1"), Entries: records(t)}}
	if _, err := New(Options{Groups: two}); err == nil {
		t.Error("one address of two hosts is taken")
	}
}

// scanOf6 are the probes of a scan over IPv6.
func scanOf6(tb testing.TB, addr netip.Addr) (frames [][]byte) {
	e := ipv6.Exchange{Target: ipv6.Target{Addr: addr, OpenTCP: 80, ClosedTCP: 81, ClosedUDP: 40000, Direct: true}}
	s := method.Key{2}.Stream(addr, "test")
	e.Numbers = ipv6.NewNumbers(&s)
	for which := range ipv6.O1 {
		p := packet.Packet{Link: packet.Ethernet, SrcMAC: ourMAC, DstMAC: itsMAC, Src: us6}
		e.Packet(which, &p)
		frames = append(frames, wired(tb, &p))
	}
	return frames
}

// Nor does any record give more over IPv6 than was brought.
func TestNoAmplification6(t *testing.T) {
	o := town(t, "198.18.0.0/23", 1)
	g := &o.Groups[0]
	g.Addrs = RangeOf(netip.MustParsePrefix("2001:db8::/119"))
	g.Persona.Resend = []time.Duration{}
	g.Persona.Services = []persona.Service{{Port: 22, Greeting: make([]byte, persona.MaxReply)}}
	answers := 0
	for i := range len(g.Entries) {
		n := newNetwork(t, o)
		addr := g.Addrs.At(i)
		toService := synFrom(us6, addr, 40000)
		toService.Network, toService.TCP.DstPort = packet.IPv6, 22
		s := &sender{src: us6, dst: addr}
		first, long := s.cut(58, s.ping(100), [2]int{0, 64})[0], s.cut(58, s.ping(100), [2]int{0, 13})[0]
		for _, f := range append(scanOf6(t, addr), wired(t, toService), wired(t, &first), wired(t, &long)) {
			b := &belt{now: epoch, end: epoch.Add(90 * time.Second), in: [][]byte{f}, keep: true}
			if err := n.Run(b); err != nil {
				t.Fatal(err)
			}
			out := 0
			for _, p := range b.sent(t) {
				out += 40 + int(p.IPv6.PayloadLen)
				answers++
			}
			if brought := len(f) - 14; out > brought+48 {
				t.Errorf("%s: %d bytes for %d", n.persona(addr), out, brought)
			}
		}
	}
	if answers == 0 {
		t.Error("nothing was answered")
	}
}

// FuzzFrame6: no frame does harm over IPv6, while addresses are asked for and later.
func FuzzFrame6(f *testing.F) {
	o := both(f, true)
	o.Groups[0].Addrs, o.Groups[0].Also = RangeOf(netip.MustParsePrefix("2001:db8::/125")), RangeOf(netip.MustParsePrefix("198.18.0.0/29"))
	for _, frame := range scanOf6(f, someone6) {
		f.Add(frame, true)
	}
	s := &sender{src: us6, dst: someone6}
	for _, c := range append(hostileParts(s), hostileChains(s)...) {
		for i := range c.packets {
			f.Add(wired(f, &c.packets[i]), true)
		}
	}
	f.Add(look(f, someone6), true)
	f.Add(tentative(f, someone6), false)
	f.Add(told(f, packet.ICMPv6NeighborAdv, another, someone6, allNodes, packet.Neighbor{Target: someone6}), false)
	f.Fuzz(func(t *testing.T, frame []byte, free bool) {
		o.Free = free
		o.Contact = noContact
		b := &belt{now: epoch, end: epoch.Add(90 * time.Second), in: [][]byte{frame, look(t, someone6), frame, syn6(t, someone6), frame},
			times: []time.Duration{0, 9 * time.Second, 10 * time.Second, 11 * time.Second, 12 * time.Second}, keep: true}
		n := newNetwork(t, o)
		if err := n.Run(b); err != nil {
			t.Fatal(err)
		}
		for _, p := range b.sent(t) {
			if p.Network == packet.IPv6 && !p.Src.IsUnspecified() && n.groups.of(p.Src) == nil || n.groups.of(p.Dst) != nil {
				t.Fatalf("a packet from %v to %v", p.Src, p.Dst)
			}
		}
	})
}
