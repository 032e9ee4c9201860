package listen_test

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"whorl"
	"whorl/listen"
	"whorl/packet"
)

// machine is a host in virtual time that begins connections from an address.
type machine struct {
	windows bool                                                    // else Linux
	stamp   func(peer netip.Addr, at time.Time) uint32              // of Linux
	id      func(rng *rand.Rand, peer netip.Addr, last *int) uint16 // last is the counter of the peer
	last    map[netip.Addr]*int
}

// perPeer is a Linux as from 4.13 to 6.19: its clock has an offset for each peer.
func perPeer(rng *rand.Rand) *machine {
	offsets := map[netip.Addr]uint32{}
	return &machine{stamp: func(peer netip.Addr, at time.Time) uint32 {
		if _, ok := offsets[peer]; !ok {
			offsets[peer] = rng.Uint32()
		}
		return offsets[peer] + uint32(at.Sub(start)/time.Millisecond)
	}, id: randomID, last: map[netip.Addr]*int{}}
}

// perConnection is a Linux of another age: each connection has an offset.
func perConnection(rng *rand.Rand) *machine {
	return &machine{stamp: func(netip.Addr, time.Time) uint32 { return rng.Uint32() }, id: randomID, last: map[netip.Addr]*int{}}
}

// counting is a Windows, with a counter of IP IDs for each peer.
func counting() *machine {
	return &machine{windows: true, last: map[netip.Addr]*int{}, id: func(rng *rand.Rand, _ netip.Addr, last *int) uint16 {
		*last += 3 + rng.IntN(20)
		return uint16(*last)
	}}
}

func randomID(rng *rand.Rand, _ netip.Addr, _ *int) uint16 { return uint16(1 + rng.IntN(65535)) }

// syn is the next SYN of a machine to a server.
func (m *machine) syn(rng *rand.Rand, from, to netip.Addr, at time.Time) packet.Packet {
	var p packet.Packet
	if m.windows {
		p = windows(rng)
	} else if p = linux(rng); m.stamp != nil {
		binary.BigEndian.PutUint32(p.TCP.Options[8:], m.stamp(to, at))
	}
	if m.last[to] == nil {
		n := rng.IntN(1 << 16)
		m.last[to] = &n
	}
	p.IPv4.DF, p.IPv4.ID = true, m.id(rng, to, m.last[to])
	p.Src, p.Dst = from, to
	p.TCP.Flags = packet.SYN
	return p
}

// share lets machines begin n connections from one address, each chosen by next, to one of
// so many servers.
func share(t testing.TB, l *listen.Listener, rng *rand.Rand, from netip.Addr, n, servers int, next func(i int) *machine) {
	t.Helper()
	at := start
	for i := range n {
		at = at.Add(time.Duration(50+rng.IntN(3000)) * time.Millisecond)
		to := netip.AddrFrom4([4]byte{198, 51, 100, byte(1 + rng.IntN(servers))})
		p := next(i).syn(rng, from, to, at)
		p.Link, p.Network, p.Transport, p.Proto = packet.Raw, packet.IPv4, packet.TCP, packet.ProtoTCP
		p.TCP.Seq, p.TCP.SrcPort, p.TCP.DstPort = rng.Uint32(), uint16(1024+rng.IntN(60000)), 443
		frame, err := p.Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		l.Frame(packet.Raw, frame, at.Add(time.Duration(rng.IntN(40))*time.Millisecond))
	}
}

// Machines of one system behind one address show by clocks and counters that take turns,
// and nothing else does.
func TestSeveralAlike(t *testing.T) {
	for name, tt := range map[string]struct {
		n, servers int
		make       func(rng *rand.Rand) func(i int) *machine
		want       int
	}{
		"two of Linux": {60, 3, func(rng *rand.Rand) func(int) *machine {
			m := []*machine{perPeer(rng), perPeer(rng)}
			return func(int) *machine { return m[rng.IntN(2)] }
		}, 2},
		"three of Windows": {60, 1, func(rng *rand.Rand) func(int) *machine {
			m := []*machine{counting(), counting(), counting()}
			return func(int) *machine { return m[rng.IntN(3)] }
		}, 3},
		"one": {300, 3, func(rng *rand.Rand) func(int) *machine {
			m := perPeer(rng)
			return func(int) *machine { return m }
		}, 0},
		"one with random offsets": {1000, 3, func(rng *rand.Rand) func(int) *machine {
			m := perConnection(rng)
			return func(int) *machine { return m }
		}, 0},
		"one of Windows": {300, 40, func(rng *rand.Rand) func(int) *machine {
			m := counting()
			return func(int) *machine { return m }
		}, 0},
		"one after the other": {100, 2, func(rng *rand.Rand) func(int) *machine {
			m := []*machine{perPeer(rng), perPeer(rng)}
			return func(i int) *machine { return m[i/50] }
		}, 0},
		"many, each once": {300, 2, func(rng *rand.Rand) func(int) *machine {
			return func(int) *machine { return perPeer(rng) }
		}, 0},
	} {
		rng := rand.New(rand.NewPCG(7, 9))
		l := listen.New(listen.Options{})
		share(t, l, rng, nat, tt.n, tt.servers, tt.make(rng))
		h := judged(t, l)
		behind := 0
		for _, b := range h.Boxes {
			behind += len(b.Behind)
		}
		if behind < tt.want || tt.want == 0 && len(h.Boxes) > 0 || h.Verdicts[0].Name == whorl.Unknown {
			t.Errorf("%s: %d hosts, want %d; %s, %+v", name, behind, tt.want, h.Verdicts[0].Name, h.Boxes)
		}
	}
}

// The servers behind a load balancer have clocks of their own, and none is an alarm.
func TestLoadBalancer(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	l := listen.New(listen.Options{})
	servers := []*machine{perPeer(rng), perPeer(rng), perPeer(rng)}
	at := start
	for i := range 200 {
		at = at.Add(time.Second)
		p := servers[i%3].syn(rng, server, nat, at)
		p.Link, p.Network, p.Transport, p.Proto = packet.Raw, packet.IPv4, packet.TCP, packet.ProtoTCP
		p.TCP.Flags, p.TCP.Ack, p.TCP.SrcPort, p.TCP.DstPort, p.TCP.Seq, p.TCP.Window, p.IPv4.ID = packet.SYN|packet.ACK, 9, 443, uint16(2000+i), rng.Uint32(), 65160, 0
		frame, err := p.Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		l.Frame(packet.Raw, frame, at)
	}
	if h := judged(t, l); len(h.Boxes)+len(h.Warnings) > 0 {
		t.Errorf("%+v %v", h.Boxes, h.Warnings)
	}
}
