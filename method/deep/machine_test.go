package deep

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl/method"
	"whorl/method/methodtest"
	"whorl/packet"
)

func plan(sent []methodtest.Sending) string { return methodtest.Plan(sent, Probes[:]) }

const (
	clockPart = "K1 0, AE 25, AN 50, MD5 75, K2 100, AO 125, EC 150, RT 175, K3 300, K4 450"
	burstPart = ", Q1 475, B1 475, B2 475, B3 475, B4 475, B5 475, B6 475"
)

// silent answers nothing.
func silent(Probe, int, time.Duration, *packet.Packet) *packet.Packet { return nil }

// What leaves when, and how many packets at most.
func TestSchedule(t *testing.T) {
	noOpen, nothing := target, Target{Addr: methodtest.Them}
	noOpen.OpenTCP = 0
	for _, c := range []struct {
		name string
		t    Target
		host node
		o    Options
		trip time.Duration
		want string
		took time.Duration
	}{
		{"linux", target, linux, Options{Burst: true}, ms, clockPart + burstPart + ", MD5 500, AO 525", 625 * ms},
		{"plain", target, linux, Options{}, ms, clockPart + ", Q1 475, MD5 500, AO 525", 625 * ms},
		{"no open port", noOpen, linux, Options{}, ms, "EC 0, RT 25, Q1 50", 51 * ms},
		{"nothing known", nothing, linux, Options{}, ms, "EC 0", ms},
		{"dead", target, silent, Options{Burst: true}, ms,
			clockPart + burstPart + ", AE 1025, AN 1050, MD5 1075", 2075 * ms},
		{"dead over IPv6", target6, silent, Options{}, ms,
			"K1 0, AE 25, AN 50, MD5 75, K2 100, AO 125, K3 300, K4 450, AE 1025, AN 1050, MD5 1075, AO 1125", 2125 * ms},
		// The connection of one SYN is gone before the next leaves.
		{"far", target, linux, Options{}, 200 * ms,
			"K1 0, AE 25, AN 50, MD5 75, K2 400, AO 425, EC 450, RT 475, K3 800, K4 1200, Q1 1225, MD5 1250, AO 1278", 0},
	} {
		w := newWire(c.t, c.host, c.o)
		if w.Trip = c.trip; w.Trip > ms {
			w.m.RTT.Add(w.Trip) // known from the exchanges before
		}
		took := w.Run(t)
		if d := cmp.Diff(strings.Split(c.want, ", "), strings.Split(plan(w.Sent), ", ")); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
		if c.took != 0 && took != c.took {
			t.Errorf("%s: took %v, want %v", c.name, took, c.took)
		}
		if w.m.Packets != len(w.Sent) || w.m.Packets > w.m.most() {
			t.Errorf("%s: %d packets counted, %d sent", c.name, w.m.Packets, len(w.Sent))
		}
	}
}

// The bytes of each probe, from the transport header on but for its checksum, and the
// fields of IP that matter. Numbers of the exchange are those of the fixed key.
func TestBytes(t *testing.T) {
	w := newWire(target, linux, Options{Burst: true})
	w.Run(t)
	n := &w.m.Numbers
	port := func(plus uint16) string { return fmt.Sprintf("%04x", n.PortBase+plus) }
	seq := fmt.Sprintf("%08x", n.Seq)
	const (
		usual = "020405b40402080a00000001000000000103" + "0307"
		data  = "5757"
	)
	for which, want := range map[Probe]string{
		K1:  "tos 0 | " + port(0) + "0050" + seq + "00000000" + "a0020400" + "0000" + usual,
		K4:  "tos 0 | " + port(0) + "0050" + seq + "00000000" + "a0020400" + "0000" + usual,
		AE:  "tos 1 | " + port(1) + "0050" + seq + "00000000" + "a1c20400" + "0000" + usual,
		AN:  "tos 0 | " + port(2) + "0050" + seq + "00000000" + "a1c20400" + "0000" + usual,
		MD5: "tos 0 | " + port(3) + "0050" + seq + "00000000" + "e0020400" + "0000" + "020405b4080a0000000100000000" + "1312" + "30313233343536373839616263646566" + "01010101",
		AO:  "tos 0 | " + port(4) + "0050" + seq + "00000000" + "d0020400" + "0000" + "020405b4080a0000000100000000" + "1d100101" + "303132333435363738396162" + "0101",
		EC:  "tos ba id 5aa5 ttl 100 | " + "0800" + fmt.Sprintf("%04x", n.EchoID) + "0001" + strings.Repeat("57", 56),
		RT:  "tos ba id 3cc3 | " + port(5) + "0051" + seq + "00000000" + "a0020400" + "0000" + usual,
		Q1:  "tos 0 | " + port(0) + "9c40" + "0224" + strings.Repeat(data, quoteLen/2),
		B1:  "tos 0 | " + port(1) + "9c40" + "0008",
		B6:  "tos 0 | " + port(6) + "9c40" + "0008",
	} {
		for _, s := range w.Sent {
			if Probe(s.Tag) != which {
				continue
			}
			if d := cmp.Diff(want, show(s.Q, &Probes[which])); d != "" {
				t.Errorf("%s: %s", Probes[which].Name, d)
			}
		}
		if w.Sends(method.Tag(which)) == 0 {
			t.Errorf("%s was not sent", Probes[which].Name)
		}
	}
}

