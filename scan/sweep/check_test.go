package sweep

import (
	"net/netip"
	"testing"

	"whorl/link"
	"whorl/method"
	"whorl/packet"
)

// testChecker is a checker and the maker of its probes.
func testChecker(t testing.TB, key method.Key) (*checker, *probes) {
	t.Helper()
	return checkerAt(t, key, ours)
}

// checkerAt is that of a source address.
func checkerAt(t testing.TB, key method.Key, src netip.Addr) (*checker, *probes) {
	t.Helper()
	n, err := newNumbers(key)
	if err != nil {
		t.Fatal(err)
	}
	p, err := newProbes(link.Route{Link: packet.Raw, Src: src}, n, DefaultPorts)
	if err != nil {
		t.Fatal(err)
	}
	return &checker{numbers: n, src: src, ports: DefaultPorts, echoes: true}, p
}

// encoded is the packet as it would be decoded from the wire.
func encoded(t testing.TB, p packet.Packet) *packet.Packet {
	t.Helper()
	p.Link, p.Network, p.Dst = packet.Raw, packet.IPv4, ours
	b, err := p.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	var q packet.Packet
	q.Decode(packet.Raw, b)
	return &q
}

// Only what proves that its sender saw the probe is an answer.
func TestCheck(t *testing.T) {
	c, probes := testChecker(t, method.Key{7})
	host, other := netip.MustParseAddr("198.18.3.4"), netip.MustParseAddr("198.18.3.5")
	const slot = 77
	syn, ping := probes.append(nil, host, 80, slot), probes.append(nil, host, echo, slot)
	var s, e packet.Packet
	s.Decode(packet.Raw, syn)
	e.Decode(packet.Raw, ping)
	if s.Odd != 0 || e.Odd != 0 || s.TCP.SrcPort != DefaultPorts.First+slot {
		t.Fatalf("%+v\n%+v", s, e)
	}
	segment := func(from netip.Addr, src, dst uint16, ack uint32, flags packet.Flags) packet.Packet {
		return packet.Packet{Src: from, Transport: packet.TCP, TCP: packet.TCPHeader{SrcPort: src, DstPort: dst, Ack: ack, Flags: flags}}
	}
	icmp := func(from netip.Addr, kind uint8, rest uint32, body []byte) packet.Packet {
		return packet.Packet{Src: from, Transport: packet.ICMP, ICMP: packet.ICMPHeader{Type: kind, Rest: rest}, Payload: body}
	}
	cut := func(b []byte) []byte { return b[:28] }
	spoiled := append([]byte(nil), syn...)
	spoiled[24]++ // its sequence number
	const synAck, rstAck = packet.SYN | packet.ACK, packet.RST | packet.ACK
	seq, sport := s.TCP.Seq, s.TCP.SrcPort
	tests := []struct {
		name  string
		p     packet.Packet
		state State // 0: no answer
	}{
		{"SYN+ACK", segment(host, 80, sport, seq+1, synAck), Open},
		{"SYN+ACK with ECE", segment(host, 80, sport, seq+1, synAck|packet.ECE), Open},
		{"RST", segment(host, 80, sport, seq+1, rstAck), Closed},
		{"RST that counts no SYN", segment(host, 80, sport, seq, rstAck), Closed},
		{"RST without ACK", segment(host, 80, sport, seq+1, packet.RST), 0},
		{"SYN+ACK of the number itself", segment(host, 80, sport, seq, synAck), 0},
		{"wrong number", segment(host, 80, sport, seq+2, synAck), 0},
		{"wrong address", segment(other, 80, sport, seq+1, synAck), 0},
		{"wrong port", segment(host, 81, sport, seq+1, synAck), 0},
		{"wrong source port", segment(host, 80, sport+1, seq+1, synAck), 0},
		{"source port of somebody else", segment(host, 80, 40000, seq+1, synAck), 0},
		{"plain ACK", segment(host, 80, sport, seq+1, packet.ACK), 0},
		{"echo reply", icmp(host, packet.ICMPEchoReply, e.ICMP.Rest, nil), Alive},
		{"echo reply of another", icmp(other, packet.ICMPEchoReply, e.ICMP.Rest, nil), 0},
		{"echo reply of no slot", icmp(host, packet.ICMPEchoReply, e.ICMP.Rest+uint32(DefaultPorts.count()), nil), 0},
		{"echo request", icmp(host, packet.ICMPEchoRequest, e.ICMP.Rest, nil), 0},
		{"unreachable", icmp(router, packet.ICMPUnreachable, 0, cut(syn)), Unreachable},
		{"unreachable, all quoted", icmp(router, packet.ICMPUnreachable, 0, syn), Unreachable},
		{"unreachable, echo", icmp(router, packet.ICMPUnreachable, 0, cut(ping)), Unreachable},
		{"expired", icmp(router, packet.ICMPTimeExceed, 0, cut(syn)), Expired},
		{"redirect", icmp(router, 5, 0, cut(syn)), 0},
		{"quote cut short", icmp(router, packet.ICMPUnreachable, 0, syn[:27]), 0},
		{"quote of another's SYN", icmp(router, packet.ICMPUnreachable, 0, cut(spoiled)), 0},
		{"quote of an echo that was not sent", icmp(router, packet.ICMPUnreachable, 0, cut(probes.append(nil, other, echo, 9000))), 0},
	}
	for _, tt := range tests {
		f, at, ok := c.check(encoded(t, tt.p))
		if ok != (tt.state != 0) {
			t.Errorf("%s: answer %v, want %v", tt.name, ok, tt.state)
			continue
		}
		if ok && (f.State != tt.state || f.Addr != host || f.From != tt.p.Src || at != slot) {
			t.Errorf("%s: %+v in slot %d", tt.name, f, at)
		}
	}
	good := encoded(t, segment(host, 80, sport, seq+1, synAck))
	for name, spoil := range map[string]func(*packet.Packet){
		"damaged":             func(p *packet.Packet) { p.Odd |= packet.OddChecksum },
		"for somebody else":   func(p *packet.Packet) { p.Dst = other },
		"not IPv4":            func(p *packet.Packet) { p.Network = packet.IPv6 },
		"key of another scan": func(*packet.Packet) { c, _ = testChecker(t, method.Key{8}) },
	} {
		p := *good
		old := c
		spoil(&p)
		if f, _, ok := c.check(&p); ok {
			t.Errorf("%s: %+v", name, f)
		}
		c = old
	}
}

