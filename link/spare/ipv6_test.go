package spare

import (
	"errors"
	"net/netip"
	"slices"
	"testing"
	"time"

	"whorl/packet"
)

var (
	free6, other6 = netip.MustParseAddr("fd77:1::12:3456"), netip.MustParseAddr("fd77:1::2")
	group6        = netip.MustParseAddr("ff02::1:ff12:3456")
	nobody6       = netip.IPv6Unspecified()
)

// new6 is a link with a spare address of IPv6.
func new6(s *segment) *Conn {
	r := route
	r.Src, r.NextHop = free6, other6
	return New(s, r)
}

// neighbour is a solicitation or an advertisement about an address, to all who may hear it.
func neighbour(kind uint8, mac packet.MAC, from, about netip.Addr) packet.Packet {
	p := packet.Packet{SrcMAC: mac, DstMAC: packet.GroupMAC(group6), Src: from, Dst: group6}
	p.SetNeighbor(kind, packet.Neighbor{Target: about, MAC: mac})
	if from == nobody6 {
		p.SetNeighbor(kind, packet.Neighbor{Target: about})
	}
	return p
}

// segmentTo6 is a TCP segment for the spare address.
func segmentTo6(port uint16, flags packet.Flags) packet.Packet {
	p := segmentTo(port, flags, "")
	p.Network, p.Src, p.Dst = packet.IPv6, other6, free6
	return p
}

// A free address is asked for three times in nobody's name, and announced.
func TestClaimIPv6(t *testing.T) {
	s := &segment{}
	s.comes(t, neighbour(packet.ICMPv6NeighborSol, theirs, other6, free6)) // wants to talk to it, has it not
	s.comes(t, neighbour(packet.ICMPv6NeighborSol, ours, nobody6, free6))  // our own, by a loop
	s.comes(t, neighbour(packet.ICMPv6NeighborAdv, theirs, other6, other6))
	r := route
	r.Src = free6
	if err := Claim(s, r); err != nil {
		t.Fatal(err)
	}
	if took := s.now.Sub(time.Time{}); took > time.Second {
		t.Errorf("took %v", took)
	}
	if len(s.sent) != 4 {
		t.Fatalf("%d packets", len(s.sent))
	}
	for i, p := range s.sent {
		n, ok := p.Neighbor()
		want := packet.Packet{Src: nobody6, Dst: group6, ICMP: packet.ICMPHeader{Type: packet.ICMPv6NeighborSol}}
		told := packet.Neighbor{Target: free6}
		if i == 3 {
			want.Src, want.Dst, want.ICMP.Type = free6, allNodes, packet.ICMPv6NeighborAdv
			told.MAC, told.Override = ours, true
		}
		if !ok || n != told || p.Src != want.Src || p.Dst != want.Dst || p.ICMP.Type != want.ICMP.Type || p.DstMAC != packet.GroupMAC(want.Dst) || p.SrcMAC != ours {
			t.Errorf("packet %d: %v to %v, type %d: %+v", i, p.Src, p.Dst, p.ICMP.Type, n)
		}
	}
	if got := Groups(free6); !slices.Equal(got, []netip.Addr{group6, allNodes}) || Groups(free) != nil {
		t.Errorf("groups %v, and %v", got, Groups(free))
	}
}

