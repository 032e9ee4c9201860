package packet_test

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"testing"

	. "whorl/packet"
)

// templates are packets of every form that a template can have.
func templates() []Packet {
	syn := Packet{Network: IPv4, Src: netip.AddrFrom4([4]byte{192, 0, 2, 1}), TTL: 64, TOS: 2, IPv4: IPv4Header{DF: true},
		Transport: TCP, TCP: TCPHeader{Flags: SYN, Window: 65535, Options: []byte{OptMSS, 4, 5, 0xb4}}}
	echo := Packet{Network: IPv4, Src: syn.Src, TTL: 1, Transport: ICMP, ICMP: ICMPHeader{Type: ICMPEchoRequest}, Payload: []byte("odd")}
	reply := Packet{Network: IPv4, Src: syn.Src, Transport: ICMP} // all of the ICMP message can be zero
	options := syn
	options.IPv4.Options = []byte{1, 1, 1, 0}
	options.Payload = []byte{0xff, 0xff, 0xff}
	syn6 := syn
	syn6.Network, syn6.Src, syn6.IPv4, syn6.IPv6 = IPv6, netip.MustParseAddr("2001:db8::1"), IPv4Header{}, IPv6Header{FlowLabel: 0x12345}
	echo6 := syn6
	echo6.Transport, echo6.ICMP, echo6.Payload = ICMPv6, ICMPHeader{Type: ICMPv6EchoRequest}, []byte("odd")
	var all []Packet
	for _, p := range []Packet{syn, echo, reply, options, syn6, echo6} {
		p.Link = Raw
		all = append(all, p)
		p.Link, p.SrcMAC, p.DstMAC = Ethernet, MAC{2, 0, 0, 0, 0, 1}, MAC{2, 0, 0, 0, 0, 2}
		all = append(all, p)
		p.VLANs, p.VLAN = 2, [2]uint16{7, 9}
		all = append(all, p)
	}
	return all
}

// slowStamp is the oracle: the packet with the stamp, encoded in full.
func slowStamp(p Packet, s Stamp) ([]byte, error) {
	p.Dst, p.IPv4.ID = s.Dst, s.ID
	if !s.DstMAC.IsZero() {
		p.DstMAC = s.DstMAC
	}
	p.TCP.SrcPort, p.TCP.DstPort, p.TCP.Seq, p.TCP.Ack = s.SrcPort, s.DstPort, s.Seq, s.Ack
	p.ICMP.Rest = s.Rest
	return p.Append(nil)
}

// A stamped frame is the packet encoded in full, whatever is stamped.
func FuzzTemplate(f *testing.F) {
	f.Add(uint8(0), []byte{}, []byte{})
	f.Add(uint8(6), bytes.Repeat([]byte{0xff}, 30), []byte{0xff, 0xfe})
	f.Add(uint8(7), bytes.Repeat([]byte{0}, 30), []byte{0, 0, 0, 1})
	f.Add(uint8(13), bytes.Repeat([]byte{0xff}, 46), []byte{0xff, 0xfe})
	f.Add(uint8(16), bytes.Repeat([]byte{0xff}, 46), []byte{})
	f.Add(uint8(200), []byte("\x80\x00\x7f\xff\x80\x01any bytes that may be at hand"), []byte("x"))
	f.Fuzz(func(t *testing.T, which uint8, values, payload []byte) {
		all := templates()
		p := all[int(which)%len(all)]
		if len(payload) < 1000 {
			p.Payload = payload
		}
		var v [46]byte
		copy(v[:], values)
		dst := netip.AddrFrom4([4]byte(v[:4]))
		if p.Network == IPv6 {
			dst = netip.AddrFrom16([16]byte(v[30:]))
		}
		s := Stamp{DstMAC: MAC(v[24:30]), Dst: dst, ID: binary.BigEndian.Uint16(v[4:]),
			SrcPort: binary.BigEndian.Uint16(v[6:]), DstPort: binary.BigEndian.Uint16(v[8:]),
			Seq: binary.BigEndian.Uint32(v[10:]), Ack: binary.BigEndian.Uint32(v[14:]), Rest: binary.BigEndian.Uint32(v[18:])}
		tmpl, err := NewTemplate(&p)
		if err != nil {
			t.Fatal(err)
		}
		want, err := slowStamp(p, s)
		if err != nil {
			t.Fatal(err)
		}
		front := []byte("before")
		got := tmpl.Append(front, &s)
		if !bytes.Equal(got, append(front, want...)) || tmpl.Len() != len(want) {
			t.Errorf("stamp %+v on template %d:\n got % x\nwant % x", s, int(which)%len(all), got[len(front):], want)
		}
	})
}

// A template is not changed by what was stamped before.
func TestTemplateAgain(t *testing.T) {
	p := templates()[1]
	tmpl, err := NewTemplate(&p)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 70_000 {
		n := uint32(i) * 0x9e3779b9
		s := Stamp{Dst: netip.AddrFrom4([4]byte{byte(i >> 16), byte(i >> 8), byte(i), 9}), ID: uint16(i), SrcPort: uint16(n), DstPort: 80, Seq: n, Ack: ^n}
		want, _ := slowStamp(p, s)
		if got := tmpl.Append(nil, &s); !bytes.Equal(got, want) {
			t.Fatalf("%d:\n got % x\nwant % x", i, got, want)
		}
	}
}

func TestTemplateRefuses(t *testing.T) {
	good := templates()[0]
	spoil := map[string]func(*Packet){
		"two versions": func(p *Packet) { p.Network = IPv6 },
		"extensions": func(p *Packet) {
			p.Network, p.Src = IPv6, netip.MustParseAddr("2001:db8::1")
			p.IPv6.NextHeader, p.IPv6.Extensions = ExtDestination, make([]byte, 8)
		},
		"UDP":             func(p *Packet) { p.Transport = UDP },
		"no source":       func(p *Packet) { p.Src = netip.Addr{} },
		"odd options":     func(p *Packet) { p.TCP.Options = []byte{1} },
		"cooked captures": func(p *Packet) { p.Link = SLL },
	}
	for name, f := range spoil {
		p := good
		f(&p)
		if _, err := NewTemplate(&p); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestTemplateAllocates(t *testing.T) {
	p := templates()[1]
	tmpl, err := NewTemplate(&p)
	if err != nil {
		t.Fatal(err)
	}
	s := Stamp{Dst: netip.AddrFrom4([4]byte{198, 18, 0, 1}), DstPort: 80}
	buf := make([]byte, 0, 128)
	if n := testing.AllocsPerRun(100, func() { buf = tmpl.Append(buf[:0], &s) }); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}

func BenchmarkTemplate(b *testing.B) {
	p := templates()[1]
	tmpl, err := NewTemplate(&p)
	if err != nil {
		b.Fatal(err)
	}
	s := Stamp{Dst: netip.AddrFrom4([4]byte{198, 18, 0, 1}), SrcPort: 4096, DstPort: 80}
	buf := make([]byte, 0, 128)
	b.ReportAllocs()
	for b.Loop() {
		s.Seq += 0x12345
		buf = tmpl.Append(buf[:0], &s)
	}
}
