package persona_test

import (
	"bytes"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"whorl/method"
	"whorl/method/ipv6"
	"whorl/packet"
	"whorl/persona"
)

// six is the example stack over IPv6 too.
func six(tb testing.TB, lines string, o persona.Options) *persona.Persona {
	tb.Helper()
	o.Addr, o.Addr6, o.OpenTCP = victim, victim6, []uint16{80}
	p, err := persona.New(entry(tb, stack+lines), o)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// over6 is a packet to the persona, behind extension headers whose chain begins with that
// kind.
func over6(transport packet.Transport, first uint8, chain string, fill func(*packet.Packet)) packet.Packet {
	p := packet.Packet{Link: packet.Raw, Network: packet.IPv6, Transport: transport, Src: scanner6, Dst: victim6, TTL: 57}
	p.IPv6.NextHeader, p.IPv6.Extensions, p.IPv6.FlowLabel = first, []byte(chain), ipv6.FlowLabel
	if fill != nil {
		fill(&p)
	}
	return p
}

func ping(p *packet.Packet) {
	p.ICMP = packet.ICMPHeader{Type: packet.ICMPv6EchoRequest, Code: 9, Rest: packet.Echo(7, 8)}
	p.Payload = []byte("abc")
}

// What is behind extension headers is answered, and errors about these are those of RFC 8200.
func TestExtensionHeaders(t *testing.T) {
	const echoes, problem = packet.ICMPv6EchoReply, packet.ICMPv6ParamProblem
	pad := func(next uint8) string { return string([]byte{next, 0, 1, 4, 0, 0, 0, 0}) }
	for _, c := range []struct {
		name  string
		first uint8
		chain string
		kind  uint8 // of the answer; 0: none
		code  uint8
		at    uint32 // pointer of a problem
	}{
		{"none", 0, "", echoes, 9, 0},
		{"hop-by-hop options", 0, pad(58), echoes, 9, 0},
		{"destination options", 60, pad(58), echoes, 9, 0},
		{"a good order", 0, pad(60) + pad(43) + "\x3a\x00\x00\x00\x00\x00\x00\x00", echoes, 9, 0},
		{"an atomic fragment", 44, "\x3a\x00\x00\x00\x12\x34\x56\x78", echoes, 9, 0},
		{"hop-by-hop options late", 60, pad(0) + pad(58), problem, 1, 40},
		{"hop-by-hop options twice", 0, pad(0) + pad(58), problem, 1, 40},
		{"a way to go", 43, "\x3a\x00\x04\x01\x00\x00\x00\x00", problem, 0, 42},
		{"an unknown option to tell of", 60, "\x3a\x00\x01\x00\x8f\x01\x00\x00", problem, 2, 44},
		{"an unknown option to tell one host of", 60, "\x3a\x00\xcf\x04\x00\x00\x00\x00", problem, 2, 42},
		{"an unknown option to pass over", 60, "\x3a\x00\x0f\x04\x00\x00\x00\x00", echoes, 9, 0},
		{"an unknown option to drop the packet for", 60, "\x3a\x00\x4f\x04\x00\x00\x00\x00", 0, 0, 0},
		{"an option that is cut off", 60, "\x3a\x00\x0f\x07\x00\x00\x00\x00", 0, 0, 0},
		{"a header of mobility", 135, pad(58), problem, 1, 6},
	} {
		p := six(t, "", persona.Options{})
		in := over6(packet.ICMPv6, c.first, c.chain, ping)
		a := ask(p, start, in)
		switch {
		case c.kind == 0 && a == nil:
		case a == nil || a.ICMP.Type != c.kind || a.ICMP.Code != c.code || a.Src != victim6 || a.Dst != scanner6 || a.Odd != 0:
			t.Errorf("%s: %+v", c.name, a)
		case c.kind == echoes && (a.ICMP.Rest != in.ICMP.Rest || string(a.Payload) != "abc"):
			t.Errorf("%s: %+v", c.name, a)
		case c.kind == problem && (a.ICMP.Rest != c.at || !bytes.Contains(a.Payload, []byte("abc"))):
			t.Errorf("%s: points to %d: %+v", c.name, a.ICMP.Rest, a)
		}
	}
}

// What has no protocol that is known gets a problem, but no error is answered by one.
func TestUnknownProtocol(t *testing.T) {
	p := six(t, "", persona.Options{})
	if a := ask(p, start, over6(packet.OtherTransport, 0, "", func(p *packet.Packet) { p.Proto = 132 })); a == nil || a.ICMP.Code != 1 || a.ICMP.Rest != 6 {
		t.Errorf("SCTP: %+v", a)
	}
	if a := ask(p, start, over6(packet.OtherTransport, 0, "", func(p *packet.Packet) { p.Proto = 59 })); a != nil {
		t.Errorf("nothing: %+v", a)
	}
	in := over6(packet.ICMPv6, 60, "\x00\x00\x01\x04\x00\x00\x00\x00\x3a\x00\x01\x04\x00\x00\x00\x00", func(p *packet.Packet) {
		p.ICMP.Type = packet.ICMPv6Unreachable
	})
	if a := ask(p, start, in); a != nil {
		t.Errorf("an error: %+v", a)
	}
}

// Records tell what becomes of a forbidden order, of closed ports and of solicitations.
func TestMessages(t *testing.T) {
	late := over6(packet.ICMPv6, 60, "\x00\x00\x01\x04\x00\x00\x00\x00\x3a\x00\x01\x04\x00\x00\x00\x00", ping)
	datagram := over6(packet.UDP, 0, "", func(p *packet.Packet) {
		p.UDP, p.Payload = packet.UDPHeader{SrcPort: 9, DstPort: 40000}, bytes.Repeat([]byte("C"), 1500)
	})
	solicit := over6(packet.ICMPv6, 0, "", func(p *packet.Packet) {
		p.SetNeighbor(packet.ICMPv6NeighborSol, packet.Neighbor{Target: victim6})
	})
	known := solicit
	known.SetNeighbor(packet.ICMPv6NeighborSol, packet.Neighbor{Target: victim6, MAC: packet.MAC{2, 0, 0, 0, 0, 1}})
	for _, c := range []struct {
		name, lines string
		in          packet.Packet
		good        func(a *packet.Packet) bool // nil: no answer is
	}{
		{"order", "", late, func(a *packet.Packet) bool { return a.ICMP.Type == 4 && a.ICMP.Rest == 40 && a.TTL == 255 }},
		{"another place", "IE2_6(R=Y%HL=3F%ET=4%EC=0%EP=40)\n", late, func(a *packet.Packet) bool {
			return a.ICMP.Type == 4 && a.ICMP.Code == 0 && a.ICMP.Rest == 48 && a.TTL == 63
		}},
		{"order passed", "IE2_6(R=Y%CD=Z)\n", late, func(a *packet.Packet) bool { return a.ICMP.Type == packet.ICMPv6EchoReply }},
		{"order dropped", "IE2_6(R=N)\n", late, nil},
		{"closed port", "", datagram, func(a *packet.Packet) bool {
			return a.ICMP.Type == 1 && a.ICMP.Code == 4 && a.IPv6.PayloadLen == 1240 && a.TTL == 255
		}},
		{"short quote", "U1_6(R=Y%HLG=80%TC=4%FL=S%PL=78%ET=1%EC=1%UN=7%RPL=0%RFL=0%RUCK=0%RUD=I)\n", datagram, func(a *packet.Packet) bool {
			var q packet.Packet
			return a.Quoted(&q) && a.ICMP.Code == 1 && a.ICMP.Rest == 7 && a.IPv6.PayloadLen == 0x78 && a.TTL == 128 && a.TOS == 4 &&
				a.IPv6.FlowLabel == ipv6.FlowLabel && q.IPv6.PayloadLen == 0 && q.IPv6.FlowLabel == 0 && q.UDP.Checksum == 0 && q.Payload[0] != 'C'
		}},
		{"silent port", "U1_6(R=N)\n", datagram, nil},
		{"ping", "IE1_6(R=Y%CD=Z)\n", over6(packet.ICMPv6, 0, "", ping), func(a *packet.Packet) bool { return a.ICMP.Code == 0 }},
		{"no ping", "IE1_6(R=N)\n", over6(packet.ICMPv6, 0, "", ping), nil},
		{"solicited", "", solicit, func(a *packet.Packet) bool {
			n, ok := a.Neighbor()
			return ok && n == packet.Neighbor{Target: victim6, Solicited: true}
		}},
		{"a router", "NS6(R=Y%NF=RSO)\n", solicit, func(a *packet.Packet) bool {
			n, ok := a.Neighbor()
			return ok && n == packet.Neighbor{Target: victim6, Solicited: true, Router: true, Override: true}
		}},
		{"strict", "NS6(R=N)\n", solicit, nil},
		{"strict, with an address", "NS6(R=N)\n", known, func(a *packet.Packet) bool { return a.ICMP.Type == packet.ICMPv6NeighborAdv }},
	} {
		a := ask(six(t, c.lines, persona.Options{}), start, c.in)
		if (a == nil) != (c.good == nil) || a != nil && (!c.good(a) || a.Odd != 0) {
			t.Errorf("%s: %+v", c.name, a)
		}
	}
}

// Nobody is answered over IPv6 who cannot be one host.
func TestUnwelcome6(t *testing.T) {
	for _, src := range []string{"::", "::1", "ff02::1", "::ffff:192.0.2.1", "2001:db8::2"} {
		in := over6(packet.ICMPv6, 0, "", ping)
		in.Src = netip.MustParseAddr(src)
		if a := ask(six(t, "", persona.Options{}), start, in); a != nil {
			t.Errorf("%s: %+v", src, a)
		}
	}
	in := over6(packet.ICMPv6, 0, "", ping)
	if a := ask(mustNew(t, persona.Options{}), start, in); a != nil {
		t.Errorf("without an IPv6 address: %+v", a)
	}
}

// A host with two addresses has one clock and one stack.
func TestOneHost(t *testing.T) {
	p := six(t, "", persona.Options{Boot: start.Add(-time.Hour)})
	syn := tcp(packet.SYN, 80, linux)
	four := ask(p, start, syn)
	syn.Network, syn.Src, syn.Dst = packet.IPv6, scanner6, victim6
	later := ask(p, start.Add(time.Second), syn)
	if four == nil || later == nil {
		t.Fatal("no answers")
	}
	a, _, _ := four.TCP.Timestamp()
	b, _, _ := later.TCP.Timestamp()
	m4, _ := four.TCP.MSS()
	m6, _ := later.TCP.MSS()
	if b-a != 1000 || m4-m6 != 20 || later.TTL != 64 || later.TCP.Window != 65535 || four.TCP.Seq == later.TCP.Seq {
		t.Errorf("over IPv4 %+v, over IPv6 %+v", four, later)
	}
}

// Flow labels are as SEQ6 says, in all segments of a connection.
func TestFlowLabels(t *testing.T) {
	for letter, good := range map[string]func(labels []uint32) bool{
		"Z": func(l []uint32) bool { return slices.Max(l) == 0 },
		"S": func(l []uint32) bool { return slices.Min(l) == ipv6.FlowLabel && slices.Max(l) == ipv6.FlowLabel },
		"C": func(l []uint32) bool { return l[0] != 0 && slices.Min(l) == slices.Max(l) },
		"F": func(l []uint32) bool { return l[0] != 0 && l[0] == l[1] && l[0] != l[2] },
	} {
		p := six(t, "SEQ6(FL="+letter+")\n", persona.Options{Resend: []time.Duration{time.Second}})
		var r recorder
		for port := range uint16(2) {
			in := over6(packet.TCP, 0, "", func(p *packet.Packet) {
				p.TCP = packet.TCPHeader{SrcPort: 4000 + port, DstPort: 80, Flags: packet.SYN}
			})
			p.Receive(start, received(in), &r)
			if port == 0 {
				r.later[0](start.Add(time.Second))
			}
		}
		var labels []uint32
		for _, a := range r.sent {
			labels = append(labels, a.IPv6.FlowLabel)
		}
		if len(labels) != 3 || !good(labels) {
			t.Errorf("%s: %x", letter, labels)
		}
	}
}

// Services speak over IPv6, in segments that fit its packets.
func TestService6(t *testing.T) {
	body := bytes.Repeat([]byte("0123456789"), 1000)
	web := persona.Service{Port: 80, End: "\r\n\r\n", Rules: []persona.Rule{{Expect: "GET ", Reply: body, Close: true}}}
	w := newWire(t, six(t, "", persona.Options{Services: []persona.Service{web}}))
	w.six = true
	c := w.dial(4000, 80, "\x02\x04\x05\xb4")
	w.add(100*time.Millisecond, func(time.Time) { c.say("GET / HTTP/1.0\r\n\r\n") })
	w.add(time.Second, func(time.Time) { c.close() })
	w.run(10 * time.Second)
	if !bytes.Equal(c.got, body) || !c.fin || c.segments != 7 {
		t.Errorf("%d bytes of %d in %d segments, closed %v", len(c.got), len(body), c.segments, c.fin)
	}
	for _, p := range w.heard {
		if p.Network != packet.IPv6 || p.Odd != 0 || p.IPv6.PayloadLen > 1460 {
			t.Errorf("%d bytes, odd %v", p.IPv6.PayloadLen, p.Odd)
		}
	}
}

// What cannot be shown over IPv6 is refused, with the reason, but not the rest of the record.
func TestRefused6(t *testing.T) {
	for lines, want := range map[string]string{
		"U1_6(R=Y%PL=165)\n":                "U1_6: PL: no number up to 164",
		"U1_6(R=Y%PL=20)\n":                 "too short to quote the ports",
		"IE1_6(R=Y%ET=4%EC=0%EP=0)\n":       "IE1_6: ET: an error in place",
		"IE1_6(R=Y%CD=S%PL=8)\n":            "IE1_6: PL: ",
		"NS6(R=Y%HL=40)\n":                  "NS6: HL: nobody believes",
		"NS6(R=Y%NF=O)\n":                   "NS6: NF: ",
		"T4_6(R=Y%HL=0)\n":                  "T4_6: HL: no hop limit",
		"OPS6(O1=M5A0X)\nSEQ6(SP=FF)\n":     "OPS: O1: ",
		"SEQ6(FL=Q)\n":                      "SEQ6: FL: ",
		"IE2_6(R=Y%ET=80%EC=0%EP=0%PL=8)\n": "IE2_6: ET: no number up to 7F",
	} {
		e := entry(t, stack+lines)
		_, err := persona.New(e, persona.Options{Addr: victim6})
		if err == nil || !strings.Contains(err.Error(), "over IPv6: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", lines, err, want)
		}
		if _, err := persona.New(e, persona.Options{Addr: victim}); err != nil {
			t.Errorf("%s: over IPv4: %v", lines, err)
		}
	}
	for _, o := range []persona.Options{
		{Addr: victim, Addr6: victim}, {Addr: victim6, Addr6: victim6}, {Addr: netip.MustParseAddr("::ffff:192.0.2.1")},
		{Addr: netip.MustParseAddr("fe80::1%eth0")}, {Addr: victim, Addr6: netip.MustParseAddr("::")},
	} {
		if _, err := persona.New(entry(t, stack), o); err == nil {
			t.Errorf("%v and %v are taken", o.Addr, o.Addr6)
		}
	}
}

