package gen2

import (
	wirehex "encoding/hex"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl/packet"
)

// wireProbes are the probes as they leave: IP header, transport header, options or
// data, checksums zero. Seen from Nmap 7.93 on the wire, with other numbers.
var wireProbes = map[Probe][]string{
	//   vhl,tos len ID  frag TTL,proto sum source destination
	//   ports        sequence acknowledgement offset,flags window sum urgent
	S1: {"4500 003c 5555 0000 2906 0000 c0000201 c0000202",
		"8100 0050 01020304 0a0b0c0d a002 0001 0000 0000", "03030A01020405B4080AFFFFFFFF000000000402"},
	S2: {"4500 003c 5555 0000 2906 0000 c0000201 c0000202",
		"8101 0050 01020305 0a0b0c0d a002 003f 0000 0000", "020405780303000402080AFFFFFFFF0000000000"},
	S3: {"4500 003c 5555 0000 2906 0000 c0000201 c0000202",
		"8102 0050 01020306 0a0b0c0d a002 0004 0000 0000", "080AFFFFFFFF0000000001010303050102040280"},
	S4: {"4500 0038 5555 0000 2906 0000 c0000201 c0000202",
		"8103 0050 01020307 0a0b0c0d 9002 0004 0000 0000", "0402080AFFFFFFFF0000000003030A00"},
	S5: {"4500 003c 5555 0000 2906 0000 c0000201 c0000202",
		"8104 0050 01020308 0a0b0c0d a002 0010 0000 0000", "020402180402080AFFFFFFFF0000000003030A00"},
	S6: {"4500 0038 5555 0000 2906 0000 c0000201 c0000202",
		"8105 0050 01020309 0a0b0c0d 9002 0200 0000 0000", "020401090402080AFFFFFFFF00000000"},

	O1: {"4500 003c 5555 0000 2906 0000 c0000201 c0000202",
		"8106 0050 01020304 0a0b0c0d a002 0001 0000 0000", "03030A01020405B4080AFFFFFFFF000000000402"},
	O2: {"4500 003c 5555 0000 2906 0000 c0000201 c0000202",
		"8107 0050 01020304 0a0b0c0d a002 003f 0000 0000", "020405780303000402080AFFFFFFFF0000000000"},
	O3: {"4500 003c 5555 0000 2906 0000 c0000201 c0000202",
		"8108 0050 01020304 0a0b0c0d a002 0004 0000 0000", "080AFFFFFFFF0000000001010303050102040280"},
	O4: {"4500 0038 5555 0000 2906 0000 c0000201 c0000202",
		"8109 0050 01020304 0a0b0c0d 9002 0004 0000 0000", "0402080AFFFFFFFF0000000003030A00"},
	O5: {"4500 003c 5555 0000 2906 0000 c0000201 c0000202",
		"810a 0050 01020304 0a0b0c0d a002 0010 0000 0000", "020402180402080AFFFFFFFF0000000003030A00"},
	O6: {"4500 0038 5555 0000 2906 0000 c0000201 c0000202",
		"810b 0050 01020304 0a0b0c0d 9002 0200 0000 0000", "020401090402080AFFFFFFFF00000000"},

	ECN: {"4500 0034 5555 0000 2906 0000 c0000201 c0000202",
		"810c 0050 01020304 00000000 88c2 0003 0000 f7f5", "03030A01020405B404020101"},
	T2: {"4500 003c 5555 4000 2906 0000 c0000201 c0000202",
		"810e 0050 01020304 0a0b0c0d a000 0080 0000 0000", "03030A0102040109080AFFFFFFFF000000000402"},
	T3: {"4500 003c 5555 0000 2906 0000 c0000201 c0000202",
		"810f 0050 01020304 0a0b0c0d a02b 0100 0000 0000", "03030A0102040109080AFFFFFFFF000000000402"},
	T4: {"4500 003c 5555 4000 2906 0000 c0000201 c0000202",
		"8110 0050 01020304 0a0b0c0d a010 0400 0000 0000", "03030A0102040109080AFFFFFFFF000000000402"},
	T5: {"4500 003c 5555 0000 2906 0000 c0000201 c0000202",
		"8111 0051 01020304 0a0b0c0d a002 7a69 0000 0000", "03030A0102040109080AFFFFFFFF000000000402"},
	T6: {"4500 003c 5555 4000 2906 0000 c0000201 c0000202",
		"8112 0051 01020304 0a0b0c0d a010 8000 0000 0000", "03030A0102040109080AFFFFFFFF000000000402"},
	T7: {"4500 003c 5555 0000 2906 0000 c0000201 c0000202",
		"8113 0051 01020304 0a0b0c0d a029 ffff 0000 0000", "03030F0102040109080AFFFFFFFF000000000402"},

	U1: {"4500 0148 1042 0000 3d11 0000 c0000201 c0000202", // IP ID and TTL are its own
		"9000 9c40 0134 0000", strings.Repeat("43", 300)},
	IE1: {"4500 0094 5555 4000 2901 0000 c0000201 c0000202",
		"0809 0000 1234 0127", strings.Repeat("00", 120)}, // type, code, sum, identifier, sequence number 295
	IE2: {"4504 00b2 5555 0000 2901 0000 c0000201 c0000202",
		"0800 0000 1235 0128", strings.Repeat("00", 150)},
}

