package sim

import (
	"math/rand/v2"
	"testing"
	"time"

	"whorl/link"
	"whorl/packet"
)

// stubborn answers a SYN with a SYN-ACK that holds what firewalls rewrite, and an ACK with
// a reset that shows the acknowledgement it saw.
type stubborn struct{}

func (stubborn) Receive(_ time.Time, p *packet.Packet, out link.Outlet) {
	r := &packet.Packet{Network: packet.IPv4, Transport: packet.TCP, Src: p.Dst, Dst: p.Src, TTL: 60,
		IPv4: packet.IPv4Header{DF: true, ID: 77},
		TCP:  packet.TCPHeader{SrcPort: p.TCP.DstPort, DstPort: p.TCP.SrcPort, Seq: 5000, Ack: p.TCP.Seq + 1, Flags: packet.SYN | packet.ACK, Options: []byte{2, 4, 5, 0xb4}}}
	if p.TCP.Flags.Has(packet.ACK) {
		r.TCP.Flags, r.TCP.Seq = packet.RST, p.TCP.Ack
	}
	out.Send(0, r)
}

// Each field is rewritten if it is asked for, and no other.
func TestScrub(t *testing.T) {
	for name, c := range map[string]struct {
		scrub Scrub
		want  func(*packet.Packet)
	}{
		"nothing":   {Scrub{}, func(*packet.Packet) {}},
		"DF off":    {Scrub{NoDF: true}, func(p *packet.Packet) { p.IPv4.DF = false }},
		"IP ID":     {Scrub{ZeroID: true}, func(p *packet.Packet) { p.IPv4.ID = 0 }},
		"TTL":       {Scrub{TTL: 255}, func(p *packet.Packet) { p.TTL = 255 }},
		"MSS":       {Scrub{MSS: 1400}, func(p *packet.Packet) { p.TCP.Options = []byte{2, 4, 5, 0x78} }},
		"large MSS": {Scrub{MSS: 9000}, func(*packet.Packet) {}},
	} {
		c.scrub.Node = stubborn{}
		n := at(&c.scrub)
		send(t, n, syn(80))
		got, _ := recv(t, n)
		want := *got
		want.IPv4.DF, want.IPv4.ID, want.TTL, want.TCP.Seq, want.TCP.Options = true, 77, 60, 5000, []byte{2, 4, 5, 0xb4}
		c.want(&want)
		if got.IPv4.DF != want.IPv4.DF || got.IPv4.ID != want.IPv4.ID || got.TTL != want.TTL || got.TCP.Seq != want.TCP.Seq ||
			string(got.TCP.Options) != string(want.TCP.Options) {
			t.Errorf("%s: %+v %+v", name, got.IPv4, got.TCP)
		}
	}
}

// A modulated connection keeps its sense: the host sees acknowledgements of its own numbers.
func TestScrubModulates(t *testing.T) {
	s := &Scrub{Node: stubborn{}, Modulate: true, RandomID: true, Secret: 3, Rand: rand.New(rand.NewPCG(1, 1))}
	n := at(s)
	send(t, n, syn(80))
	first, _ := recv(t, n)
	if first.TCP.Seq == 5000 || first.IPv4.ID == 77 {
		t.Fatalf("seq %d, IP ID %d", first.TCP.Seq, first.IPv4.ID)
	}
	ack := syn(80)
	ack.TCP.Flags, ack.TCP.Ack = packet.ACK, first.TCP.Seq+1
	send(t, n, ack)
	if reset, _ := recv(t, n); reset.TCP.Seq != 5001 {
		t.Errorf("the host saw an acknowledgement of %d", reset.TCP.Seq)
	}
}
