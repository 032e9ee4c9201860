package decoy

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"whorl/packet"
)

// tiny is the MTU that leaves eight bytes in a fragment, as nmap -f does.
const tiny = 28

// A scan in fragments, in any order and some of them twice, gets the answers of one that is not.
func TestFragmentedScan(t *testing.T) {
	o := town(t, "198.18.0.0/24", 1)
	o.Groups[0].Persona.Resend = []time.Duration{}
	luck := rand.New(rand.NewPCG(1, 2))
	for i := range 20 {
		addr := o.Groups[0].Addrs.At(i)
		for no, probe := range scanOf(t, addr) {
			plain := &belt{}
			want := serve(t, newNetwork(t, o), plain, probe)
			cut := fragments4(probe, 14, tiny)
			cut = append(cut, cut[luck.IntN(len(cut)-1)])
			luck.Shuffle(len(cut)-1, func(a, b int) { cut[a], cut[b] = cut[b], cut[a] })
			pieces := &belt{}
			serve(t, newNetwork(t, o), pieces, cut...)
			if len(want) == 0 && len(pieces.out) == 0 {
				continue
			}
			if probe[20]&0x40 != 0 { // the fragments do not say DF, which echo replies may repeat
				continue
			}
			if !slices.EqualFunc(plain.out, pieces.out, bytes.Equal) {
				t.Errorf("%v, probe %d: %d answers to fragments, %d to the packet", addr, no, len(pieces.out), len(plain.out))
			}
		}
	}
}

// An echo that fits no packet of the link comes back in fragments.
func TestLargeEcho(t *testing.T) {
	o := town(t, "198.18.0.0/24", 1)
	p := synFrom(us, someone, 0)
	p.Dst = someone.Next()
	p.Transport, p.ICMP, p.Payload = packet.ICMP, packet.ICMPHeader{Type: packet.ICMPEchoRequest, Rest: 7}, bytes.Repeat([]byte("0123456789"), 500)
	b := &belt{now: epoch, end: epoch.Add(time.Second), in: fragments4(wired(t, p), 14, usualMTU), keep: true}
	if err := newNetwork(t, o).Run(b); err != nil {
		t.Fatal(err)
	}
	var r reassembly
	var whole packet.Packet
	for _, f := range b.out {
		var q packet.Packet
		if q.Decode(packet.Ethernet, f); len(f) > 14+usualMTU || q.Odd&^packet.OddFragment != 0 {
			t.Errorf("%d bytes, odd %v", len(f), q.Odd)
		}
		if w := r.add(epoch, &q, f, 14); w != nil {
			whole.Decode(packet.Ethernet, slices.Clone(w))
		}
	}
	if len(b.out) != 4 || whole.Odd != 0 || whole.ICMP.Type != packet.ICMPEchoReply || !bytes.Equal(whole.Payload, p.Payload) {
		t.Errorf("%d frames, %+v", len(b.out), whole.ICMP)
	}
}

// fragment is a frame with some bytes of a packet from one source, over IPv6 or IPv4.
func fragment(t testing.TB, six bool, id uint16, from int, data string, more bool) []byte {
	p := synFrom(us, someone, 0)
	p.Transport, p.Proto, p.Payload = packet.OtherTransport, packet.ProtoUDP, []byte(data)
	p.IPv4.ID, p.IPv4.Offset, p.IPv4.MF = id, uint16(from/8), more
	if six {
		h := packet.FragmentHeader{Next: packet.ProtoUDP, Offset: from, More: more, ID: uint32(id)}
		p.Network, p.Src, p.Dst = packet.IPv6, us6, someone6
		p.IPv6.NextHeader, p.IPv6.Extensions = packet.ExtFragment, h.Append(nil)
	}
	return wired(t, p)
}

// begun is how many packets are under way, as they began.
func (r *reassembly) begun() int { return r.order[0].Len() + r.order[1].Len() }