// Whatever comes in, an answer carries the keyed number of its probe; and nothing
// crashes.
func FuzzCheck(f *testing.F) {
	key := method.Key{7}
	c, probes := testChecker(f, key)
	c6, probes6 := checkerAt(f, key, ours6)
	host := netip.MustParseAddr("198.18.3.4")
	syn := probes.append(nil, host, 80, 5)
	host6 := netip.MustParseAddr("2001:db8:1::3")
	syn6 := probes6.append(nil, host6, 80, 5)
	var s, s6 packet.Packet
	s.Decode(packet.Raw, syn)
	s6.Decode(packet.Raw, syn6)
	for _, p := range []packet.Packet{
		{Src: host6, Transport: packet.TCP, TCP: packet.TCPHeader{SrcPort: 80, DstPort: s6.TCP.SrcPort, Ack: s6.TCP.Seq + 1, Flags: packet.SYN | packet.ACK}},
		{Src: router6, Transport: packet.ICMPv6, ICMP: packet.ICMPHeader{Type: packet.ICMPv6Unreachable}, Payload: syn6},
		{Src: router6, Transport: packet.ICMPv6, ICMP: packet.ICMPHeader{Type: packet.ICMPv6TimeExceed}, Payload: probes6.append(nil, host6, echo, 5)},
		{Src: host, Transport: packet.TCP, TCP: packet.TCPHeader{SrcPort: 80, DstPort: s.TCP.SrcPort, Ack: s.TCP.Seq + 1, Flags: packet.SYN | packet.ACK}},
		{Src: host, Transport: packet.TCP, TCP: packet.TCPHeader{SrcPort: 80, DstPort: s.TCP.SrcPort, Ack: s.TCP.Seq, Flags: packet.RST | packet.ACK}},
		{Src: router, Transport: packet.ICMP, ICMP: packet.ICMPHeader{Type: packet.ICMPUnreachable}, Payload: syn},
		{Src: router, Transport: packet.ICMP, ICMP: packet.ICMPHeader{Type: packet.ICMPTimeExceed}, Payload: probes.append(nil, host, echo, 5)},
	} {
		p.Link, p.Network, p.Dst = packet.Raw, packet.IPv4, ours
		if p.Src.Is6() {
			p.Network, p.Dst = packet.IPv6, ours6
		}
		b, err := p.Append(nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b, true)
	}
	f.Fuzz(func(t *testing.T, frame []byte, mend bool) {
		var p packet.Packet
		p.Decode(packet.Raw, frame)
		if mend { // wrong checksums would hide everything else
			p.Odd &^= packet.OddChecksum | packet.OddIPChecksum
		}
		c, probes := c, probes
		if p.Network == packet.IPv6 {
			c, probes = c6, probes6
		}
		got, slot, ok := c.check(&p)
		if !ok {
			return
		}
		if got.Addr.Is4() != c.src.Is4() || got.State == 0 || int(slot) >= DefaultPorts.count() || p.Dst != c.src {
			t.Fatalf("%+v in slot %d", got, slot)
		}
		var probe packet.Packet
		probe.Decode(packet.Raw, probes.append(nil, got.Addr, question(got.Port), slot))
		about := p
		if got.State == Unreachable || got.State == Expired {
			p.Quoted(&about)
			if about.TCP.Seq != probe.TCP.Seq || about.ICMP.Rest != probe.ICMP.Rest {
				t.Errorf("%+v quotes what was not sent", got)
			}
			return
		}
		if d := about.TCP.Ack - probe.TCP.Seq; got.Port != 0 && d > 1 || got.Port == 0 && about.ICMP.Rest != probe.ICMP.Rest {
			t.Errorf("%+v answers what was not sent", got)
		}
	})
}