func show(q *packet.Packet, s *method.Shape) string {
	out := fmt.Sprintf("tos %x", q.TOS)
	if s.IPID != 0 {
		out += fmt.Sprintf(" id %x", q.IPv4.ID)
	}
	if s.TTL != 0 {
		out += fmt.Sprintf(" ttl %d", q.TTL)
	}
	b := methodtest.Frame(q)[20:]
	sum := map[packet.Transport]int{packet.TCP: 16, packet.UDP: 6, packet.ICMP: 2}[q.Transport]
	return out + " | " + fmt.Sprintf("%x%x", b[:sum], b[sum+2:])
}

// Packets of others are not taken, and none of ours twice.
func TestReceive(t *testing.T) {
	w := newWire(target, linux, Options{Burst: true})
	w.Run(t)
	n := w.m.Numbers
	tcp := func(plus uint16, from uint16, flags packet.Flags, ack uint32) *packet.Packet {
		return &packet.Packet{Src: methodtest.Them, Dst: methodtest.Us, TTL: 64, Transport: packet.TCP,
			TCP: packet.TCPHeader{SrcPort: from, DstPort: n.PortBase + plus, Flags: flags, Ack: ack}}
	}
	const synAck = packet.SYN | packet.ACK
	stranger := tcp(0, 80, synAck, n.Seq+1)
	stranger.Src = methodtest.Us
	for name, c := range map[string]struct {
		p    *packet.Packet
		mine bool
	}{
		"again":               {tcp(1, 80, synAck, n.Seq+1), true},
		"to gen2":             {tcp(20000, 80, synAck, n.Seq+1), false},
		"from another port":   {tcp(1, 81, synAck, n.Seq+1), false},
		"of another sequence": {tcp(1, 80, synAck, n.Seq), false},
		"of another host":     {stranger, false},
		"an echo of gen2": {&packet.Packet{Src: methodtest.Them, Dst: methodtest.Us, Transport: packet.ICMP,
			ICMP: packet.ICMPHeader{Type: packet.ICMPEchoReply, Rest: packet.Echo(n.EchoID, 295)}}, false},
	} {
		before := w.m.Answered()
		if got := w.m.Receive(methodtest.Read(methodtest.Frame(c.p)), w.Now()); got != c.mine || w.m.Answered() != before {
			t.Errorf("%s: mine %v, %d answers after %d", name, got, w.m.Answered(), before)
		}
	}
}

// FuzzReceive: whatever arrives, the exchange ends in time and its print can be read.
func FuzzReceive(f *testing.F) {
	both := []Target{target, target6}
	for _, to := range both {
		w := newWire(to, linux, Options{Burst: true})
		w.Run(f)
		for _, s := range w.Sent {
			if r := linux(Probe(s.Tag), 1, s.At, s.Q); r != nil {
				r.Network, r.Src, r.Dst = s.Q.Network, s.Q.Dst, s.Q.Src
				f.Add(methodtest.Frame(r), uint8(s.Tag))
			}
		}
	}
	f.Fuzz(func(t *testing.T, frame []byte, at uint8) {
		for _, to := range both {
			w := newWire(to, linux, Options{Burst: true})
			w.Arrive(time.Duration(at)*5*ms, frame)
			if took := w.Run(t); took > 5*time.Second || w.m.Packets > w.m.most() {
				t.Errorf("%v, %d packets", took, w.m.Packets)
			}
			print := w.m.Measure()
			back, err := Parse(print.String())
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(print, back); d != "" {
				t.Error(d)
			}
		}
	})
}
