package sim

import (
	"fmt"
	"testing"
	"time"

	"whorl/link"
	"whorl/packet"
)

// Only an answer that accepts a connection is reset, at the time when it arrives, and
// only if that is asked for.
func TestResets(t *testing.T) {
	for _, c := range []struct {
		resets bool
		link   packet.LinkType
		answer packet.Flags
		want   string // what the node gets after the SYN
	}{
		{true, packet.Raw, packet.SYN | packet.ACK, "R 4000 to 80, 2001, 3ms"},
		{true, packet.Ethernet, packet.SYN | packet.ACK | packet.ECE, "R 4000 to 80, 2001, 3ms"},
		{true, packet.Raw, packet.RST | packet.ACK, ""},
		{true, packet.Raw, packet.ACK, ""},
		{false, packet.Raw, packet.SYN | packet.ACK, ""},
	} {
		n := New(Options{Link: c.link, Resets: c.resets})
		got := ""
		var asked time.Time
		n.Add(them, nodeFunc(func(now time.Time, p *packet.Packet, out link.Outlet) {
			if !p.TCP.Flags.Has(packet.SYN) {
				got += fmt.Sprintf("%v %d to %d, %d, %v", p.TCP.Flags, p.TCP.SrcPort, p.TCP.DstPort, p.TCP.Seq, now.Sub(asked))
				return
			}
			asked = now
			out.Send(3*ms, &packet.Packet{Network: packet.IPv4, Transport: packet.TCP, Src: p.Dst, Dst: p.Src, TTL: 64,
				TCP: packet.TCPHeader{SrcPort: p.TCP.DstPort, DstPort: p.TCP.SrcPort, Seq: 7, Ack: 2001, Flags: c.answer}})
		}))
		send(t, n, syn(80))
		var buf [256]byte
		for range 3 {
			n.Recv(buf[:], n.Now().Add(5*ms))
		}
		if got != c.want {
			t.Errorf("resets %v, %v: the node gets %q, want %q", c.resets, c.answer, got, c.want)
		}
	}
}
