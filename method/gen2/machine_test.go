package gen2

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl/method"
	"whorl/packet"
)

// plan writes what was sent as "S1 0, S2 100, ...", in milliseconds.
func plan(sent []sending) string {
	var b strings.Builder
	for i, s := range sent {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s %d", Probes[s.which].Name, s.at/ms)
	}
	return b.String()
}

const (
	wholeTrain = "S1 0, S2 100, S3 200, S4 300, S5 400, S6 500"
	wholeRound = wholeTrain + ", IE1 525, IE2 550, U1 575, ECN 600, T2 625, T3 650, T4 675, T5 700, T6 725, T7 750"
)

// dropping is linux on a path that loses the n-th sends of some probes.
func dropping(lost func(which Probe, n int) bool) func(*wire, Probe, int, *packet.Packet) {
	return func(w *wire, which Probe, n int, q *packet.Packet) {
		if !lost(which, n) {
			linux(w, which, n, q)
		}
	}
}

// What leaves when, for hosts that answer all, some or nothing. A host that is
// merely silent where a stack may be costs two packets and ends after 1.05 s.
func TestSchedule(t *testing.T) {
	first := func(probes ...Probe) func(Probe, int) bool {
		return func(which Probe, n int) bool {
			for _, p := range probes {
				if which == p && n == 1 {
					return true
				}
			}
			return false
		}
	}
	noOpen, noTCP := target, target
	noOpen.OpenTCP = 0
	noTCP.OpenTCP, noTCP.ClosedTCP = 0, 0
	for _, c := range []struct {
		name  string
		t     Target
		host  func(*wire, Probe, int, *packet.Packet)
		tries int
		want  string
		took  time.Duration
	}{
		{"linux", target, linux, 0, wholeRound + ", T2 925, T3 950", 1000 * ms},
		{"one try", target, linux, 1, wholeRound, 800 * ms},
		{"answers to all", target, func(w *wire, which Probe, n int, q *packet.Packet) {
			if which == T2 || which == T3 {
				which = T4
			}
			linux(w, which, n, q)
		}, 0, wholeRound, 751 * ms},
		// S3 and IE2 are missing; their late answers prove loss, so T2 and T3 are given more
		// tries, and S3 another train.
		{"loss", target, dropping(first(S3, IE2)), 0,
			wholeRound + ", O3 775, IE2 850, T2 925, T3 950, T2 1225, T3 1250, T2 1525, T3 1550" +
				", S1 1650, S2 1750, S3 1850, S4 1950, S5 2050, S6 2150", 2200 * ms},
		// The error limit of Linux is waited for.
		{"U1 limited", target, dropping(first(U1)), 0,
			wholeRound + ", T2 925, T3 950, U1 1675, T2 1700, T3 1725, T2 2000, T3 2025", 2075 * ms},
		// An open port that answers SYNs answers that of ECN too: it is asked until it does.
		{"ECN lost three times", target, dropping(func(which Probe, n int) bool { return which == ECN && n < 4 }), 0,
			wholeRound + ", ECN 900, T2 925, T3 950, ECN 1200, ECN 1500, T2 1525, T3 1550, T2 1825, T3 1850", 1900 * ms},
		{"no open port", noOpen, linux, 0, "IE1 0, IE2 25, U1 50, T5 75, T6 100, T7 125", 126 * ms},
		{"no TCP port", noTCP, linux, 0, "IE1 0, IE2 25, U1 50", 51 * ms},
		{"nothing to ask", Target{Addr: them}, nil, 0, "IE1 0, IE2 25, IE1 1000, IE2 1025", 2025 * ms},
		{"dead", noOpen, nil, 0, "IE1 0, IE2 25, U1 50, T5 75, T6 100, T7 125, IE1 1000, IE2 1025, T5 1075, T6 1100, T7 1125, U1 1150", 2150 * ms},
	} {
		w := newWire(c.t, c.host, Options{Tries: c.tries})
		took := w.run(t)
		if d := cmp.Diff(strings.Split(c.want, ", "), strings.Split(plan(w.sent), ", ")); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
		if took != c.took {
			t.Errorf("%s: took %v, want %v", c.name, took, c.took)
		}
		if w.m.Packets != len(w.sent) {
			t.Errorf("%s: %d packets counted, %d sent", c.name, w.m.Packets, len(w.sent))
		}
	}
}

