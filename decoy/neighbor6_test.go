package decoy

import (
	"net/netip"
	"testing"
	"time"

	"whorl/packet"
)

var (
	us6      = netip.MustParseAddr("2001:db8:77::1")
	someone6 = netip.MustParseAddr("2001:db8::7")
	nobody6  = netip.IPv6Unspecified()
)

// claimed6 is a network of IPv6 that asks for its addresses before it answers.
func claimed6(t *testing.T, prefix string) (o Options, conflicts *[]Conflict, ready *int) {
	o, conflicts, ready = claimed(t, "198.18.0.6/31")
	o.Groups[0].Addrs = RangeOf(netip.MustParsePrefix(prefix))
	return o, conflicts, ready
}

// told is a message of neighbour discovery on the wire.
func told(t testing.TB, kind uint8, mac packet.MAC, src, dst netip.Addr, n packet.Neighbor) []byte {
	p := packet.Packet{Link: packet.Ethernet, SrcMAC: mac, DstMAC: itsMAC, Src: src, Dst: dst}
	if dst.IsMulticast() {
		p.DstMAC = packet.GroupMAC(dst)
	}
	p.SetNeighbor(kind, n)
	return wired(t, &p)
}

// look looks for an address.
func look(t testing.TB, about netip.Addr) []byte {
	return told(t, packet.ICMPv6NeighborSol, ourMAC, us6, packet.SolicitedNode(about), packet.Neighbor{Target: about, MAC: ourMAC})
}

// tentative asks whether an address is free.
func tentative(t testing.TB, about netip.Addr) []byte {
	return told(t, packet.ICMPv6NeighborSol, another, nobody6, packet.SolicitedNode(about), packet.Neighbor{Target: about})
}

func syn6(t testing.TB, to netip.Addr) []byte {
	p := synFrom(us6, to, 40000)
	p.Network = packet.IPv6
	return wired(t, p)
}

// advertisements are those among packets.
func advertisements(all []packet.Packet) (out []packet.Packet) {
	for _, p := range all {
		if p.Transport == packet.ICMPv6 && p.ICMP.Type == packet.ICMPv6NeighborAdv {
			out = append(out, p)
		}
	}
	return out
}

// An address is asked for three times in nobody's name, after switches were told of its
// group, before it is answered for, and never announced.
func TestAsked6(t *testing.T) {
	o, conflicts, ready := claimed6(t, "2001:db8::6/127")
	b := (&belt{}).then(0, look(t, someone6)).then(10*time.Second, look(t, someone6)).then(11*time.Second, syn6(t, someone6))
	out := serve(t, newNetwork(t, o), b)
	asked, joined := map[netip.Addr]int{}, map[netip.Addr]int{}
	for _, p := range out {
		n, _ := p.Neighbor()
		switch {
		case p.Transport != packet.ICMPv6:
		case p.ICMP.Type == listenerReport:
			group := netip.AddrFrom16([16]byte(p.Payload[4:]))
			joined[group]++
			if asked[someone6] > 0 && group == packet.SolicitedNode(someone6) || p.Payload[0] != changeToExclude || p.TTL != 1 || p.Dst != listenerRouters ||
				p.DstMAC != (packet.MAC{0x33, 0x33, 0, 0, 0, 0x16}) || !p.Src.IsUnspecified() || len(p.IPv6.Extensions) != 8 || p.ICMP.Rest != 1 {
				t.Errorf("report %+v", p)
			}
		case p.ICMP.Type == packet.ICMPv6NeighborSol:
			asked[n.Target]++
			if group := packet.SolicitedNode(n.Target); !p.Src.IsUnspecified() || p.SrcMAC != itsMAC || p.Dst != group || p.DstMAC != packet.GroupMAC(group) || !n.MAC.IsZero() {
				t.Errorf("asked with %+v", p)
			}
		}
	}
	answers := advertisements(out)
	if asked[someone6] != probes || asked[someone6.Prev()] != probes || len(joined) != 2 || joined[packet.SolicitedNode(someone6)] != 1 ||
		len(answers) != 1 || *ready != 1 || len(*conflicts) != 0 {
		t.Fatalf("asked %v, joined %v, %d answers, %d times ready, conflicts %v", asked, joined, len(answers), *ready, *conflicts)
	}
	a := answers[0]
	if n, ok := a.Neighbor(); !ok || n != (packet.Neighbor{Target: someone6, MAC: itsMAC, Solicited: true, Override: true}) || a.Src != someone6 ||
		a.Dst != us6 || a.DstMAC != ourMAC || a.SrcMAC != itsMAC {
		t.Errorf("answered %+v", a)
	}
	if last := out[len(out)-1]; last.Transport != packet.TCP || last.Src != someone6 {
		t.Errorf("last %+v", last)
	}
}

