package icmp

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"whorl/packet"
)

// linux quotes up to 548 bytes, under the precedence of RFC 1812.
var linux = stack{limit: 548, shape: func(a *packet.Packet) { a.TOS = 0xC0 }}

// bsd4 quotes 28 bytes, of which it has taken the header off the length, swapped the IP ID
// and cleared the checksum of UDP.
var bsd4 = stack{limit: 28, edit: func(q []byte) {
	binary.BigEndian.PutUint16(q[2:], binary.BigEndian.Uint16(q[2:])-20)
	q[4], q[5] = q[5], q[4]
	q[26], q[27] = 0, 0
}}

func TestUnreach(t *testing.T) {
	for _, tt := range []struct {
		name  string
		stack stack
		data  []int // of datagrams, bytes
		seen  bool  // the datagrams were
		want  string
	}{
		{"whole quotes leave the limit open", linux, []int{20, 100}, true,
			"U1(R=Y%DF=N%T=40%IPL=9C-164%UN=0%RIPL=G%RID=G%RIPCK=G%RUCK=G%RUD=G) QU(TOS=C0) Heard(N=2%TTL=40)"},
		{"the datagram was not seen", linux, []int{100}, false,
			"U1(R=Y%DF=N%TG=40%IPL=9C-164%UN=0%RIPL=G%RIPCK=G%RUCK=G%RUD=G) QU(TOS=C0) Heard(N=1%TTL=40)"},
		{"a cut quote is the limit", linux, []int{20, 1400}, true,
			"U1(R=Y%DF=N%T=40%IPL=164%UN=0%RIPL=G%RID=G%RIPCK=G%RUCK=G%RUD=G) QU(IPL=240%TOS=C0) Heard(N=2%TTL=40)"},
		{"8 bytes", stack{limit: 28}, []int{100}, true,
			"U1(R=Y%DF=N%T=40%IPL=38%UN=0%RIPL=G%RID=G%RIPCK=G%RUCK=G%RUD=G) QU(TOS=0) Heard(N=1%TTL=40)"},
		{"8 bytes, the datagram was not seen", stack{limit: 28}, []int{100}, false,
			"U1(R=Y%DF=N%TG=40%IPL=38%UN=0%RIPL=G%RIPCK=G%RUD=G) QU(TOS=0) Heard(N=1%TTL=40)"},
		{"148 bytes", stack{limit: 148}, []int{500}, true,
			"U1(R=Y%DF=N%T=40%IPL=B0%UN=0%RIPL=G%RID=G%RIPCK=G%RUCK=G) QU(TOS=0) Heard(N=1%TTL=40)"},
		{"an empty datagram", linux, []int{0}, true,
			"U1(R=Y%DF=N%T=40%IPL=38-164%UN=0%RIPL=G%RID=G%RIPCK=G%RUCK=G%RUD=G) QU(TOS=C0) Heard(N=1%TTL=40)"},
		{"an altered quote", bsd4, []int{100}, true,
			"U1(R=Y%DF=N%T=40%IPL=38%UN=0%RIPL=134%RID=4210%RIPCK=I%RUCK=0%RUD=G) QU(TOS=0) Heard(N=1%TTL=40)"},
		{"an altered quote, the datagram was not seen", bsd4, []int{100}, false,
			"U1(R=Y%DF=N%TG=40%IPL=38%UN=0%RIPL=134%RIPCK=I%RUD=G) QU(TOS=0) Heard(N=1%TTL=40)"},
		{"no header checksum", stack{limit: 28, edit: func(q []byte) { q[10], q[11] = 0, 0 }}, []int{100}, true,
			"U1(R=Y%DF=N%T=40%IPL=38%UN=0%RIPL=G%RID=G%RIPCK=Z%RUCK=G%RUD=G) QU(TOS=0) Heard(N=1%TTL=40)"},
		{"two hops to the host", stack{limit: 28, unlike: func(q *packet.Packet) { q.TTL -= 2 }, shape: func(a *packet.Packet) { a.TTL = 253 }}, []int{100}, true,
			"U1(R=Y%DF=N%T=FF%IPL=38%UN=0%RIPL=G%RID=G%RIPCK=G%RUCK=G%RUD=G) QU(TOS=0) Heard(N=1%TTL=FD)"},
		{"cut by the capture", stack{limit: 548, cut: 60}, []int{100}, true,
			"U1(R=Y%DF=N%T=40%IPL=9C-164%UN=0%RIPL=G%RID=G%RIPCK=G%RUCK=G) QU(TOS=0) Heard(N=1%TTL=40)"},
		{"extensions behind the quote", stack{limit: 128, shape: func(a *packet.Packet) { a.ICMP.Rest = 32 << 16 }}, []int{100}, true,
			"U1(R=Y%DF=N%T=40%UN=200000%RIPL=G%RID=G%RIPCK=G%RUCK=G%RUD=G) QU(TOS=0) Heard(N=1%TTL=40)"},
		{"another flow's TOS", stack{limit: 28, unlike: func(q *packet.Packet) { q.TOS = 8 }}, []int{100}, true,
			"U1(R=Y%DF=N%T=40%IPL=38%UN=0%RIPL=G%RID=G%RIPCK=G%RUCK=G%RUD=G) Heard(N=1%TTL=40)"},
	} {
		var u Unreach
		for _, n := range tt.data {
			q := datagram(false, n, nil)
			var c *Cause
			if tt.seen {
				c = heard(t, q)
			}
			if mine, _ := u.Add(tt.stack.refuse(t, q), c); !mine {
				t.Errorf("%s: not taken", tt.name)
			}
		}
		check(t, tt.name, u.Print(false), tt.want)
	}
}

