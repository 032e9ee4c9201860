package seek

import (
	"net/netip"
	"testing"
	"time"

	"whorl/method"
	"whorl/packet"
)

// A segment is asked in three ways, twice, and each way finds who answers it.
func TestSegment(t *testing.T) {
	ours := netip.MustParseAddr("fe80::9")
	s := NewSegment(ours.WithZone("eth0"), method.Key{1}.Stream(ours, "segment"))
	var out method.Outbox
	var asked []packet.Packet
	now := epoch
	for {
		out.Reset()
		wake := s.Poll(now, &out)
		for i := range out.Len() {
			p, _ := out.At(i)
			p.Link = packet.Raw
			raw, err := p.Append(nil)
			if err != nil {
				t.Fatal(err)
			}
			var in packet.Packet
			in.Decode(packet.Raw, raw)
			if in.Odd != 0 || in.Dst != allNodes || in.Src != ours || in.TTL != 1 || p.DstMAC.String() != "33:33:00:00:00:01" {
				t.Errorf("sends %+v", in)
			}
			asked = append(asked, *in.Clone())
		}
		if wake.IsZero() {
			break
		}
		now = wake
	}
	if took := now.Sub(epoch); len(asked) != 6 || took != segmentAgain+segmentWait {
		t.Fatalf("%d questions in %v", len(asked), took)
	}
	if q := asked[2]; q.ICMP.Type != mldQuery || q.IPv6.NextHeader != packet.ExtHopByHop || len(q.Payload) != 16 {
		t.Errorf("asks for groups by %+v", q)
	}
	if q := asked[1]; q.IPv6.NextHeader != packet.ExtDestination || q.ICMP.ID() != asked[0].ICMP.ID() {
		t.Errorf("provokes by %+v", q)
	}
	from := func(host string, kind uint8, ttl uint8, rest uint32, payload []byte) *packet.Packet {
		return &packet.Packet{Network: packet.IPv6, Transport: packet.ICMPv6, Src: netip.MustParseAddr(host), Dst: ours, TTL: ttl,
			ICMP: packet.ICMPHeader{Type: kind, Rest: rest}, Payload: payload}
	}
	quote := func(i int) []byte {
		q := asked[i]
		q.Link = packet.Raw
		raw, _ := q.Append(nil)
		return raw
	}
	for _, c := range []struct {
		name string
		p    *packet.Packet
		mine bool
	}{
		{"an echo", from("fe80::1", packet.ICMPv6EchoReply, 64, asked[0].ICMP.Rest, nil), true},
		{"the same again", from("fe80::1", packet.ICMPv6EchoReply, 64, asked[0].ICMP.Rest, nil), true},
		{"somebody else's echo", from("fe80::2", packet.ICMPv6EchoReply, 64, asked[0].ICMP.Rest+1<<16, nil), false},
		{"a complaint", from("fe80::3", packet.ICMPv6ParamProblem, 64, 42, quote(1)), true},
		{"a complaint about another", from("fe80::4", packet.ICMPv6ParamProblem, 64, 42, quote(1)[:20]), false},
		{"a report", from("fe80::5", mldReport2, 1, 0, nil), true},
		{"an old report", from("fe80::6", mldReport, 1, 0, nil), true},
		{"a report through a router", from("fe80::7", mldReport, 63, 0, nil), false},
		{"no address of the link", from("2001:db8::1", packet.ICMPv6EchoReply, 64, asked[0].ICMP.Rest, nil), false},
		{"our own", from("fe80::9", mldReport2, 1, 0, nil), false},
	} {
		if got := s.Receive(c.p, now); got != c.mine {
			t.Errorf("%s: taken %v", c.name, got)
		}
	}
	if len(s.Found) != 4 {
		t.Errorf("found %v", s.Found)
	}
	for i := range 2 * maxNeighbours {
		a := netip.MustParseAddr("fe80::").As16()
		a[12], a[13] = byte(i>>8), byte(i)
		p := from("fe80::1", mldReport2, 1, 0, nil)
		p.Src = netip.AddrFrom16(a)
		s.Receive(p, time.Time{})
	}
	if len(s.Found) != maxNeighbours {
		t.Errorf("%d found", len(s.Found))
	}
}
