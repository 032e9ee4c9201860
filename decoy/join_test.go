package decoy

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"whorl/packet"
)

// An echo over IPv6 that fits no packet of the link comes in fragments and goes in them.
func TestLargeEcho6(t *testing.T) {
	s := &sender{src: us6, dst: someone6}
	ping := s.ping(4000)
	var in [][]byte
	for _, p := range s.cut(58, ping, [2]int{0, 1448}, [2]int{1448, 2896}, [2]int{2896, len(ping)}) {
		in = append(in, wired(t, &p))
	}
	b := &belt{now: epoch, end: epoch.Add(time.Second), in: in, keep: true}
	if err := newNetwork(t, alone(t, "Linux 4.15 - 6.19")).Run(b); err != nil {
		t.Fatal(err)
	}
	var r reassembly
	var whole packet.Packet
	for _, f := range b.out {
		var p packet.Packet
		if p.Decode(packet.Ethernet, f); len(f) > 14+usualMTU || p.Odd&^packet.OddFragment != 0 || p.IPv6.FlowLabel == 0 {
			t.Errorf("%d bytes, odd %v, flow label %x", len(f), p.Odd, p.IPv6.FlowLabel)
		}
		if w := r.add(epoch, &p, f, 14); w != nil {
			whole.Decode(packet.Ethernet, w)
		}
	}
	if len(b.out) != 3 || whole.Odd != 0 || whole.ICMP.Type != packet.ICMPv6EchoReply || !bytes.Equal(whole.Payload, bytes.Repeat([]byte("x"), 4000)) {
		t.Errorf("%d frames, odd %v, %+v", len(b.out), whole.Odd, whole.ICMP)
	}
}

// A packet that does not become whole within a minute is told of, by its first fragment and
// as from behind the routers before the decoy; one whose first fragment has not come is not.
func TestTimeExceeded6(t *testing.T) {
	s := &sender{src: us6, dst: someone6}
	ping := s.ping(100)
	first, second := s.cut(58, ping, [2]int{0, 64})[0], s.cut(58, ping, [2]int{64, len(ping)})[0]
	o := alone(t, "Linux 4.15 - 6.19")
	o.Groups[0].Hops = 3
	for _, c := range []struct {
		name string
		in   []packet.Packet
		want string
	}{
		{"the first", []packet.Packet{first}, "type 3 code 1"},
		{"the second", []packet.Packet{second}, ""},
		{"both, of two packets", []packet.Packet{first, second}, "type 3 code 1"},
	} {
		var in [][]byte
		for i := range c.in {
			in = append(in, wired(t, &c.in[i]))
		}
		b := &belt{end: epoch.Add(59 * time.Second)}
		if early := serve(t, newNetwork(t, o), b, in...); len(early) != 0 {
			t.Errorf("%s: %s within 59 s", c.name, said(&early[0]))
		}
		var got []string
		for _, p := range serve(t, newNetwork(t, o), &belt{end: epoch.Add(2 * time.Minute)}, in...) {
			got = append(got, said(&p))
			quoted := wired(t, &first)[14:]
			if quoted[7] -= 3; p.TTL != 61 || !bytes.Equal(p.Payload, quoted) {
				t.Errorf("%s: hop limit %d, %x is quoted, want %x", c.name, p.TTL, p.Payload, quoted)
			}
		}
		if all := strings.Join(got, ", "); all != c.want {
			t.Errorf("%s: %q, want %q", c.name, all, c.want)
		}
	}
}

// Neighbour discovery comes in no fragments, hop-by-hop options in nothing that is cut, and a
// decoy that is paused tells nothing.
func TestPassedOver6(t *testing.T) {
	s := &sender{src: us6, dst: someone6}
	solicit := s.body(packet.ICMPv6, func(p *packet.Packet) {
		p.SetNeighbor(packet.ICMPv6NeighborSol, packet.Neighbor{Target: someone6})
	})
	late := pad(58) + s.ping(100)
	ping := s.ping(100)
	for _, c := range []struct {
		name  string
		in    []packet.Packet
		pause bool
	}{
		{"a solicitation", s.cut(58, solicit, [2]int{0, 16}, [2]int{16, len(solicit)}), false},
		{"hop-by-hop options", s.cut(0, late, [2]int{0, 64}, [2]int{64, len(late)}), false},
		{"a fragment", s.cut(44, "\x3a\x00\x00\x00\x00\x00\x00\x07"+ping, [2]int{0, 64}, [2]int{64, len(ping) + 8}), false},
		{"paused", s.cut(58, ping, [2]int{0, 13}), true},
	} {
		n := newNetwork(t, alone(t, "gVisor netstack"))
		if c.pause {
			n.Pause(true)
		}
		b := &belt{end: epoch.Add(59 * time.Second)}
		for i := range c.in {
			c.in[i].TTL = 255
			b.in = append(b.in, wired(t, &c.in[i]))
		}
		for _, p := range serve(t, n, b) {
			t.Errorf("%s: %s", c.name, said(&p))
		}
	}
}
