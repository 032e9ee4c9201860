package syn

import (
	"net/netip"
	"testing"

	"whorl/packet"
)

// Options of packets, each on the wire.
const (
	optMSS = "\x02\x04\x05\xb4"
	optNOP = "\x01"
	optWS7 = "\x03\x03\x07"
	optSOK = "\x04\x02"
	optTS  = "\x08\x0a\x00\x00\x10\x00\x00\x00\x00\x00"
	optTS0 = "\x08\x0a\x00\x00\x00\x00\x00\x00\x00\x00"
)

const linuxOptions = optMSS + optSOK + optTS + optNOP + optWS7

// segment is a SYN from 192.0.2.1 as Linux sends it, with other options and a change.
func segment(options string, change func(*packet.Packet)) *packet.Packet {
	p := &packet.Packet{
		Link: packet.Raw, Network: packet.IPv4, TTL: 64, Proto: packet.ProtoTCP, Transport: packet.TCP,
		Src: netip.MustParseAddr("192.0.2.1"), Dst: netip.MustParseAddr("192.0.2.2"),
		IPv4: packet.IPv4Header{DF: true, ID: 7},
		TCP: packet.TCPHeader{SrcPort: 40000, DstPort: 80, Seq: 1000, Flags: packet.SYN, Window: 64240,
			Options: []byte(options)},
	}
	if change != nil {
		change(p)
	}
	return p
}

// onWire is what a packet looks like to who decodes its frame.
func onWire(t testing.TB, p *packet.Packet) *packet.Packet {
	t.Helper()
	frame, err := p.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	q := new(packet.Packet)
	q.Decode(packet.Raw, frame)
	return q
}

func signature(t testing.TB, options string, change func(*packet.Packet)) Signature {
	t.Helper()
	s, ok := From(onWire(t, segment(options, change)))
	if !ok {
		t.Fatal("no signature")
	}
	return s
}

// observed is the signature of a packet that p0f shows like this. kinds of windows are
// worked out; the window is in bytes.
func observed(t testing.TB, answer bool, text string, window uint16) Signature {
	t.Helper()
	p, err := ParsePattern(text)
	if err != nil {
		t.Fatal(err)
	}
	s := Signature{Answer: answer, Version: p.Version, TTL: p.TTL.N, IPOptions: p.IPOptions, Scale: p.Scale,
		MSS: p.MSS, Window: window, Quirks: p.Quirks, Layout: p.Layout, Data: p.Payload == SomePayload}
	s.Headers = uint16(40 + p.Layout.size())
	if s.Version == 6 {
		s.Headers += 20
	}
	return s
}