// Whatever comes over IPv6, one answer leaves, to who asked, with no more than came and the
// headers of an error.
func FuzzReceive6(f *testing.F) {
	e := ipv6.Exchange{Target: ipv6.Target{Addr: victim6, OpenTCP: 80, ClosedTCP: 81, ClosedUDP: 40000, Direct: true}}
	s := method.Key{1}.Stream(victim6, "fuzz")
	e.Numbers = ipv6.NewNumbers(&s)
	for which := range ipv6.NumProbes {
		p := packet.Packet{Link: packet.Raw, Src: scanner6}
		e.Packet(which, &p)
		frame, err := p.Append(nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(frame)
	}
	p := six(f, "U1_6(R=Y%PL=78%RPL=0%RFL=0%RUCK=0%RUD=I)\n", persona.Options{Resend: []time.Duration{time.Second}})
	f.Fuzz(func(t *testing.T, frame []byte) {
		var in packet.Packet
		in.Decode(packet.Raw, frame)
		var r recorder
		p.Receive(start, &in, &r)
		in.Odd = 0 // as from a node that does not check
		p.Receive(start, &in, &r)
		for _, a := range r.sent {
			if a.Network != packet.IPv6 {
				continue
			}
			if a.Src != victim6 || in.Dst != victim6 || a.Dst != in.Src {
				t.Errorf("%v answers %v for what %v sent to %v", a.Src, a.Dst, in.Src, in.Dst)
			}
			if most := max(len(frame)+48, 100); int(a.IPv6.PayloadLen)+40 > most {
				t.Errorf("%d bytes are answered by %d", len(frame), a.IPv6.PayloadLen+40)
			}
		}
		if len(r.sent) > 2 {
			t.Errorf("%d answers to two packets", len(r.sent))
		}
	})
}
