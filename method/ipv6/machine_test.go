package ipv6

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl/method/methodtest"
	"whorl/packet"
)

// plan writes what was sent as "S1 0, S2 100, ...", in milliseconds.
func plan(sent []methodtest.Sending) string {
	var b strings.Builder
	for i, s := range sent {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s %d", Probes[s.Tag].Name, s.At/ms)
	}
	return b.String()
}

const (
	wholeTrain = "S1 0, S2 100, S3 200, S4 300, S5 400, S6 500"
	wholeRound = wholeTrain + ", IE1 525, IE2 550, NS 575, U1 600, TECN 625, T2 650, T3 675, T4 700, T5 725, T6 750, T7 775"
)

// What leaves when, for hosts that answer all, some or nothing.
func TestSchedule(t *testing.T) {
	noOpen, noTCP, far := target, target, target
	noOpen.OpenTCP = 0
	noTCP.OpenTCP, noTCP.ClosedTCP = 0, 0
	far.Direct = false
	for _, c := range []struct {
		name  string
		t     Target
		host  node
		tries int
		want  string
		took  time.Duration
	}{
		{"linux", target, linux, 0, wholeRound + ", T2 950, T3 975", 1025 * ms},
		{"one try", target, linux, 1, wholeRound, 825 * ms},
		{"behind a router", far, linux, 1,
			wholeTrain + ", IE1 525, IE2 550, U1 575, TECN 600, T2 625, T3 650, T4 675, T5 700, T6 725, T7 750", 800 * ms},
		{"answers to all", target, func(which Probe, n int, at time.Duration, q *packet.Packet) *packet.Packet {
			if which == T2 || which == T3 {
				which, q.TCP.Flags = T4, packet.ACK
			}
			return linux(which, n, at, q)
		}, 0, wholeRound, 776 * ms},
		// S3 and IE1 are missing; their late answers prove loss, so T2 and T3 are given more
		// tries, and S3 another train.
		{"loss", target, without(S3, IE1), 0,
			wholeRound + ", O3 800, IE1 825, T2 950, T3 975, T2 1250, T3 1275, T2 1550, T3 1575" +
				", S1 1675, S2 1775, S3 1875, S4 1975, S5 2075, S6 2175", 2225 * ms},
		// Limits of errors are waited for.
		{"errors limited", target, without(IE2, U1), 0,
			wholeRound + ", T2 950, T3 975, IE2 1650, T2 1675, T3 1700, U1 1725, T2 1975, T3 2000", 2050 * ms},
		{"no open port", noOpen, linux, 0, "IE1 0, IE2 25, NS 50, U1 75, T5 100, T6 125, T7 150", 151 * ms},
		{"no TCP port", noTCP, linux, 0, "IE1 0, IE2 25, NS 50, U1 75", 76 * ms},
		{"nothing to ask", Target{Addr: methodtest.Them6}, silent, 0, "IE1 0, IE2 25, IE1 1000, IE2 1125", 2125 * ms},
		{"dead", noOpen, silent, 0,
			"IE1 0, IE2 25, NS 50, U1 75, T5 100, T6 125, T7 150, IE1 1000, NS 1050, T5 1100, IE2 1125, T6 1150, T7 1175, U1 1200", 2200 * ms},
	} {
		w, m := newWire(c.t, c.host, Options{Tries: c.tries})
		took := w.Run(t)
		if d := cmp.Diff(strings.Split(c.want, ", "), strings.Split(plan(w.Sent), ", ")); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
		if took != c.took {
			t.Errorf("%s: took %v, want %v", c.name, took, c.took)
		}
		if m.Packets != len(w.Sent) {
			t.Errorf("%s: %d packets counted, %d sent", c.name, m.Packets, len(w.Sent))
		}
	}
}

func TestLinux(t *testing.T) {
	e := exchange(t, linux)
	if d := cmp.Diff(linuxPrint, e.Measure().String()); d != "" {
		t.Error(d)
	}
	if e.Answered() != 15 || e.Asked() != 17 {
		t.Errorf("%d answers to %d probes", e.Answered(), e.Asked())
	}
	if hops, ok := e.Distance(); !ok || hops != 1 {
		t.Errorf("distance %d, %v", hops, ok)
	}
	if worst, ratio := e.Cadence(); worst != 0 || ratio != 1 {
		t.Errorf("cadence %v, %v", worst, ratio)
	}
	if e.RTT.Smoothed != ms || !e.First.Equal(methodtest.Epoch) || !e.Last.Equal(methodtest.Epoch.Add(975*ms)) {
		t.Errorf("round trip %v, from %v to %v", e.RTT.Smoothed, e.First, e.Last)
	}
}