// Whoever has an address keeps it, and who is about to take it gets it.
func TestInUse6(t *testing.T) {
	const sol, adv = packet.ICMPv6NeighborSol, packet.ICMPv6NeighborAdv
	group := packet.SolicitedNode(us6)
	tests := []struct {
		name  string
		at    time.Duration
		frame []byte
		owned bool
	}{
		{"advertised", time.Second, told(t, adv, another, someone6, allNodes, packet.Neighbor{Target: someone6, MAC: another, Override: true}), false},
		{"advertised without an address", time.Second, told(t, adv, another, someone6, allNodes, packet.Neighbor{Target: someone6}), false},
		{"asks as that", 2 * time.Second, told(t, sol, another, someone6, group, packet.Neighbor{Target: us6, MAC: another}), false},
		{"wants it too", 2 * time.Second, tentative(t, someone6), false},
		{"advertised later", 9 * time.Second, told(t, adv, another, someone6, allNodes, packet.Neighbor{Target: someone6, MAC: another}), true},
		{"asks as that later", 9 * time.Second, told(t, sol, another, someone6, group, packet.Neighbor{Target: us6, MAC: another}), true},
	}
	for _, tt := range tests {
		o, conflicts, ready := claimed6(t, "2001:db8::6/127")
		b := (&belt{}).then(tt.at, tt.frame).then(12*time.Second, look(t, someone6)).then(12*time.Second, syn6(t, someone6)).
			then(12*time.Second, look(t, someone6.Prev()))
		n := newNetwork(t, o)
		out := serve(t, n, b)
		for _, p := range out {
			if p.Src == someone6 {
				t.Errorf("%s: answered with %+v", tt.name, p)
			}
		}
		want := Conflict{Addr: someone6, MAC: another, At: epoch.Add(tt.at), Owned: tt.owned}
		if len(*conflicts) != 1 || (*conflicts)[0] != want || len(advertisements(out)) != 1 || *ready != 1 || n.Counts().Lost != 1 {
			t.Errorf("%s: conflicts %v, %d times ready, %+v", tt.name, *conflicts, *ready, n.Counts())
		}
	}
}

// One who asks whether an owned address is free is told that it is not, as all are.
func TestDefended6(t *testing.T) {
	o, conflicts, _ := claimed6(t, "2001:db8::7/128")
	out := advertisements(serve(t, newNetwork(t, o), (&belt{}).then(9*time.Second, tentative(t, someone6))))
	if len(out) != 1 || len(*conflicts) != 0 {
		t.Fatalf("%+v, conflicts %v", out, *conflicts)
	}
	if n, _ := out[0].Neighbor(); out[0].Dst != allNodes || out[0].DstMAC != (packet.MAC{0x33, 0x33, 0, 0, 0, 1}) || n != (packet.Neighbor{Target: someone6, MAC: itsMAC, Override: true}) {
		t.Errorf("%+v", out[0])
	}
}

// Solicitations are answered for our own addresses alone, and only those that can be believed
// (RFC 4861 section 7.1.1). Looking for an address makes no persona; asking one whether it is
// there does.
func TestSolicited(t *testing.T) {
	const sol = packet.ICMPv6NeighborSol
	change := func(f func(*packet.Packet)) []byte {
		p := packet.Packet{Link: packet.Ethernet, SrcMAC: ourMAC, DstMAC: itsMAC, Src: us6, Dst: packet.SolicitedNode(someone6)}
		p.SetNeighbor(sol, packet.Neighbor{Target: someone6, MAC: ourMAC})
		f(&p)
		return wired(t, &p)
	}
	for _, tt := range []struct {
		name          string
		frame         []byte
		answers, made int
	}{
		{"ours", look(t, someone6), 1, 0},
		{"to us alone", told(t, sol, ourMAC, us6, someone6, packet.Neighbor{Target: someone6, MAC: ourMAC}), 1, 1},
		{"another's", look(t, netip.MustParseAddr("2001:db8::1:7")), 0, 0},
		{"in another group", told(t, sol, ourMAC, us6, allNodes, packet.Neighbor{Target: someone6, MAC: ourMAC}), 0, 0},
		{"through a router", change(func(p *packet.Packet) { p.TTL = 254 }), 0, 0},
		{"from all stations", change(func(p *packet.Packet) { p.SrcMAC = packet.Broadcast }), 0, 0},
		{"from a group", change(func(p *packet.Packet) { p.Src = allNodes }), 0, 0},
		{"from loopback", change(func(p *packet.Packet) { p.Src = netip.IPv6Loopback() }), 0, 0},
		{"from nobody with an address", change(func(p *packet.Packet) { p.Src = nobody6 }), 0, 0},
		{"from nobody to us alone", change(func(p *packet.Packet) { p.Src, p.Dst, p.Payload = nobody6, someone6, p.Payload[:16] }), 0, 0},
		{"in a fragment", change(func(p *packet.Packet) {
			p.IPv6.NextHeader, p.IPv6.Extensions = packet.ExtFragment, []byte("\x3a\x00\x00\x00\x00\x00\x00\x01")
		}), 0, 0},
		{"a bad option", change(func(p *packet.Packet) { p.Payload[17] = 0 }), 0, 0},
	} {
		o := town(t, "198.18.0.0/24", 1)
		o.Groups[0].Addrs = RangeOf(netip.MustParsePrefix("2001:db8::/120"))
		n := newNetwork(t, o)
		out := advertisements(serve(t, n, &belt{}, tt.frame))
		if len(out) != tt.answers || n.Counts().Made != tt.made || n.Counts().Contacts != 0 {
			t.Errorf("%s: %d answers, %+v", tt.name, len(out), n.Counts())
		}
	}
}