func TestLinux(t *testing.T) {
	e := linuxExchange(t)
	if d := cmp.Diff(linuxPrint, printOf(e)); d != "" {
		t.Error(d)
	}
	if e.Answered() != 14 || e.Asked() != 16 {
		t.Errorf("%d answers to %d probes", e.Answered(), e.Asked())
	}
	if hops, ok := e.Distance(); !ok || hops != 1 {
		t.Errorf("distance %d, %v", hops, ok)
	}
	if e.RTT.Smoothed != ms || !e.First.Equal(epoch) || !e.Last.Equal(epoch.Add(950*ms)) {
		t.Errorf("round trip %v, from %v to %v", e.RTT.Smoothed, e.First, e.Last)
	}
}

// Loss changes what is sent, not what is measured.
func TestLossIsRepaired(t *testing.T) {
	w := newWire(target, dropping(func(which Probe, n int) bool {
		return n == 1 && which != S1 && which != S2 && which != S4 && which != S6
	}), Options{})
	w.run(t)
	if d := cmp.Diff(linuxPrint, printOf(&w.m.Exchange)); d != "" {
		t.Error(d)
	}
}

// A repeated packet has the numbers of the first, but an IP ID and a TTL of its own.
func TestRepeats(t *testing.T) {
	w := newWire(target, linux, Options{Tries: 3})
	w.run(t)
	var twos []*packet.Packet
	for _, s := range w.sent {
		if ttl := s.q.TTL; s.which != U1 && (ttl < 37 || ttl > 59) {
			t.Errorf("%s leaves with TTL %d", Probes[s.which].Name, ttl)
		}
		if s.which == T2 {
			twos = append(twos, s.q)
		}
	}
	if len(twos) != 3 {
		t.Fatalf("T2 was sent %d times", len(twos))
	}
	for _, q := range twos[1:] {
		a, b := q.TCP, twos[0].TCP
		if d := cmp.Diff(a, b); d != "" || q.IPv4.ID == twos[0].IPv4.ID {
			t.Errorf("IP ID %x after %x, %s", q.IPv4.ID, twos[0].IPv4.ID, d)
		}
	}
}

// With two or three answers nothing can be computed, so the train is sent once more
// from fresh ports. Answers to the old one that come late do not count.
func TestTrainAgainForMissing(t *testing.T) {
	var old []*packet.Packet
	host := func(w *wire, which Probe, n int, q *packet.Packet) {
		train := q.TCP.SrcPort >= w.m.Numbers.PortBase+ports
		if which <= S6 && !train {
			r := linuxAnswer(w, which, q)
			r.Src, r.Dst, r.TCP.Seq = them, us, 77 // must not be seen in the end
			old = append(old, r)
			if which > S3 {
				return
			}
			w.reply(ms, q, r)
			w.reply(time.Second, q, r) // a stack sends its SYN-ACK again after a second
			return
		}
		linux(w, which, n, q)
	}
	w := newWire(target, host, Options{})
	w.run(t)
	if !strings.Contains(plan(w.sent), "S1 1") || w.sends[S6] != 2 {
		t.Fatalf("no second train: %s", plan(w.sent))
	}
	if d := cmp.Diff(linuxPrint, printOf(&w.m.Exchange)); d != "" {
		t.Errorf("%s: %s", plan(w.sent), d)
	}
	// The first train answered whole, long after its end.
	for _, r := range old {
		if w.m.Receive(read(frameOf(r)), w.now) {
			t.Errorf("an answer to port %d of the old train was taken", r.TCP.DstPort)
		}
	}
}

// Where every train loses something, the one that lost least is measured, and there are no
// more than three.
func TestBestTrain(t *testing.T) {
	w := newWire(target, dropping(func(which Probe, n int) bool {
		return n == 1 && which == S3 || n == 2 && which <= S3 || n == 3 && (which == S5 || which == S6)
	}), Options{})
	w.run(t)
	var got []Probe
	for p := S1; p <= S6; p++ {
		if w.m.Slots[p].Reply != nil {
			got = append(got, p)
		}
	}
	if d := cmp.Diff([]Probe{S1, S2, S4, S5, S6}, got); d != "" || w.sends[S1] != 3 {
		t.Errorf("%d trains: %s: %s", w.sends[S1], plan(w.sent), d)
	}
	if worst, ratio := w.m.Cadence(); worst > ms || ratio != 1 {
		t.Errorf("worst gap %v, ratio %v", worst, ratio)
	}
}

