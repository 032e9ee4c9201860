package decoy

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"whorl/packet"
)

// claimed is a network that asks for its addresses before it answers.
func claimed(t *testing.T, prefix string) (o Options, conflicts *[]Conflict, ready *int) {
	o = town(t, prefix, 1)
	o.Free = false
	conflicts, ready = new([]Conflict), new(int)
	o.Conflict = func(c Conflict) { *conflicts = append(*conflicts, c) }
	o.Ready = func() { *ready++ }
	return o, conflicts, ready
}

// at is a frame and when it comes.
func (b *belt) then(at time.Duration, frame []byte) *belt {
	b.in, b.times = append(b.in, frame), append(b.times, at)
	return b
}

// An address is asked for three times at the pace of RFC 5227 before it is answered for, and
// never announced.
func TestAsked(t *testing.T) {
	o, conflicts, ready := claimed(t, "198.18.0.6/31")
	b := (&belt{}).then(0, ask(t, someone)).then(10*time.Second, ask(t, someone)).then(11*time.Second, syn(t, someone, 40000))
	out := serve(t, newNetwork(t, o), b)
	asked := map[netip.Addr]int{}
	answers := 0
	for _, p := range out {
		switch a := p.ARP; {
		case p.Network == packet.ARP && a.Op == packet.ARPRequest:
			asked[a.TargetIP]++
			if !a.SenderIP.IsUnspecified() || a.SenderMAC != itsMAC || p.DstMAC != packet.Broadcast {
				t.Errorf("asked with %+v", p)
			}
		case p.Network == packet.ARP:
			answers++
			if a.SenderIP != someone || a.SenderMAC != itsMAC || p.DstMAC != ourMAC || a.TargetIP != us {
				t.Errorf("answered %+v", p)
			}
		}
	}
	if asked[someone] != probes || asked[someone.Prev()] != probes || answers != 1 || *ready != 1 || len(*conflicts) != 0 {
		t.Errorf("asked %v, %d answers, %d times ready, conflicts %v", asked, answers, *ready, *conflicts)
	}
	if last := out[len(out)-1]; last.Network != packet.IPv4 || last.Src != someone {
		t.Errorf("last %+v", last)
	}
}

// Whoever has an address keeps it, and who is about to take it gets it.
func TestInUse(t *testing.T) {
	tests := []struct {
		name  string
		at    time.Duration
		frame []byte
		owned bool
	}{
		{"reply", time.Second, arp(t, packet.ARPReply, another, someone, someone.Next()), false},
		{"request of another", 2 * time.Second, arp(t, packet.ARPRequest, another, someone, us), false},
		{"probe of another", 2 * time.Second, arp(t, packet.ARPRequest, another, netip.IPv4Unspecified(), someone), false},
		{"announced later", 9 * time.Second, arp(t, packet.ARPRequest, another, someone, someone), true},
		{"reply later", 9 * time.Second, arp(t, packet.ARPReply, another, someone, us), true},
	}
	for _, tt := range tests {
		o, conflicts, ready := claimed(t, "198.18.0.6/31")
		b := (&belt{}).then(tt.at, tt.frame).then(12*time.Second, ask(t, someone)).then(12*time.Second, syn(t, someone, 40000)).
			then(12*time.Second, ask(t, someone.Prev()))
		n := newNetwork(t, o)
		answers := 0
		for _, p := range serve(t, n, b) {
			if p.Network == packet.IPv4 || p.ARP.Op == packet.ARPReply && p.ARP.SenderIP != someone.Prev() {
				t.Errorf("%s: answered with %+v", tt.name, p)
			}
			if p.Network == packet.ARP && p.ARP.Op == packet.ARPReply {
				answers++
			}
		}
		want := Conflict{Addr: someone, MAC: another, At: epoch.Add(tt.at), Owned: tt.owned}
		if len(*conflicts) != 1 || (*conflicts)[0] != want || answers != 1 || *ready != 1 || n.Counts().Lost != 1 {
			t.Errorf("%s: conflicts %v, %d answers, %d times ready, %+v", tt.name, *conflicts, answers, *ready, n.Counts())
		}
	}
}

