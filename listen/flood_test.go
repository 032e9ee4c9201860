package listen

import (
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"whorl/packet"
)

// Floods take no more than the tables have, and no memory once these are full.
func TestFloods(t *testing.T) {
	const limit, frames = 64, 20_000
	server := netip.MustParseAddr("198.51.100.1")
	stranger := func(rng *rand.Rand) netip.Addr {
		return netip.AddrFrom4([4]byte{100, byte(rng.Uint32()), byte(rng.Uint32()), byte(rng.Uint32())})
	}
	segment := func(rng *rand.Rand, from netip.Addr, flags packet.Flags) packet.Packet {
		p := packet.Packet{Network: packet.IPv4, Src: from, Dst: server, TTL: uint8(1 + rng.IntN(255)), Proto: packet.ProtoTCP, Transport: packet.TCP}
		p.IPv4.ID = uint16(rng.Uint32())
		p.TCP = packet.TCPHeader{SrcPort: uint16(rng.Uint32()), DstPort: 443, Seq: rng.Uint32(), Ack: rng.Uint32(), Flags: flags,
			Window: uint16(rng.Uint32()), Options: []byte{2, 4, 5, 0xb4, 4, 2, 8, 10, byte(rng.Uint32()), 1, 2, 3, 0, 0, 0, 0, 1, 3, 3, 7}}
		return p
	}
	tests := map[string]func(rng *rand.Rand) packet.Packet{
		"SYNs of strangers": func(rng *rand.Rand) packet.Packet { return segment(rng, stranger(rng), packet.SYN) },
		"SYN-ACKs of strangers": func(rng *rand.Rand) packet.Packet {
			return segment(rng, stranger(rng), packet.SYN|packet.ACK)
		},
		"SYNs of one host": func(rng *rand.Rand) packet.Packet { return segment(rng, client(1), packet.SYN) },
		"resets, data and SYNs of few": func(rng *rand.Rand) packet.Packet {
			return segment(rng, client(rng.IntN(100)), []packet.Flags{packet.SYN, packet.RST, packet.ACK, packet.SYN | packet.ACK}[rng.IntN(4)])
		},
		"fragments": func(rng *rand.Rand) packet.Packet {
			p := segment(rng, stranger(rng), packet.SYN)
			p.Odd = packet.OddFragment
			return p
		},
	}
	for name, next := range tests {
		l := New(Options{Hosts: limit, Flows: limit})
		rng := rand.New(rand.NewPCG(7, 8))
		at := start
		feed := func() {
			p := next(rng)
			at = at.Add(time.Duration(rng.IntN(1000)) * time.Microsecond)
			l.Packet(&p, at)
		}
		for range frames {
			feed()
		}
		h := &l.hosts
		for what, n := range map[string]int{"hosts": len(h.places), "signatures": len(l.signatures.ids), "more": h.kinds.len(), "times": h.times.len(),
			"habits": h.habits.len(), "tracks": h.tracks.len(), "places": int(h.all.used) - 1} {
			if n > limit {
				t.Errorf("%s: %d %s", name, n, what)
			}
		}
		if len(l.news.list) > limit+1 {
			t.Errorf("%s: %d news", name, len(l.news.list))
		}
		// A segment of the test takes one allocation, its options.
		if n := testing.AllocsPerRun(2000, feed); n > 2 {
			t.Errorf("%s: %v allocations a frame", name, n)
		}
	}
}