// With a gateway solicitations are for that alone, as the decoys are behind it.
func TestGateway6(t *testing.T) {
	o, _, ready := claimed6(t, "2001:db8::/112")
	o.Gateway6 = netip.MustParseAddr("2001:db8:77::2")
	b := (&belt{}).then(9*time.Second, look(t, someone6)).then(9*time.Second, look(t, o.Gateway6)).
		then(9*time.Second, told(t, packet.ICMPv6NeighborSol, ourMAC, us6, o.Gateway6, packet.Neighbor{Target: o.Gateway6, MAC: ourMAC})).
		then(10*time.Second, syn6(t, someone6))
	out := serve(t, newNetwork(t, o), b)
	all := advertisements(out)
	if len(all) != 2 || all[0].Src != o.Gateway6 || all[1].SrcMAC != itsMAC || *ready != 1 || out[len(out)-1].Src != someone6 {
		t.Errorf("%d advertisements of %+v, %d times ready", len(all), out, *ready)
	}
}

// A query for groups is answered with those of our addresses, once a second at most, and a
// query for one group with that.
func TestListeners(t *testing.T) {
	query := func(group netip.Addr, ttl uint8) []byte {
		src := netip.MustParseAddr("fe80::1")
		p := packet.Packet{Link: packet.Ethernet, SrcMAC: another, DstMAC: packet.GroupMAC(allNodes), Network: packet.IPv6, Transport: packet.ICMPv6, Src: src, Dst: allNodes, TTL: ttl}
		p.IPv6.Extensions = routerAlert
		p.ICMP = packet.ICMPHeader{Type: listenerQuery, Rest: 1000 << 16}
		a := group.As16()
		p.Payload = append(a[:], 2, 125, 0, 0)
		return wired(t, &p)
	}
	o := town(t, "198.18.0.0/24", 1)
	o.Groups[0].Addrs = RangeOf(netip.MustParsePrefix("2001:db8::/126"))
	b := (&belt{}).then(0, query(nobody6, 1)).then(time.Second/2, query(nobody6, 1)).
		then(4*time.Second, query(packet.SolicitedNode(o.Groups[0].Addrs.At(1)), 1)).then(7*time.Second, query(packet.SolicitedNode(someone6), 1)).
		then(8*time.Second, query(nobody6, 64))
	groups := map[netip.Addr]int{}
	out := serve(t, newNetwork(t, o), b)
	for _, p := range out {
		groups[netip.AddrFrom16([16]byte(p.Payload[4:]))]++
		if p.ICMP.Type != listenerReport || p.Payload[0] != modeIsExclude {
			t.Errorf("%+v", p)
		}
	}
	if len(out) != 5 || len(groups) != 4 || groups[packet.SolicitedNode(o.Groups[0].Addrs.At(1))] != 2 {
		t.Errorf("%d reports of %v", len(out), groups)
	}
}

// Nobody is answered over IPv6 who cannot be one host.
func TestUnwelcome6(t *testing.T) {
	for src, want := range map[string]bool{
		"2001:db8:77::1": true, "fe80::1": true, "::": false, "::1": false, "ff02::1": false, "::ffff:10.77.1.1": false,
		"2001:db8::9": false, "2001:db8:78::1": false,
	} {
		o := town(t, "198.18.0.0/24", 1)
		o.Groups[0].Addrs = RangeOf(netip.MustParsePrefix("2001:db8::/120"))
		o.Peers = []netip.Prefix{netip.MustParsePrefix("2001:db8:77::/48"), netip.MustParsePrefix("fe80::/10"), netip.MustParsePrefix("2001:db8::/64")}
		p := synFrom(netip.MustParseAddr(src), someone6, 40000)
		p.Network = packet.IPv6
		if out := serve(t, newNetwork(t, o), &belt{}, wired(t, p)); (len(out) > 0) != want {
			t.Errorf("%s: %d answers", src, len(out))
		}
	}
}
