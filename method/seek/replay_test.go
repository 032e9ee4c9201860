package seek

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl/packet"
)

// Ports are those that have answered a SYN of the search; nothing else tells of any.
func TestReplay(t *testing.T) {
	us, host := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	syn := func(port uint16) *packet.Packet {
		return &packet.Packet{Network: packet.IPv4, Transport: packet.TCP, Src: us, Dst: host,
			TCP: packet.TCPHeader{SrcPort: 40000, DstPort: port, Seq: 7, Flags: packet.SYN, Options: mssOption}}
	}
	answer := func(port uint16, ack uint32, f packet.Flags, ttl uint8) *packet.Packet {
		return &packet.Packet{Network: packet.IPv4, Transport: packet.TCP, Src: host, Dst: us, TTL: ttl,
			TCP: packet.TCPHeader{SrcPort: port, DstPort: 40000, Ack: ack, Flags: f}}
	}
	var r Replay
	for _, p := range []*packet.Packet{
		answer(80, 8, packet.SYN|packet.ACK, 64), // before it was asked
		syn(80), syn(81), syn(82),
		answer(81, 8, packet.RST|packet.ACK, 63),
		answer(80, 9, packet.SYN|packet.ACK, 64), // of another connection
		answer(80, 8, packet.ACK, 64),            // neither
		answer(80, 8, packet.SYN|packet.ACK, 62),
		answer(80, 8, packet.RST|packet.ACK, 61), // the first counts
		answer(90, 8, packet.RST|packet.ACK, 61), // not asked
	} {
		r.Add(p, time.Time{})
	}
	want := []State{{Port: 81, Closed: true, Reason: "reset", TTL: 63}, {Port: 80, Open: true, Reason: "syn-ack", TTL: 62}}
	if d := cmp.Diff(want, r.Ports(host)); d != "" || r.Ports(us) != nil {
		t.Error(d)
	}
}

// Advertisements tell hardware addresses: in words, or by who sends them if they were
// asked for.
func TestReplayMAC(t *testing.T) {
	told, sender := packet.MAC{2, 0, 0, 0, 0, 1}, packet.MAC{2, 0, 0, 0, 0, 2}
	for name, c := range map[string]struct {
		kind uint8
		n    packet.Neighbor
		want packet.MAC
	}{
		"told":         {packet.ICMPv6NeighborAdv, packet.Neighbor{MAC: told, Solicited: true}, told},
		"unasked":      {packet.ICMPv6NeighborAdv, packet.Neighbor{MAC: told}, told},
		"to us alone":  {packet.ICMPv6NeighborAdv, packet.Neighbor{Solicited: true}, sender},
		"nothing":      {packet.ICMPv6NeighborAdv, packet.Neighbor{}, packet.MAC{}},
		"solicitation": {packet.ICMPv6NeighborSol, packet.Neighbor{MAC: told}, packet.MAC{}},
	} {
		c.n.Target = netip.MustParseAddr("2001:db8::1")
		p := packet.Packet{SrcMAC: sender}
		p.SetNeighbor(c.kind, c.n)
		var r Replay
		r.Add(&p, time.Time{})
		if got := r.MAC(c.n.Target); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