// A gap that errs by half makes rates that no stack has, though the train as a whole is in
// time.
func TestTrainAgainForGap(t *testing.T) {
	w := newWire(target, linux, Options{})
	w.busy = func(wake time.Time) time.Time {
		if at := wake.Sub(epoch); at > 250*ms && at < 360*ms {
			return epoch.Add(360 * ms)
		}
		return wake
	}
	w.run(t)
	if worst, _ := w.m.Cadence(); w.sends[S1] != 2 || worst > ms {
		t.Errorf("%d trains, worst gap %v: %s", w.sends[S1], worst, plan(w.sent))
	}
}

// A train that was held up has no rates; it is sent again, in good time.
func TestTrainAgainForCadence(t *testing.T) {
	w := newWire(target, linux, Options{})
	w.busy = func(wake time.Time) time.Time {
		if at := wake.Sub(epoch); at > 250*ms && at < 700*ms {
			return epoch.Add(700 * ms)
		}
		return wake
	}
	w.run(t)
	if got := plan(w.sent[:7]); got != "S1 0, S2 100, S3 200, S4 700, S5 800, S6 900, IE1 925" {
		t.Errorf("the train goes on as %s", got)
	}
	worst, ratio := w.m.Cadence()
	if w.sends[S1] != 2 || worst > ms || ratio != 1 {
		t.Errorf("%d trains, worst gap %v, ratio %v: %s", w.sends[S1], worst, ratio, plan(w.sent))
	}
	if d := cmp.Diff(linuxPrint, printOf(&w.m.Exchange)); d != "" {
		t.Error(d)
	}
}

// With only one train allowed, a bad one gives no rates and says so by leaving them out.
func TestBadCadence(t *testing.T) {
	w := newWire(target, linux, Options{Tries: 1})
	w.busy = func(wake time.Time) time.Time {
		if at := wake.Sub(epoch); at > 250*ms && at < 700*ms {
			return epoch.Add(700 * ms)
		}
		return wake
	}
	w.run(t)
	if _, ratio := w.m.Cadence(); ratio != 1.8 || w.m.CadenceGood() {
		t.Errorf("ratio %v, good %v", ratio, w.m.CadenceGood())
	}
	want := strings.Replace(linuxPrint, "SP=20%GCD=1%ISR=27%TI=Z%CI=Z%II=I%TS=A", "TI=Z%CI=Z%II=I", 1)
	if d := cmp.Diff(want, printOf(&w.m.Exchange)); d != "" {
		t.Error(d)
	}
}

// Rates are computed from when packets left, not from when they should have.
func TestSentTimes(t *testing.T) {
	w := newWire(target, linux, Options{})
	w.leave = func(which Probe) time.Duration { return time.Duration(which%3) * 4 * ms }
	w.run(t)
	c := w.m.Clock()
	if c.Hz != 1000 || !c.Steady {
		t.Errorf("%v Hz, steady %v", c.Hz, c.Steady)
	}
	if worst, ratio := w.m.Cadence(); worst != 8*ms || ratio != 1.016 {
		t.Errorf("worst gap %v, ratio %v", worst, ratio)
	}
	w.m.Sent(-1, w.now) // a tag that the machine never gave out
	w.m.Sent(method.Tag(NumProbes), w.now)
}