// Loss changes what is sent, not what is measured.
func TestLossIsRepaired(t *testing.T) {
	e := exchange(t, without(S3, S5, IE1, IE2, NS, U1, TECN, T4, T5, T6, T7))
	if d := cmp.Diff(linuxPrint, e.Measure().String()); d != "" {
		t.Error(d)
	}
	if e.Train == 0 {
		t.Error("no second train")
	}
}

// Where every train loses something, the one that lost least is measured, and there are
// no more than three.
func TestBestTrain(t *testing.T) {
	w, m := newWire(target, func(which Probe, n int, at time.Duration, q *packet.Packet) *packet.Packet {
		if n == 1 && which == S3 || n == 2 && which <= S3 || n == 3 && (which == S5 || which == S6) {
			return nil
		}
		return linux(which, n, at, q)
	}, Options{})
	w.Run(t)
	if n := m.running().synAcks(); n != 5 || m.Slots[S3].Reply != nil || m.Train != 2 {
		t.Errorf("%d answers after %d more trains: %s", n, m.Train, plan(w.Sent))
	}
	if d := cmp.Diff(linuxPrint, m.Measure().String()); d != "" {
		t.Error(d)
	}
}

// A train that was held up goes on from there, and if it erred too much it is sent again.
func TestHeldUp(t *testing.T) {
	for _, c := range []struct {
		late time.Duration
		want int // trains beyond the first
	}{{5 * ms, 0}, {30 * ms, 0}, {90 * ms, 1}} {
		w, m := newWire(target, linux, Options{})
		held := false
		machine := &late{Machine: m, by: func(tag Probe) time.Duration {
			if tag == S4 && !held {
				held = true
				return c.late
			}
			return 0
		}}
		w.Machine = machine
		w.Run(t)
		if m.Train != c.want {
			t.Errorf("%v late: %d more trains: %s", c.late, m.Train, plan(w.Sent))
		}
	}
}

// A packet that is not from the host, not to a port of ours, or quotes something else is
// none of ours; one with wrong numbers is only taken if no better one comes.
func TestStrangers(t *testing.T) {
	w, m := newWire(target, linux, Options{Tries: 1})
	w.Run(t)
	before := m.Print().String()
	stranger := func(change func(*packet.Packet)) *packet.Packet {
		p := &packet.Packet{Network: packet.IPv6, Src: methodtest.Them6, Dst: methodtest.Us6, TTL: 64, Transport: packet.TCP}
		p.TCP = packet.TCPHeader{SrcPort: 80, DstPort: m.Numbers.PortBase, Flags: packet.SYN | packet.ACK}
		change(p)
		return methodtest.Read(methodtest.Frame(p))
	}
	probe := func(which Probe) []byte {
		p := packet.Packet{Src: methodtest.Us6}
		m.Packet(which, &p)
		return methodtest.Frame(&p)
	}
	about := func(p *packet.Packet, which Probe) {
		p.Transport, p.ICMP, p.Payload = packet.ICMPv6, packet.ICMPHeader{Type: packet.ICMPv6Unreachable, Code: 1}, probe(which)
	}
	for _, c := range []struct {
		name string
		p    *packet.Packet
		mine bool
	}{
		{"another host", stranger(func(p *packet.Packet) { p.Src = methodtest.Us6 }), false},
		{"another port of ours", stranger(func(p *packet.Packet) { p.TCP.DstPort += 19 }), false},
		{"another port of the host", stranger(func(p *packet.Packet) { p.TCP.SrcPort = 81 }), false},
		{"a copy with another number", stranger(func(*packet.Packet) {}), true},
		{"an echo reply of another sequence", stranger(func(p *packet.Packet) {
			p.Transport, p.ICMP = packet.ICMPv6, packet.ICMPHeader{Type: packet.ICMPv6EchoReply, Rest: packet.Echo(m.Numbers.EchoID, 2)}
		}), false},
		{"an advertisement nobody asked for", stranger(func(p *packet.Packet) {
			p.SetNeighbor(packet.ICMPv6NeighborAdv, packet.Neighbor{Target: methodtest.Them6})
		}), false},
		{"an advertisement of another", stranger(func(p *packet.Packet) {
			p.SetNeighbor(packet.ICMPv6NeighborAdv, packet.Neighbor{Target: methodtest.Us6, Solicited: true})
		}), false},
		{"an error about S1", stranger(func(p *packet.Packet) { about(p, S1) }), true},
		{"an error about IE1", stranger(func(p *packet.Packet) { about(p, IE1) }), true},
		{"an error about NS", stranger(func(p *packet.Packet) { about(p, NS) }), true},
		{"an error about a packet of another host", stranger(func(p *packet.Packet) {
			about(p, S1)
			p.Payload[39]++
		}), false},
		{"an error that quotes nothing", stranger(func(p *packet.Packet) { about(p, S1); p.Payload = nil }), false},
	} {
		if mine := m.Receive(c.p, w.Now()); mine != c.mine {
			t.Errorf("%s: taken %v", c.name, mine)
		}
	}
	if d := cmp.Diff(before, m.Print().String()); d != "" {
		t.Error(d)
	}
}