func TestProbesOnTheWire(t *testing.T) {
	e := &Exchange{Target: target, Numbers: Numbers{
		PortBase: 0x8100, UDPPort: 0x9000, Seq: 0x01020304, Ack: 0x0a0b0c0d, EchoID: 0x1234, UDPTTL: 0x3d,
	}}
	for which := range NumProbes {
		p := &packet.Packet{Src: us}
		e.Packet(which, p, 0x5555, 0x29)
		frame := frameOf(p)
		if odd := read(frame).Odd; odd != 0 {
			t.Errorf("%s: %v", Probes[which].Name, odd)
		}
		frame[10], frame[11] = 0, 0
		at := 20 + map[packet.Transport]int{packet.TCP: 16, packet.UDP: 6, packet.ICMP: 2}[p.Transport]
		frame[at], frame[at+1] = 0, 0
		want, err := wirehex.DecodeString(strings.ReplaceAll(strings.Join(wireProbes[which], ""), " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(wirehex.Dump(want), wirehex.Dump(frame)); d != "" {
			t.Errorf("%s: %s", Probes[which].Name, d)
		}
	}
}

// A repeated train leaves from the next block of source ports, all else is the same.
func TestBlocks(t *testing.T) {
	e := &Exchange{Target: target, Numbers: Numbers{PortBase: 40000}}
	for sends, want := range []uint16{40003, 40003, 40023, 40043} {
		var p packet.Packet
		e.Slots[S4].Sends = sends
		e.Packet(S4, &p, 1, 1)
		if p.TCP.SrcPort != want {
			t.Errorf("sent %d times: port %d, want %d", sends, p.TCP.SrcPort, want)
		}
	}
}

// Each probe has a name and a source port of its own, and goes to the port its
// place in the order says.
func TestProbeTable(t *testing.T) {
	names, plus := map[string]bool{}, map[uint16]bool{}
	for i := range Probes {
		s := &Probes[i]
		if s.Name == "" || names[s.Name] {
			t.Errorf("probe %d: name %q", i, s.Name)
		}
		names[s.Name] = true
		if s.Proto != packet.TCP {
			continue
		}
		if plus[s.PortPlus] || s.PortPlus >= ports {
			t.Errorf("%s: port %d", s.Name, s.PortPlus)
		}
		plus[s.PortPlus] = true
		if which, ok := probeAtPort(s.PortPlus); !ok || which != Probe(i) {
			t.Errorf("%s: port %d is found as %d", s.Name, s.PortPlus, which)
		}
	}
	if _, ok := probeAtPort(13); ok { // Nmap's second T1, which O1 stands in for
		t.Error("there is a probe at port 13")
	}
}
