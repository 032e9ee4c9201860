package seek

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl/method"
	"whorl/packet"
)

func TestNeighbour(t *testing.T) {
	mine, theirs := packet.MAC{2, 0, 0, 0, 0, 1}, packet.MAC{2, 0, 0, 0, 0, 2}
	n := NewNeighbour(them, us, mine)
	var out method.Outbox
	var asked []time.Duration
	now := epoch
	for {
		out.Reset()
		wake := n.Poll(now, &out)
		for i := range out.Len() {
			p, tag := out.At(i)
			n.Sent(tag, now)
			asked = append(asked, now.Sub(epoch))
			want := packet.ARPHeader{Op: packet.ARPRequest, SenderMAC: mine, SenderIP: us, TargetIP: them}
			if p.Network != packet.ARP || p.DstMAC != packet.Broadcast || p.ARP != want {
				t.Errorf("asks %+v", p.ARP)
			}
		}
		if wake.IsZero() {
			break
		}
		now = wake
	}
	if d := cmp.Diff([]time.Duration{0, askWait, 2 * askWait}, asked); d != "" || now.Sub(epoch) != 3*askWait {
		t.Errorf("ends after %v: %s", now.Sub(epoch), d)
	}

	reply := packet.ARPHeader{Op: packet.ARPReply, SenderMAC: theirs, SenderIP: them, TargetMAC: mine, TargetIP: us}
	for name, c := range map[string]struct {
		change func(*packet.Packet)
		mine   bool
	}{
		"answer":         {func(*packet.Packet) {}, true},
		"request":        {func(p *packet.Packet) { p.ARP.Op = packet.ARPRequest }, false},
		"another host":   {func(p *packet.Packet) { p.ARP.SenderIP = router }, false},
		"without a MAC":  {func(p *packet.Packet) { p.ARP.SenderMAC = packet.MAC{} }, false},
		"not ARP at all": {func(p *packet.Packet) { p.Network = packet.IPv4 }, false},
	} {
		n := NewNeighbour(them, us, mine)
		n.Poll(epoch, &out)
		n.Sent(1, epoch.Add(ms))
		p := packet.Packet{Network: packet.ARP, ARP: reply}
		c.change(&p)
		if got := n.Receive(&p, epoch.Add(3*ms)); got != c.mine || n.MAC.IsZero() == c.mine {
			t.Errorf("%s: taken %v, MAC %v", name, got, n.MAC)
		}
		if wake := n.Poll(epoch.Add(4*ms), &out); wake.IsZero() != c.mine {
			t.Errorf("%s: wants to be polled at %v", name, wake)
		}
		if c.mine && n.RTT.Smoothed != 2*ms {
			t.Errorf("%s: round trip %v", name, n.RTT.Smoothed)
		}
	}
}

// Over IPv6 the group of the address is asked, and an advertisement answers.
func TestNeighbour6(t *testing.T) {
	mine, theirs := packet.MAC{2, 0, 0, 0, 0, 1}, packet.MAC{2, 0, 0, 0, 0, 2}
	them, us := netip.MustParseAddr("fe80::1:2:3"), netip.MustParseAddr("fe80::9")
	told := packet.Neighbor{Target: them, MAC: theirs, Solicited: true, Override: true}
	for name, c := range map[string]struct {
		change func(n *packet.Neighbor, p *packet.Packet)
		want   packet.MAC
	}{
		"answer":              {func(*packet.Neighbor, *packet.Packet) {}, theirs},
		"without the option":  {func(n *packet.Neighbor, _ *packet.Packet) { n.MAC = packet.MAC{} }, packet.MAC{2, 0, 0, 0, 0, 3}},
		"... and not asked":   {func(n *packet.Neighbor, _ *packet.Packet) { n.MAC, n.Solicited = packet.MAC{}, false }, packet.MAC{}},
		"another host":        {func(n *packet.Neighbor, _ *packet.Packet) { n.Target = us }, packet.MAC{}},
		"through a router":    {func(_ *packet.Neighbor, p *packet.Packet) { p.TTL = 254 }, packet.MAC{}},
		"a question":          {func(_ *packet.Neighbor, p *packet.Packet) { p.ICMP.Type = packet.ICMPv6NeighborSol }, packet.MAC{}},
		"of another protocol": {func(_ *packet.Neighbor, p *packet.Packet) { p.Transport = packet.UDP }, packet.MAC{}},
	} {
		n := NewNeighbour(them.WithZone("eth0"), us, mine)
		var out method.Outbox
		n.Poll(epoch, &out)
		q, _ := out.At(0)
		asked, ok := q.Neighbor()
		if !ok || asked.Target != them || asked.MAC != mine || q.Dst.String() != "ff02::1:ff02:3" || q.DstMAC.String() != "33:33:ff:02:00:03" {
			t.Fatalf("asks %+v of %v at %v", asked, q.Dst, q.DstMAC)
		}
		n.Sent(1, epoch)
		a, p := told, packet.Packet{SrcMAC: packet.MAC{2, 0, 0, 0, 0, 3}}
		c.change(&a, new(packet.Packet))
		p.SetNeighbor(packet.ICMPv6NeighborAdv, a)
		c.change(&a, &p)
		if got := n.Receive(&p, epoch.Add(ms)); got != !c.want.IsZero() || n.MAC != c.want {
			t.Errorf("%s: taken %v, MAC %v, want %v", name, got, n.MAC, c.want)
		}
	}
}