// What a decoy was about to send when it ended does not leave any more.
func TestEndsAtOnce(t *testing.T) {
	o, _, _ := claimed(t, "198.18.0.6/31")
	o.Groups[0].Persona.Delay = time.Second
	o.Groups[0].Persona.Resend = []time.Duration{time.Second, time.Second, time.Second}
	b := (&belt{}).then(9*time.Second, syn(t, someone, 40000)).then(9*time.Second, syn(t, someone.Prev(), 40000)).
		then(9500*time.Millisecond, arp(t, packet.ARPReply, another, someone, us)).then(20*time.Second, ask(t, us))
	others := 0
	for _, p := range serve(t, newNetwork(t, o), b) {
		if p.Network == packet.IPv4 && p.Src == someone {
			t.Errorf("left after the end: %+v", p)
		} else if p.Network == packet.IPv4 {
			others++
		}
	}
	if others != 4 {
		t.Errorf("%d segments of the other decoy", others)
	}
}

// One who asks whether an owned address is free is told that it is not.
func TestDefended(t *testing.T) {
	o, conflicts, _ := claimed(t, "198.18.0.7/32")
	b := (&belt{}).then(9*time.Second, arp(t, packet.ARPRequest, another, netip.IPv4Unspecified(), someone))
	out := serve(t, newNetwork(t, o), b)
	last := out[len(out)-1]
	if last.ARP.Op != packet.ARPReply || last.DstMAC != another || len(*conflicts) != 0 {
		t.Errorf("%+v, conflicts %v", last, *conflicts)
	}
}

func TestAllLost(t *testing.T) {
	o, _, _ := claimed(t, "198.18.0.7/32")
	b := &belt{now: epoch, end: epoch.Add(time.Minute)}
	b.then(time.Second, arp(t, packet.ARPReply, another, someone, us))
	if err := newNetwork(t, o).Run(b); !errors.Is(err, ErrNoAddress) {
		t.Errorf("error %v", err)
	}
}

// With a gateway ARP is for that alone, as the decoys are behind it.
func TestGateway(t *testing.T) {
	o, _, ready := claimed(t, "198.18.0.0/16")
	o.Gateway = router
	n := newNetwork(t, o)
	b := (&belt{}).then(9*time.Second, ask(t, someone)).then(9*time.Second, ask(t, router)).then(9*time.Second, ask(t, us)).
		then(9*time.Second, arp(t, packet.ARPReply, ourMAC, us, router)).then(10*time.Second, syn(t, someone, 40000))
	var arps []packet.ARPHeader
	tcp := 0
	for _, p := range serve(t, n, b) {
		if p.Network == packet.ARP {
			arps = append(arps, p.ARP)
		} else {
			tcp++
		}
	}
	if len(arps) != probes+1 || arps[probes].SenderIP != router || arps[probes].SenderMAC != itsMAC || tcp == 0 || *ready != 1 {
		t.Errorf("ARP %+v, %d segments, %d times ready", arps, tcp, *ready)
	}
}

// ARP makes no persona.
func TestARPMakesNothing(t *testing.T) {
	n := newNetwork(t, town(t, "198.18.0.0/24", 1))
	if out := serve(t, n, &belt{}, ask(t, someone), ask(t, us)); len(out) != 1 || out[0].ARP.SenderIP != someone || n.Counts().Made != 0 {
		t.Errorf("%+v, %+v", out, n.Counts())
	}
}

func TestTooManyToAsk(t *testing.T) {
	o, _, _ := claimed(t, "10.0.0.0/15")
	if err := newNetwork(t, o).Run(&belt{now: epoch, end: epoch}); err == nil {
		t.Error("a segment is asked for a hundred thousand addresses")
	}
}
