package seek

import (
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
	if d := cmp.Diff([]time.Duration{0, arpWait, 2 * arpWait}, asked); d != "" || now.Sub(epoch) != 3*arpWait {
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