// An address that somebody has, or is about to take, is refused by name.
func TestClaimConflictIPv6(t *testing.T) {
	far := neighbour(packet.ICMPv6NeighborAdv, theirs, other6, free6)
	far.TTL = 254 // a message from beyond a router must not be believed
	for name, c := range map[string]struct {
		p     packet.Packet
		taken bool
	}{
		"answers":    {neighbour(packet.ICMPv6NeighborAdv, theirs, free6, free6), true},
		"uses it":    {neighbour(packet.ICMPv6NeighborSol, theirs, free6, other6), true},
		"asks too":   {neighbour(packet.ICMPv6NeighborSol, theirs, nobody6, free6), true},
		"from afar":  {far, false},
		"of another": {neighbour(packet.ICMPv6NeighborAdv, theirs, other6, other6), false},
	} {
		s := &segment{}
		s.comes(t, c.p)
		r := route
		r.Src = free6
		err := Claim(s, r)
		var taken *Conflict
		if errors.As(err, &taken) != c.taken || c.taken && (taken.MAC != theirs || taken.Addr != free6) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Solicitations for the address alone are answered: to who asked, or to all who may hear
// it if that is nobody yet.
func TestAdvertise(t *testing.T) {
	s := &segment{}
	c := new6(s)
	for _, p := range []packet.Packet{
		neighbour(packet.ICMPv6NeighborSol, theirs, other6, free6),
		neighbour(packet.ICMPv6NeighborSol, theirs, nobody6, free6),
		neighbour(packet.ICMPv6NeighborSol, theirs, other6, other6),
		neighbour(packet.ICMPv6NeighborSol, ours, other6, free6),
		neighbour(packet.ICMPv6NeighborAdv, theirs, other6, other6),
		arp(packet.ARPRequest, theirs, "10.77.1.2", "10.77.1.9"),
		{Network: packet.IPv6, Src: other6, Dst: free6, TTL: 64, Transport: packet.ICMPv6, ICMP: packet.ICMPHeader{Type: packet.ICMPv6EchoRequest}},
	} {
		s.comes(t, p)
	}
	got := hear(t, c, s)
	if len(got) != 2 {
		t.Fatalf("%d answers: %+v", len(got), got)
	}
	for i, want := range []struct {
		dst   netip.Addr
		mac   packet.MAC
		asked bool
	}{{other6, theirs, true}, {allNodes, packet.GroupMAC(allNodes), false}} {
		p := got[i]
		n, ok := p.Neighbor()
		if !ok || p.ICMP.Type != packet.ICMPv6NeighborAdv || p.Odd != 0 || p.Src != free6 || p.Dst != want.dst || p.DstMAC != want.mac || p.SrcMAC != ours ||
			n != (packet.Neighbor{Target: free6, MAC: ours, Solicited: want.asked, Override: true}) {
			t.Errorf("answer %d: to %v at %v: %+v", i, p.Dst, p.DstMAC, n)
		}
	}
}

// Somebody else who uses the address ends the link.
func TestConflictLaterIPv6(t *testing.T) {
	s := &segment{}
	s.comes(t, neighbour(packet.ICMPv6NeighborAdv, theirs, other6, free6))
	var taken *Conflict
	if n, _, err := new6(s).Recv(make([]byte, 2048), s.now.Add(time.Second)); n != 0 || !errors.As(err, &taken) || taken.MAC != theirs {
		t.Errorf("%d bytes, %v", n, err)
	}
}

// Segments of no connection are reset over IPv6 too, unless their port is silent or nobody
// can have sent them.
func TestRefuseIPv6(t *testing.T) {
	s := &segment{}
	c := new6(s)
	near, mad := segmentTo6(40000, packet.SYN), segmentTo6(40000, packet.SYN)
	near.Src, mad.Src = netip.MustParseAddr("fe80::2"), netip.MustParseAddr("ff02::1")
	for _, tt := range []struct {
		p    packet.Packet
		want packet.Flags
	}{
		{segmentTo6(40000, packet.SYN|packet.ACK), packet.RST},
		{near, packet.RST | packet.ACK},
		{segmentTo6(40000, packet.RST), 0},
		{mad, 0},
	} {
		s.comes(t, tt.p)
		got := hear(t, c, s)
		switch {
		case tt.want == 0 && len(got) == 0:
		case len(got) != 1 || got[0].TCP.Flags != tt.want || got[0].Dst != tt.p.Src || got[0].Src != free6 || got[0].Odd != 0 || got[0].DstMAC != theirs:
			t.Errorf("%v from %v: %+v", tt.p.TCP.Flags, tt.p.Src, got)
		}
	}
	first, ports := c.Silence(16)
	s.comes(t, segmentTo6(first+3, packet.SYN|packet.ACK))
	if got := hear(t, c, s); len(got) != 0 {
		t.Errorf("%d answers from a silent port", len(got))
	}
	ports.Close()
}
