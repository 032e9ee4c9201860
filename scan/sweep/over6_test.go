package sweep

import (
	"net/netip"
	"testing"

	"whorl/link"
	"whorl/method"
	"whorl/packet"
)

func route6() link.Route {
	r := route
	r.Src = ours6
	return r
}

// Over IPv6 every kind of answer is found too, each address once, and nothing is sent to
// addresses of the other version, of groups or of a link.
func TestSweep6(t *testing.T) {
	n := network(func(a netip.Addr) link.Node {
		switch a.As16()[15] {
		case 1:
			return alive(80)
		case 2:
			return alive()
		case 3:
			return complains(packet.ICMPv6Unreachable, 3)
		case 4:
			return complains(packet.ICMPv6TimeExceed, 0)
		}
		return nil
	})
	hosts := over("2001:db8:1::/116")
	walk := func() func() (netip.Addr, bool) {
		next, others := hosts(), []string{"198.18.0.1", "ff02::1", "fe80::1", "::", "::ffff:198.18.0.1"}
		return func() (netip.Addr, bool) {
			if len(others) > 0 {
				a := netip.MustParseAddr(others[0])
				others = others[1:]
				return a, true
			}
			return next()
		}
	}
	for _, tt := range []struct {
		o       Options
		want    map[byte]State
		port    uint16
		skipped int64
	}{
		{Options{Walk: walk, TCP: []uint16{80}, Rate: 100_000}, map[byte]State{1: Open, 2: Closed, 3: Unreachable, 4: Expired}, 80, 10},
		{Options{Walk: walk, Echo: true, Rate: 100_000}, map[byte]State{1: Alive, 2: Alive, 3: Unreachable, 4: Expired}, 0, 10},
	} {
		v := startOn(t, n, route6(), tt.o)
		all := v.collect(t)
		if len(all) != 16*len(tt.want) {
			t.Errorf("%d answers, want %d", len(all), 16*len(tt.want))
		}
		for _, f := range all {
			up := f.State != Unreachable && f.State != Expired
			if f.State != tt.want[f.Addr.As16()[15]] || f.Port != tt.port || f.Up() != up || !up && f.From != router6 {
				t.Errorf("%+v: up %v", f, f.Up())
			}
			if f.RTT < delay || f.RTT > delay+2*slotTime {
				t.Errorf("%v: round trip %v", f.Addr, f.RTT)
			}
		}
		if c := v.Counts(); c.Sent != 4096+4096-2*16 || c.Skipped != tt.skipped {
			t.Errorf("%+v", c)
		}
	}
}

// An answer over IPv6 has to bring back what belongs to all of its address.
func TestCheck6(t *testing.T) {
	c, probes := checkerAt(t, method.Key{7}, ours6)
	host := netip.MustParseAddr("2001:db8:1::3")
	var s, e packet.Packet
	s.Decode(packet.Raw, probes.append(nil, host, 80, 5))
	e.Decode(packet.Raw, probes.append(nil, host, echo, 5))
	if s.Odd != 0 || e.Odd != 0 || s.Dst != host || e.Transport != packet.ICMPv6 {
		t.Fatalf("%+v\n%+v", s, e)
	}
	synAck := func(from netip.Addr, ack uint32) *packet.Packet {
		return &packet.Packet{Network: packet.IPv6, Src: from, Dst: ours6, Transport: packet.TCP,
			TCP: packet.TCPHeader{SrcPort: 80, DstPort: s.TCP.SrcPort, Ack: ack, Flags: packet.SYN | packet.ACK}}
	}
	if f, slot, ok := c.check(synAck(host, s.TCP.Seq+1)); !ok || f.State != Open || slot != 5 {
		t.Errorf("%+v, slot %d, %v", f, slot, ok)
	}
	for i := range 128 { // any bit of the address
		a := host.As16()
		a[i/8] ^= 1 << (i % 8)
		if _, _, ok := c.check(synAck(netip.AddrFrom16(a), s.TCP.Seq+1)); ok {
			t.Errorf("bit %d does not matter", i)
		}
	}
	if _, _, ok := c.check(synAck(host, s.TCP.Seq)); ok {
		t.Error("any number will do")
	}
	reply := packet.Packet{Network: packet.IPv6, Src: host, Dst: ours6, Transport: packet.ICMPv6,
		ICMP: packet.ICMPHeader{Type: packet.ICMPv6EchoReply, Rest: e.ICMP.Rest}}
	if f, slot, ok := c.check(&reply); !ok || f.State != Alive || slot != 5 {
		t.Errorf("%+v, slot %d, %v", f, slot, ok)
	}
}