// An error in place of a segment stands in Nmap's text and is none of our tests; a segment
// that comes later takes its place.
func TestErrorForSegment(t *testing.T) {
	refused := func(which Probe, n int, at time.Duration, q *packet.Packet) *packet.Packet {
		if which == T5 || which == T6 && n == 1 {
			return quoting(packet.ICMPv6Unreachable, 1, 0, q)
		}
		return linux(which, n, at, q)
	}
	w, m := newWire(target, refused, Options{})
	w.Run(t)
	p := methodtest.Read(m.Slots[T6].Reply.Packet)
	late := packet.Packet{Network: packet.IPv6, Src: methodtest.Them6, Dst: methodtest.Us6, TTL: 64, Transport: packet.TCP}
	late.TCP = packet.TCPHeader{SrcPort: 81, DstPort: m.Numbers.PortBase + 11, Flags: packet.RST, Seq: m.Numbers.Ack}
	if p.Transport != packet.ICMPv6 || !m.Receive(methodtest.Read(methodtest.Frame(&late)), w.Now()) {
		t.Fatalf("T6 has %v", p)
	}
	want := strings.Replace(linuxPrint, "T5_6(R=Y%HL=40%TC=0%FL=O%W=0%S=Z%A=S+%F=AR%O=%RD=0%Q=)", "T5_6(R=N)", 1)
	want = strings.Replace(want, "T6_6(R=Y%HL=40%TC=0%FL=O", "T6_6(R=Y%HL=40%TC=0%FL=Z", 1)
	if d := cmp.Diff(want, m.Measure().String()); d != "" {
		t.Error(d)
	}
	if !strings.Contains(m.Print().Nmap(), "\nT5(P=6") {
		t.Error("the error is not in Nmap's text")
	}
}

// Packets of probes: lengths and headers as the method's author has them.
func TestPackets(t *testing.T) {
	w, _ := newWire(target, linux, Options{Tries: 1})
	w.Run(t)
	for _, s := range w.Sent {
		q, which := s.Q, Probe(s.Tag)
		length, chain := map[Probe]uint16{IE1: 136, IE2: 40, NS: 24, U1: 308}[which], ""
		switch {
		case q.Transport == packet.TCP:
			length = 20 + uint16(len(Probes[which].Options))
		case which == IE1:
			chain = "3a00010400000000"
		case which == IE2:
			chain = "3c000104000000002b0001040000000000000000000000003a00010400000000"
		}
		if q.Odd != 0 || q.IPv6.PayloadLen != length || q.IPv6.FlowLabel != 0x12345 || q.TOS != 0 || fmt.Sprintf("%x", q.IPv6.Extensions) != chain {
			t.Errorf("%s: odd %v, %d bytes, label %x, class %d, extensions %x", Probes[which].Name, q.Odd, q.IPv6.PayloadLen, q.IPv6.FlowLabel, q.TOS, q.IPv6.Extensions)
		}
		if low, high := uint8(51), uint8(64); which == NS && q.TTL != 255 || which != NS && (q.TTL < low || q.TTL > high) {
			t.Errorf("%s: hop limit %d", Probes[which].Name, q.TTL)
		}
		if q.Transport == packet.TCP && q.TCP.Reserved != 0 {
			t.Errorf("%s: reserved bits %d", Probes[which].Name, q.TCP.Reserved)
		}
	}
}

// The zone of an address does not keep answers from being taken.
func TestZone(t *testing.T) {
	zoned := target
	zoned.Addr = zoned.Addr.WithZone("eth0")
	w, m := newWire(zoned, linux, Options{Tries: 1})
	w.Run(t)
	if m.Answered() != 15 {
		t.Errorf("%d answers", m.Answered())
	}
}
