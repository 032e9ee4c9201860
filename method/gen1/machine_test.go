package gen1

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl/method/methodtest"
	"whorl/packet"
)

func plan(sent []methodtest.Sending) string { return methodtest.Plan(sent, Probes[:]) }

const (
	burstPlan = "T1 0, T2 0, T3 0, T4 0, T5 0, T6 0, T7 0, PU 0"
	trainPlan = ", S1 1, S2 111, S3 221, S4 331, S5 441, S6 551"
)

// What leaves when: section 2.3, one burst, rounds of what is missing, and then six
// SYNs 110 ms apart.
func TestSchedule(t *testing.T) {
	noOpen := target
	noOpen.OpenTCP = 0
	third := func(which Probe, n int, at time.Duration, q *packet.Packet) *packet.Packet { // answers T2 the second time, T3 never
		if which == T2 && n < 2 || which == T3 {
			return nil
		}
		return windows(which, n, at, q)
	}
	for _, c := range []struct {
		name string
		t    Target
		host node
		want string
		took time.Duration
	}{
		{"answers all", target, windows, burstPlan + trainPlan, 552 * ms},
		{"no open port", noOpen, windows, "T5 0, T6 0, T7 0, PU 0", ms},
		{"nothing known", Target{Addr: methodtest.Them}, windows, "", 0},
		{"silent to T2 and T3", target, without(T2, T3),
			burstPlan + ", T2 500, T3 500, S1 1000, S2 1110, S3 1220, S4 1330, S5 1440, S6 1550", 1551 * ms},
		{"one answer more in the second round", target, third,
			burstPlan + ", T2 500, T3 500, T3 1000, S1 1500, S2 1610, S3 1720, S4 1830, S5 1940, S6 2050", 2051 * ms},
		{"limits its errors", target, func(which Probe, n int, at time.Duration, q *packet.Packet) *packet.Packet {
			if which == PU && at < 1200*ms {
				return nil
			}
			return windows(which, n, at, q)
		}, burstPlan + ", PU 500, S1 1000, S2 1110, S3 1220, S4 1330, S5 1440, S6 1550, PU 1600", 1601 * ms},
		{"loses half of the train", target, func(which Probe, n int, at time.Duration, q *packet.Packet) *packet.Packet {
			if which >= S4 && at < 700*ms {
				return nil
			}
			return windows(which, n, at, q)
		}, burstPlan + trainPlan + ", S1 751, S2 861, S3 971, S4 1081, S5 1191, S6 1301", 1302 * ms},
		{"dead", target, silent, burstPlan + ", T1 1000, T2 1000, T3 1000, T4 1000, T5 1000, T6 1000, T7 1000, PU 1000" +
			", S1 2000, S2 2110, S3 2220, S4 2330, S5 2440, S6 2550, PU 3550", 4550 * ms},
	} {
		w, m := newWire(c.t, c.host)
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

// Section 2.3: at most six rounds, however often one more answer comes.
func TestRounds(t *testing.T) {
	w, _ := newWire(target, func(which Probe, n int, at time.Duration, q *packet.Packet) *packet.Packet {
		if which == T7 || which == PU || which <= T7 && n <= int(which) {
			return nil // T1 is answered in the first round, T2 in the second, ...
		}
		return windows(which, n, at, q)
	})
	w.Run(t)
	if n := w.Sends(0) + 10*w.Sends(5) + 100*w.Sends(6); n != 661 {
		t.Errorf("T7, T6 and T1 were sent %d times, want 661", n)
	}
}

// Section 2: the bytes of each probe, from the transport header on but for its
// checksum, and the fields of IP that matter.
func TestBytes(t *testing.T) {
	w, m := newWire(target, without(S1, S2, S3, S4))
	w.Run(t)
	n := &m.Numbers
	const options = "03030a01" + "02040109" + "080a3f3f3f3f00000000" + "0000"
	tcp := func(plus, port uint16, seq uint32, flags uint8) string {
		return fmt.Sprintf("%04x%04x%08x00000000a0%02x", n.PortBase+plus, port, n.Seq+seq, flags) + "WWWW0000" + options
	}
	want := map[Probe]string{
		T1: tcp(7, 80, 0, 0x42),
		T2: tcp(8, 80, 0, 0),
		T3: tcp(9, 80, 0, 0x2b),
		T4: tcp(10, 80, 0, 0x10),
		T5: tcp(11, 81, 0, 0x02),
		T6: tcp(12, 81, 0, 0x10),
		T7: tcp(13, 81, 0, 0x29),
		PU: fmt.Sprintf("%04x0051", n.PortBase) + "0134" + strings.Repeat(fmt.Sprintf("%02x", n.Fill), 300),
	}
	for i := range uint16(6) {
		want[S1+Probe(i)] = tcp(1+i, 80, uint32(1+i), 0x02)
	}
	windows := map[uint16]bool{}
	for _, s := range w.Sent[:NumProbes] {
		q, which := s.Q, Probe(s.Tag)
		if d := cmp.Diff(want[which], show(q)); d != "" {
			t.Errorf("%s: %s", Probes[which].Name, d)
		}
		if q.TOS != 0 || q.IPv4.DF || len(q.IPv4.Options) > 0 {
			t.Errorf("%s: TOS %d, DF %v", Probes[which].Name, q.TOS, q.IPv4.DF)
		}
		if q.Transport == packet.UDP {
			if q.IPv4.TotalLen != 0x148 || q.TTL < 51 || q.TTL > 64 || q.IPv4.ID != n.UDPID {
				t.Errorf("PU: length %x, TTL %d, ID %d", q.IPv4.TotalLen, q.TTL, q.IPv4.ID)
			}
			continue
		}
		windows[q.TCP.Window] = true
		if q.TTL < 37 || q.TTL > 59 || q.TCP.Window != 1024*uint16(q.TTL%4+1) {
			t.Errorf("%s: TTL %d, window %d", Probes[which].Name, q.TTL, q.TCP.Window)
		}
	}
	if len(windows) < 3 {
		t.Errorf("windows %v, want a mix of 1024, 2048, 3072 and 4096", windows)
	}
	// A repeated train comes from ports of its own.
	for _, s := range w.Sent[NumProbes:] {
		if plus := s.Q.TCP.SrcPort - n.PortBase; plus < 15 || plus > 20 {
			t.Errorf("%s again from port base+%d", Probes[s.Tag].Name, plus)
		}
	}
	if len(w.Sent) != int(NumProbes)+6 {
		t.Errorf("%d packets, want a second train", len(w.Sent))
	}
}

// show is a packet from the transport header on, without checksums and window.
func show(q *packet.Packet) string {
	b := fmt.Sprintf("%x", methodtest.Frame(q)[20:])
	if q.Transport == packet.UDP {
		return b[:12] + b[16:]
	}
	return b[:28] + "WWWW" + b[36:]
}

// Packets of others are not taken, the first answer counts, and a better one counts
// more.
func TestReceive(t *testing.T) {
	w, m := newWire(target, but(func(which Probe, _ int, _ time.Duration, r *packet.Packet) *packet.Packet {
		if which == T1 {
			r.TCP.Ack += 7 // as a forged answer has it
		}
		return r
	}))
	w.Run(t)
	n := m.Numbers
	tcp := func(plus, from uint16, flags packet.Flags, ack uint32) *packet.Packet {
		return &packet.Packet{Src: methodtest.Them, Dst: methodtest.Us, TTL: 64, Transport: packet.TCP,
			TCP: packet.TCPHeader{SrcPort: from, DstPort: n.PortBase + plus, Flags: flags, Ack: ack}}
	}
	const synAck = packet.SYN | packet.ACK
	stranger := tcp(8, 80, synAck, n.Seq+1)
	stranger.Src = methodtest.Us
	for _, c := range []struct {
		name  string
		p     *packet.Packet
		mine  bool
		fresh Probe // whose answer changes; NumProbes: none
	}{
		{"doubtful once more", tcp(7, 80, synAck, n.Seq+5), true, NumProbes},
		{"a better one", tcp(7, 80, synAck, n.Seq+1), true, T1},
		{"again", tcp(8, 80, packet.RST, 0), true, NumProbes},
		{"from another port", tcp(8, 81, packet.RST, 0), false, NumProbes},
		{"to another port", tcp(14, 80, packet.RST, 0), false, NumProbes},
		{"of another host", stranger, false, NumProbes},
		{"of another SYN of the train", tcp(1, 80, synAck, n.Seq+3), false, NumProbes},
		{"a reset after a SYN-ACK", tcp(1, 80, packet.RST|packet.ACK, n.Seq+2), true, NumProbes},
	} {
		before := m.Slots
		if got := m.Receive(methodtest.Read(methodtest.Frame(c.p)), w.Now()); got != c.mine {
			t.Errorf("%s: mine %v", c.name, got)
		}
		for p := range NumProbes {
			if (before[p].Reply != m.Slots[p].Reply) != (p == c.fresh) {
				t.Errorf("%s: the answer to %s is not what it should be", c.name, Probes[p].Name)
			}
		}
	}
}

// FuzzReceive: whatever arrives, the exchange ends in time and its print can be read.
func FuzzReceive(f *testing.F) {
	w, _ := newWire(target, windows)
	w.Run(f)
	for _, s := range w.Sent {
		r := windows(Probe(s.Tag), 1, s.At, s.Q)
		r.Src, r.Dst = methodtest.Them, methodtest.Us
		f.Add(methodtest.Frame(r), uint8(s.Tag))
	}
	f.Fuzz(func(t *testing.T, frame []byte, silence uint8) {
		w, m := newWire(target, without(Probe(silence)))
		w.Arrive(time.Duration(silence)*2*ms, frame)
		if took := w.Run(t); took > 8*time.Second || m.Packets > 64 {
			t.Errorf("%v, %d packets", took, m.Packets)
		}
		print := m.Measure()
		back, err := Parse(print.String())
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(print, back); d != "" {
			t.Error(d)
		}
	})
}
