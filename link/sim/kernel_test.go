package sim

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"whorl/link"
	"whorl/packet"
)

// Only an answer that accepts a connection is reset, at the time when it arrives, and
// only if that is asked for.
func TestResets(t *testing.T) {
	const v4, v6 = packet.IPv4, packet.IPv6
	for _, c := range []struct {
		resets bool
		link   packet.LinkType
		over   packet.Network
		answer packet.Flags
		want   string // what the node gets after the SYN
	}{
		{true, packet.Raw, v4, packet.SYN | packet.ACK, "R 4000 to 80, 2001, 3ms"},
		{true, packet.Ethernet, v4, packet.SYN | packet.ACK | packet.ECE, "R 4000 to 80, 2001, 3ms"},
		{true, packet.Ethernet, v6, packet.SYN | packet.ACK, "R 4000 to 80, 2001, 3ms"},
		{true, packet.Raw, v4, packet.RST | packet.ACK, ""},
		{true, packet.Raw, v6, packet.RST | packet.ACK, ""},
		{true, packet.Raw, v4, packet.ACK, ""},
		{false, packet.Raw, v4, packet.SYN | packet.ACK, ""},
	} {
		n := New(Options{Link: c.link, Resets: c.resets})
		got := ""
		var asked time.Time
		q := syn(80)
		if q.Network = c.over; c.over == v6 {
			q.Src, q.Dst = netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::2")
		}
		n.Add(q.Dst, nodeFunc(func(now time.Time, p *packet.Packet, out link.Outlet) {
			if !p.TCP.Flags.Has(packet.SYN) {
				got += fmt.Sprintf("%v %d to %d, %d, %v", p.TCP.Flags, p.TCP.SrcPort, p.TCP.DstPort, p.TCP.Seq, now.Sub(asked))
				return
			}
			asked = now
			out.Send(3*ms, &packet.Packet{Network: p.Network, Transport: packet.TCP, Src: p.Dst, Dst: p.Src, TTL: 64,
				TCP: packet.TCPHeader{SrcPort: p.TCP.DstPort, DstPort: p.TCP.SrcPort, Seq: 7, Ack: 2001, Flags: c.answer}})
		}))
		send(t, n, q)
		var buf [256]byte
		for range 3 {
			n.Recv(buf[:], n.Now().Add(5*ms))
		}
		if got != c.want {
			t.Errorf("resets %v, %v over %v: the node gets %q, want %q", c.resets, c.answer, c.over, got, c.want)
		}
	}
}