// The numbers of a probe prove who saw it. What does not carry them is not taken,
// and where a stack may use others it gives way to a proper answer.
func TestStrays(t *testing.T) {
	w := newWire(target, nil, Options{})
	var out method.Outbox
	for w.m.Slots[T7].Sends == 0 { // all probes once, without an answer
		out.Reset()
		w.now = later(w.m.Poll(w.now, &out), w.now)
		w.flush(t, &out)
	}
	sent := map[Probe]*packet.Packet{}
	for _, s := range w.sent {
		sent[s.which] = s.q
	}
	answer := func(which Probe, change func(*packet.Packet)) *packet.Packet {
		r := linuxAnswer(w, which, sent[which])
		r.Src, r.Dst = them, us
		change(r)
		return read(frameOf(r))
	}
	router := netip.MustParseAddr("192.0.2.254")
	for name, p := range map[string]*packet.Packet{
		"wrong address":       answer(S1, func(r *packet.Packet) { r.Src = router }),
		"wrong source port":   answer(S1, func(r *packet.Packet) { r.TCP.SrcPort = 81 }),
		"port of no probe":    answer(S1, func(r *packet.Packet) { r.TCP.DstPort = w.m.Numbers.PortBase + 13 }),
		"port below":          answer(S1, func(r *packet.Packet) { r.TCP.DstPort-- }),
		"port beyond":         answer(S1, func(r *packet.Packet) { r.TCP.DstPort = w.m.Numbers.PortBase + 60 }),
		"block not used":      answer(S1, func(r *packet.Packet) { r.TCP.DstPort += ports }),
		"probe not sent":      answer(S1, func(r *packet.Packet) { r.TCP.DstPort += uint16(O1) }),
		"test in block 1":     answer(T4, func(r *packet.Packet) { r.TCP.DstPort += ports }),
		"another echo":        answer(IE1, func(r *packet.Packet) { r.ICMP.Rest += 2 << 16 }),
		"echo request":        answer(IE1, func(r *packet.Packet) { r.ICMP.Type = packet.ICMPEchoRequest }),
		"host unreachable":    answer(U1, func(r *packet.Packet) { r.ICMP.Code = 1 }),
		"router unreachable":  answer(U1, func(r *packet.Packet) { r.Src = router }),
		"quote of 27 bytes":   answer(U1, func(r *packet.Packet) { r.Payload = r.Payload[:27] }),
		"quote of other port": answer(U1, func(r *packet.Packet) { r.Payload[23]++ }),
		"quote to other host": answer(U1, func(r *packet.Packet) { r.Payload[19]++ }),
		"ARP":                 {Network: packet.ARP},
	} {
		if w.m.Receive(p, w.now) {
			t.Errorf("%s was taken", name)
		}
	}
	if n := w.m.Answered(); n != 0 {
		t.Fatalf("%d answers", n)
	}

	// A SYN-ACK for another SYN, and an echo with another sequence number.
	doubtful := []*packet.Packet{
		answer(S1, func(r *packet.Packet) { r.TCP.Ack++; r.TCP.Window = 1 }),
		answer(IE1, func(r *packet.Packet) { r.ICMP.Rest++; r.TTL = 1 }),
	}
	proper := []*packet.Packet{answer(S1, func(*packet.Packet) {}), answer(IE1, func(*packet.Packet) {})}
	for i, which := range []Probe{S1, IE1} {
		for _, step := range []struct {
			p      *packet.Packet
			doubt  bool
			copies uint8
		}{{doubtful[i], true, 0}, {doubtful[i], true, 1}, {proper[i], false, 0}, {proper[i], false, 1}, {doubtful[i], false, 2}} {
			if !w.m.Receive(step.p, w.now) {
				t.Errorf("%s: not taken", Probes[which].Name)
			}
			if r := w.m.Slots[which].Reply; r.Doubtful != step.doubt || r.Copies != step.copies {
				t.Errorf("%s: doubtful %v with %d copies, want %v with %d", Probes[which].Name, r.Doubtful, r.Copies, step.doubt, step.copies)
			}
		}
	}
	if w.m.Slots[S1].Reply.Window != 0xfe88 || w.m.Slots[IE1].Reply.TTL != 64 {
		t.Error("the doubtful answers stayed")
	}
}

// A machine keeps to the bounds of its numbers, whatever stream it draws from.
func TestNumbers(t *testing.T) {
	for i := range 10_000 {
		s := method.Key{byte(i), byte(i >> 8)}.Stream(them, "gen2")
		n := NewNumbers(&s)
		if n.PortBase < 33000 || int(n.PortBase)+ports*basePorts > 65535 || n.UDPPort < 33000 ||
			n.Seq == 0 || n.Ack == 0 || n.EchoID == 0 || n.EchoID == 65535 || n.UDPTTL < 51 || n.UDPTTL > 64 {
			t.Fatalf("%+v", n)
		}
	}
}

func ExampleMachine() {
	m := NewMachine(Target{Addr: them, OpenTCP: 80}, method.Key{}.Stream(them, "gen2"), Options{})
	var out method.Outbox
	wake := m.Poll(epoch, &out)
	p, tag := out.At(0)
	fmt.Println(Probes[tag].Name, p.TCP.Flags, "window", p.TCP.Window, "again in", wake.Sub(epoch))
	// Output: S1 S window 1 again in 100ms
}