func TestReassembly(t *testing.T) {
	type part struct {
		from int
		data string
		more bool
	}
	const a, b, c = "aaaaaaaa", "bbbbbbbb", "cc"
	for name, tt := range map[string]struct {
		parts []part
		want  string // empty: nothing is whole
	}{
		"in order":           {[]part{{0, a, true}, {8, b, true}, {16, c, false}}, a + b + c},
		"backwards":          {[]part{{16, c, false}, {8, b, true}, {0, a, true}}, a + b + c},
		"one twice":          {[]part{{0, a, true}, {0, a, true}, {8, c, false}}, a + c},
		"a gap":              {[]part{{0, a, true}, {16, c, false}}, ""},
		"no end":             {[]part{{0, a, true}, {8, b, true}}, ""},
		"overlap":            {[]part{{0, a + a, true}, {8, b, true}, {16, c, false}}, ""},
		"overlap before":     {[]part{{8, b + b, true}, {0, a + a, true}, {24, c, false}}, ""},
		"other length":       {[]part{{0, a, true}, {0, a + a, true}, {16, c, false}}, ""},
		"two ends":           {[]part{{16, c, false}, {8, c, false}, {0, a, true}}, ""},
		"past the end":       {[]part{{8, c, false}, {16, b, true}, {0, a, true}}, ""},
		"the end is before":  {[]part{{16, b, true}, {8, c, false}, {0, a, true}}, ""},
		"not of eight bytes": {[]part{{0, "aaa", true}, {8, c, false}}, ""},
		"nothing in it":      {[]part{{0, "", true}, {8, c, false}}, ""},
	} {
		for _, six := range []bool{false, true} {
			var r reassembly
			got := ""
			for _, s := range tt.parts {
				f := fragment(t, six, 7, s.from, s.data, s.more)
				var p packet.Packet
				p.Decode(packet.Ethernet, f)
				if w := r.add(epoch, &p, f, 14); w != nil {
					got = string(w[map[bool]int{false: 34, true: 54}[six]:])
				}
			}
			if got != tt.want {
				t.Errorf("%s, over IPv6 %v: %q, want %q", name, six, got, tt.want)
			}
			if tt.want != "" && (len(r.under) != 0 || r.held != 0 || r.begun() != 0) {
				t.Errorf("%s: %d packets, %d bytes are left", name, len(r.under), r.held)
			}
		}
	}
}

// A flood of fragments holds no more than the bounds, and what is not whole in time goes.
func TestReassemblyIsBounded(t *testing.T) {
	var r reassembly
	put := func(now time.Time, id int, from int, data string, more bool) []byte {
		f := fragment(t, id&1 != 0, uint16(id), from, data, more)
		var p packet.Packet
		p.Decode(packet.Ethernet, f)
		return r.add(now, &p, f, 14)
	}
	large := string(make([]byte, 1480))
	for i := range 1 << 17 {
		put(epoch, i%3000, i/3000*1480, large, true)
		if len(r.under) > maxPartial || r.held > maxHeld {
			t.Fatalf("%d packets, %d bytes", len(r.under), r.held)
		}
	}
	if r.expire(epoch.Add(partialLife)); r.order[0].Len() != 0 || r.order[1].Len() == 0 {
		t.Errorf("%d packets over IPv4 are left, %d over IPv6", r.order[0].Len(), r.order[1].Len())
	}
	if r.expire(epoch.Add(partialLife6)); len(r.under) != 0 || r.held != 0 || r.begun() != 0 {
		t.Errorf("%d packets, %d bytes are left", len(r.under), r.held)
	}
	for i := range maxPieces + 1 {
		put(epoch, 1, i*16, "aaaaaaaa", true)
	}
	if r.held > 8*maxPieces {
		t.Errorf("%d bytes of one packet", r.held)
	}
	for id, life := range map[int]time.Duration{2: partialLife, 3: partialLife6} {
		put(epoch, id, 0, "aaaaaaaa", true)
		if put(epoch.Add(life), id, 8, "b", false) != nil {
			t.Errorf("a packet is whole that took %v", life)
		}
	}
}

// FuzzReassembly: whatever fragments come, bounds hold and what is whole is a packet.
func FuzzReassembly(f *testing.F) {
	f.Add([]byte{0, 0, 9, 1, 0, 1, 3, 0})
	f.Add([]byte{0, 0, 8, 1, 0, 1, 8, 1, 0, 2, 1, 0, 0, 0, 8, 1})
	f.Fuzz(func(t *testing.T, script []byte) {
		var r reassembly
		now := epoch
		for ; len(script) >= 4; script = script[4:] {
			data := bytes.Repeat([]byte{'x'}, int(script[2]))
			b := fragment(t, script[3]&4 != 0, uint16(script[0]), int(script[1])*8*int(1+script[3]>>4), string(data), script[3]&1 != 0)
			var p packet.Packet
			p.Decode(packet.Ethernet, b)
			now = now.Add(time.Duration(script[3]&2) * 10 * time.Second)
			w := r.add(now, &p, b, 14)
			held := 0
			for _, e := range r.under {
				held += e.Value.(*partial).size
			}
			if held != r.held || len(r.under) != r.begun() {
				t.Fatalf("%d bytes are held, %d counted; %d packets, %d in order", held, r.held, len(r.under), r.begun())
			}
			if w == nil {
				continue
			}
			if p.Decode(packet.Ethernet, w); p.Odd&(packet.OddIPHeader|packet.OddIPLength|packet.OddIPChecksum|packet.OddFragment|packet.OddTrailer) != 0 || p.IPv4.MF || p.IPv4.Offset != 0 {
				t.Fatalf("whole: %v", p.Odd)
			}
		}
	})
}