func check(t *testing.T, name string, p Print, want string) {
	t.Helper()
	if got := strings.ReplaceAll(strings.TrimSpace(p.String()), "\n", " "); got != want {
		t.Errorf("%s:\n got %s\nwant %s", name, got, want)
	}
}

func TestUnreach6(t *testing.T) {
	for _, tt := range []struct {
		name  string
		stack stack
		data  int
		want  string
	}{
		{"Linux", stack{limit: 1232, shape: func(a *packet.Packet) { a.IPv6.FlowLabel = 5 }}, 1300,
			"U1_6(R=Y%HL=40%TC=0%FL=O%PL=164%ET=1%EC=4%UN=0%RPL=G%RFL=G%RUCK=G) Heard(N=1%TTL=40)"},
		{"whole", stack{limit: 1232}, 100, "U1_6(R=Y%HL=40%TC=0%FL=Z%PL=9C-164%ET=1%EC=4%UN=0%RPL=G%RFL=G%RUCK=G%RUD=G) Heard(N=1%TTL=40)"},
		{"the label of the datagram", stack{limit: 48, shape: func(a *packet.Packet) { a.IPv6.FlowLabel = 0x777 }}, 100,
			"U1_6(R=Y%HL=40%TC=0%FL=S%PL=38%ET=1%EC=4%UN=0%RPL=G%RFL=G%RUCK=G%RUD=G) Heard(N=1%TTL=40)"},
	} {
		var u Unreach
		q := datagram(true, tt.data, nil)
		u.Add(tt.stack.refuse(t, q), heard(t, q))
		check(t, tt.name, u.Print(true), tt.want)
	}
}

// Messages that contradict each other tell less, and those of two machines nothing.
func TestUnreachSeveral(t *testing.T) {
	q := datagram(false, 100, nil)
	with := func(change func(*packet.Packet)) *packet.Packet { return stack{limit: 28, shape: change}.refuse(t, q) }
	var u Unreach
	u.Add(with(nil), nil)
	if _, news := u.Add(with(nil), nil); news {
		t.Error("the same again is news")
	}
	if _, news := u.Add(with(func(a *packet.Packet) { a.IPv4.DF = true }), nil); !news {
		t.Error("another DF is no news")
	}
	u.Add(linux.refuse(t, q), nil)
	check(t, "of several", u.Print(false), "U1(R=Y%TG=40%UN=0%RIPL=G%RIPCK=G%RUCK=G%RUD=G) Heard(N=4%TTL=40)")
	u.Add(with(func(a *packet.Packet) { a.TTL = 120 }), nil)
	for _, shape := range []func(*packet.Packet){nil, func(a *packet.Packet) { a.TTL = 120 }} {
		if _, news := u.Add(with(shape), nil); news {
			t.Error("of two machines that take turns each message is news")
		}
	}
	check(t, "of two machines", u.Print(false), "Heard(N=7%TTL=40-78)")
}

// What is not the host's own, or malformed, is not taken.
func TestUnreachNot(t *testing.T) {
	q := datagram(false, 100, nil)
	tcp := q
	tcp.Proto, tcp.Transport, tcp.TCP = packet.ProtoTCP, packet.TCP, packet.TCPHeader{SrcPort: 1, DstPort: 2}
	for name, p := range map[string]*packet.Packet{
		"a router's":     stack{limit: 28, shape: func(a *packet.Packet) { a.Src = a.Src.Next() }}.refuse(t, q),
		"for another":    stack{limit: 28, shape: func(a *packet.Packet) { a.Dst = a.Dst.Next().Next() }}.refuse(t, q),
		"time exceeded":  stack{limit: 28, shape: func(a *packet.Packet) { a.ICMP.Type, a.ICMP.Code = packet.ICMPTimeExceed, 0 }}.refuse(t, q),
		"prohibited":     stack{limit: 28, shape: func(a *packet.Packet) { a.ICMP.Code = 13 }}.refuse(t, q),
		"of a segment":   stack{limit: 28}.refuse(t, tcp),
		"a short quote":  stack{limit: 24}.refuse(t, q),
		"no quote":       stack{limit: 0}.refuse(t, q),
		"a fragment":     stack{limit: 28, unlike: func(q *packet.Packet) { q.IPv4.MF = true }}.refuse(t, q),
		"with options":   stack{limit: 48, unlike: func(q *packet.Packet) { q.IPv4.Options = []byte{1, 1, 1, 1} }}.refuse(t, q),
		"of no length":   stack{limit: 28, edit: func(q []byte) { q[24], q[25] = 0, 0 }}.refuse(t, q),
		"an echo reply":  pong(t, ping(false, nil), nil),
		"no ICMP at all": decoded(frame(t, &q)),
	} {
		var u Unreach
		if mine, news := u.Add(p, heard(t, q)); mine || news || u != (Unreach{}) {
			t.Errorf("%s: taken", name)
		}
	}
}

// A datagram of the same flow that is not the one quoted tells nothing.
func TestUnreachOtherCause(t *testing.T) {
	q := datagram(false, 100, nil)
	other := datagram(false, 100, func(p *packet.Packet) { p.IPv4.ID, p.Payload[0], p.TTL = 9, 'y', 33 })
	var u Unreach
	u.Add(bsd4.refuse(t, q), heard(t, other))
	check(t, "another datagram", u.Print(false), "U1(R=Y%DF=N%TG=40%IPL=38%UN=0%RIPL=134%RIPCK=I%RUD=G) QU(TOS=0) Heard(N=1%TTL=40)")
}

// Counting does not run over.
func TestHeardManyTimes(t *testing.T) {
	h := Heard{N: math.MaxUint32, Least: 1, Most: 2}
	if h.add(3); h.N != math.MaxUint32 || h.Most != 3 {
		t.Errorf("%+v", h)
	}
}
