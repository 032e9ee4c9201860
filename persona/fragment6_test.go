package persona_test

import (
	"bytes"
	"strings"
	"testing"

	"whorl/packet"
	"whorl/persona"
)

// classed is the example stack over IPv6, of a class.
func classed(t *testing.T, class string) *persona.Persona {
	t.Helper()
	p, err := persona.New(entry(t, strings.Replace(stack, "Class Example | Example | 1.X", class, 1)), persona.Options{Addr: victim6})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const (
	example = "Class Example | Example | 1.X"
	linux6  = "Class Linux | Linux | 6.X"
	linux7  = "Class Linux | Linux | 6.X | general purpose\nClass Linux | Linux | 7.X"
	gVisor  = "Class Google | gVisor | "
)

// piece is a fragment as a persona is given it.
func piece(h packet.FragmentHeader, data string) *packet.Packet {
	in := over6(packet.OtherTransport, packet.ExtFragment, string(h.Append(nil)), func(p *packet.Packet) { p.Payload = []byte(data) })
	p := received(in)
	raw, _ := in.Append(nil)
	p.Transport, p.Payload = packet.Fragment, raw[40+len(p.IPv6.Extensions):]
	return p
}

// A fragment that cannot become part of a packet is told of, with all of it quoted.
func TestFaultyFragments(t *testing.T) {
	const problem = packet.ICMPv6ParamProblem
	segment := strings.Repeat("x", 24)
	for _, c := range []struct {
		name, class string
		h           packet.FragmentHeader
		data        string
		keeps, told bool
		code        uint8
		at          uint32
	}{
		{"good", example, packet.FragmentHeader{Next: 6, More: true}, segment, true, false, 0, 0},
		{"the last", example, packet.FragmentHeader{Next: 6, Offset: 64}, "x", true, false, 0, 0},
		{"not of eight bytes", example, packet.FragmentHeader{Next: 6, More: true}, segment + "x", false, true, 0, 4},
		{"too far", example, packet.FragmentHeader{Next: 6, Offset: 65528}, segment, false, true, 0, 42},
		{"half a TCP header", example, packet.FragmentHeader{Next: 6, More: true}, segment[:16], false, true, 3, 0},
		{"half a TCP header, later", example, packet.FragmentHeader{Next: 6, Offset: 8, More: true}, segment[:16], true, false, 0, 0},
		{"half a chain", linux6, packet.FragmentHeader{Next: 60, More: true}, "\x3a\x01\x01\x0c\x00\x00\x00\x00", false, true, 3, 0},
		{"half a TCP header to gVisor", gVisor, packet.FragmentHeader{Next: 6, More: true}, segment[:16], true, false, 0, 0},
		{"a Fragment header in what was cut", linux6, packet.FragmentHeader{Next: 44, More: true}, "\x3a\x00\x00\x00\x00\x00\x00\x07", false, false, 0, 0},
		{"an error", example, packet.FragmentHeader{Next: 58, More: true}, "\x01" + segment, false, false, 0, 0},
	} {
		p, in := classed(t, c.class), piece(c.h, c.data)
		var r recorder
		p.Receive(start, in, &r)
		if keeps := p.Keeps(in); keeps != c.keeps || len(r.sent) != map[bool]int{true: 1}[c.told] {
			t.Errorf("%s: kept %v, %d answers", c.name, keeps, len(r.sent))
			continue
		}
		if !c.told {
			continue
		}
		if a := r.sent[0]; a.ICMP.Type != problem || a.ICMP.Code != c.code || a.ICMP.Rest != c.at || !bytes.HasSuffix(a.Payload, append(c.h.Append(nil), c.data...)) {
			t.Errorf("%s: %+v", c.name, a)
		}
	}
}

// What does not become whole in time is told of with its first fragment, unless that is an
// error itself or the record is silent about headers.
func TestExpire(t *testing.T) {
	h := packet.FragmentHeader{Next: 58, More: true, ID: 7}
	for _, c := range []struct {
		name, lines, data string
		told              bool
	}{
		{"a ping", "", "\x80\x00\x00\x00\x00\x00\x00\x00", true},
		{"an error", "", "\x01\x00\x00\x00\x00\x00\x00\x00", false},
		{"a silent record", "IE2_6(R=N)\n", "\x80\x00\x00\x00\x00\x00\x00\x00", false},
	} {
		var r recorder
		six(t, c.lines, persona.Options{}).Expire(start, piece(h, c.data), &r)
		if (len(r.sent) == 1) != c.told {
			t.Errorf("%s: %d answers", c.name, len(r.sent))
			continue
		}
		if !c.told {
			continue
		}
		if a := r.sent[0]; a.ICMP.Type != packet.ICMPv6TimeExceed || a.ICMP.Code != 1 || a.ICMP.Rest != 0 || !bytes.HasSuffix(a.Payload, append(h.Append(nil), c.data...)) {
			t.Errorf("%s: %+v", c.name, a)
		}
	}
	var r recorder
	if mustNew(t, persona.Options{}).Expire(start, piece(h, "\x80"), &r); len(r.sent) != 0 || mustNew(t, persona.Options{}).Keeps(piece(h, "\x80")) {
		t.Error("without an IPv6 address")
	}
}

// What a chain may have differs between families.
func TestCare(t *testing.T) {
	options := func(next uint8, data string) string { return string([]byte{next, byte((len(data)+2)/8 - 1)}) + data }
	many := func(n int) string {
		return strings.Repeat(options(60, "\x01\x04\x00\x00\x00\x00"), n-1) + options(58, "\x01\x04\x00\x00\x00\x00")
	}
	route := func(kind string) string { return "\x3a\x00" + kind + "\x00\x00\x00\x00\x00" }
	for _, c := range []struct {
		name  string
		first uint8
		chain string
		want  [4]bool // an echo reply of Example, Linux 6 and 7, gVisor
	}{
		{"12 headers", 60, many(12), [4]bool{true, true, true, true}},
		{"13 headers", 60, many(13), [4]bool{true, true, false, true}},
		{"60 headers", 60, many(60), [4]bool{true, true, false, true}},
		{"65 headers", 60, many(65), [4]bool{}},
		{"8 options", 60, options(58, strings.Repeat("\x0f\x00", 8)+"\x01\x04\x00\x00\x00\x00"), [4]bool{true, true, true, true}},
		{"11 options", 60, options(58, strings.Repeat("\x0f\x00", 11)), [4]bool{true, false, false, true}},
		{"7 bytes of padding, twice", 0, options(58, "\x01\x05\x00\x00\x00\x00\x00\x0f\x00\x00\x00\x00\x00\x00"), [4]bool{true, true, true, true}},
		{"14 bytes of padding", 0, options(58, strings.Repeat("\x00", 14)), [4]bool{true, false, false, true}},
		{"12 bytes in one", 0, options(58, "\x01\x0c"+strings.Repeat("\x00", 12)), [4]bool{true, false, false, true}},
		{"padding that is not zero", 60, options(58, "\x01\x04abcd"), [4]bool{true, false, false, true}},
		{"a router alert", 0, options(58, "\x05\x02\x00\x00\x01\x00"), [4]bool{true, true, true, true}},
		{"a router alert of four bytes", 0, options(58, "\x05\x04\x00\x00\x00\x00"), [4]bool{}},
		{"routing of type 0", 43, route("\x00"), [4]bool{true, true, true, true}},
		{"routing of type 3", 43, route("\x03"), [4]bool{true, false, false, true}},
		{"routing of type 4", 43, route("\x04"), [4]bool{true, false, false, true}},
		{"two atomic fragments", 44, "\x2c\x00\x00\x00\x00\x00\x00\x01\x3a\x00\x00\x00\x00\x00\x00\x02", [4]bool{true, false, false, true}},
	} {
		var got [4]bool
		for i, class := range []string{example, linux6, linux7, gVisor} {
			a := ask(classed(t, class), start, over6(packet.ICMPv6, c.first, c.chain, ping))
			got[i] = a != nil && a.ICMP.Type == packet.ICMPv6EchoReply
		}
		if got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
