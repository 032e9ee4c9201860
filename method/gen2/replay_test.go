package gen2

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl/method"
	"whorl/packet"
)

// replayed gives what a capture of those packets holds.
func replayed(packets []arrival) []*Exchange {
	var r Replay
	for _, a := range packets {
		r.Add(read(a.frame), a.at)
	}
	return r.Exchanges()
}

// The packets of a run give the same exchange again, whatever was lost, repeated or
// forged on the way.
func TestReplay(t *testing.T) {
	once := func(probes ...Probe) func(Probe, int) bool {
		return func(which Probe, n int) bool { return n == 1 && slices.Contains(probes, which) }
	}
	guessed, noOpen := target, target
	guessed.ClosedKnown = false
	noOpen.OpenTCP = 0
	for _, c := range []struct {
		name string
		t    Target
		host func(*wire, Probe, int, *packet.Packet)
		busy func(time.Time) time.Time
	}{
		{name: "linux", t: target, host: linux},
		{name: "guessed port", t: guessed, host: linux},
		{name: "no open port", t: noOpen, host: linux},
		{name: "repeats", t: target, host: dropping(once(S2, S5, U1, IE1, ECN))},
		{name: "a second train", t: target, host: dropping(once(S1, S2, S3, S4))},
		{name: "a train held up", t: target, host: linux, busy: func(wake time.Time) time.Time {
			if at := wake.Sub(epoch); at > 250*ms && at < 700*ms {
				return epoch.Add(700 * ms)
			}
			return wake
		}},
		{name: "doubles and forgeries", t: target, host: func(w *wire, which Probe, n int, q *packet.Packet) {
			if q.Transport == packet.TCP && q.TCP.Flags.Has(packet.SYN) {
				r := linuxAnswer(w, S1, q)
				if r != nil {
					r.TCP.Ack += 9
					w.reply(ms/2, q, r)
				}
			}
			linux(w, which, n, q)
			linux(w, which, n, q)
		}},
	} {
		w := newWire(c.t, c.host, Options{})
		w.busy = c.busy
		w.run(t)
		found := replayed(w.trace)
		if len(found) != 1 {
			t.Errorf("%s: %d exchanges", c.name, len(found))
			continue
		}
		e, was := found[0], &w.m.Exchange
		if d := cmp.Diff(printOf(was), printOf(e)); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
		if d := cmp.Diff(was.Slots, e.Slots, cmp.AllowUnexported(RawOptions{})); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
		want := was.Target
		want.ClosedKnown = true // by its resets
		opts := cmp.Comparer(func(a, b netip.Addr) bool { return a == b })
		if d := cmp.Diff(want, e.Target, opts); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
		if d := cmp.Diff(was.Numbers, e.Numbers); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
		if e.Packets != was.Packets || !e.First.Equal(was.First) {
			t.Errorf("%s: %d packets from %v, want %d from %v", c.name, e.Packets, e.First, was.Packets, was.First)
		}
	}
}

// rounds are two exchanges with one host, the second with new numbers, and as
// changed.
func rounds(t *testing.T, second func(*Machine)) []arrival {
	var trace []arrival
	for i := range 2 {
		w := newWire(target, func(w *wire, which Probe, n int, q *packet.Packet) {
			r := linuxAnswer(w, which, q)
			if r != nil && i == 1 && q.Transport == packet.TCP {
				r.TCP.Window = 1
			}
			if r != nil {
				w.reply(ms, q, r)
			}
		}, Options{})
		if i == 1 {
			w.m = NewMachine(target, method.Key{2}.Stream(them, "gen2"), Options{})
			second(w.m)
		}
		w.run(t)
		for _, a := range w.trace {
			trace = append(trace, arrival{a.frame, a.at.Add(time.Duration(i) * 3 * time.Second)})
		}
	}
	return trace
}

// Nmap asks in several rounds with new numbers, in version 7.93 from the same source
// ports. The packets of one are not mixed with those of another.
func TestReplayRounds(t *testing.T) {
	for name, second := range map[string]func(*Machine){
		"new ports":  func(*Machine) {},
		"same ports": func(m *Machine) { m.Numbers.PortBase = newWire(target, nil, Options{}).m.Numbers.PortBase },
	} {
		trace := rounds(t, second)
		if found := replayed(trace); len(found) != 1 || printOf(found[0]) != linuxPrint {
			t.Errorf("%s: %d found, the first is\n%s", name, len(found), printOf(found[0]))
		}
		// A capture that begins late has more of the second round.
		found := replayed(trace[len(trace)/3:])
		if len(found) != 1 || !strings.Contains(printOf(found[0]), "W1=1%W2=1") {
			t.Errorf("%s: %d found, the first is\n%s", name, len(found), printOf(found[0]))
		}
	}
}

// Six SYNs alone are S1-S6, although O1-O6 look the same.
func TestReplayOfTrainAlone(t *testing.T) {
	w := newWire(target, linux, Options{})
	w.run(t)
	end := slices.IndexFunc(w.trace, func(a arrival) bool { return read(a.frame).Transport == packet.ICMP })
	found := replayed(w.trace[:end])
	if len(found) != 1 {
		t.Fatalf("%d exchanges", len(found))
	}
	if d := cmp.Diff(w.m.Numbers.PortBase, found[0].Numbers.PortBase); d != "" {
		t.Error(d)
	}
	if n := len(found[0].Series().ISN); n != 6 {
		t.Errorf("%d answers of six", n)
	}
}

// Several hosts come in the order of their first probe, with what ARP told of them;
// other traffic is passed over.
func TestReplayOfMany(t *testing.T) {
	var trace []arrival
	want := []string{"192.0.2.9", "192.0.2.3", "192.0.2.127"}
	for i, a := range want {
		host := target
		host.Addr = netip.MustParseAddr(a)
		w := newWire(host, linux, Options{})
		w.run(t)
		for _, a := range w.trace {
			trace = append(trace, arrival{a.frame, a.at.Add(time.Duration(i) * ms)})
		}
	}
	slices.SortStableFunc(trace, func(a, b arrival) int { return a.at.Compare(b.at) })
	var r Replay
	r.Add(&packet.Packet{Network: packet.ARP, ARP: packet.ARPHeader{Op: packet.ARPReply,
		SenderIP: netip.MustParseAddr("192.0.2.3"), SenderMAC: packet.MAC{2, 0, 0, 0, 0, 3}}}, epoch)
	noise := &packet.Packet{Transport: packet.TCP, Src: us, Dst: netip.MustParseAddr("192.0.2.50"),
		TCP: packet.TCPHeader{Flags: packet.SYN, Window: 64240, DstPort: 443}}
	for _, a := range trace {
		r.Add(read(frameOf(noise)), a.at)
		r.Add(read(a.frame), a.at)
	}
	var got []string
	for _, e := range r.Exchanges() {
		got = append(got, e.Target.Addr.String())
		if d := cmp.Diff(linuxPrint, printOf(e)); d != "" {
			t.Errorf("%v: %s", e.Target.Addr, d)
		}
		if direct := e.Target.Addr.String() == "192.0.2.3"; e.Target.Direct != direct || e.Target.MAC.IsZero() == direct {
			t.Errorf("%v: direct %v, %v", e.Target.Addr, e.Target.Direct, e.Target.MAC)
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// A talk keeps no more than its bound, and a few probes are no exchange.
func TestReplayBounds(t *testing.T) {
	w := newWire(target, linux, Options{})
	w.run(t)
	if found := replayed(w.trace[:4]); len(found) != 0 { // S1 and S2 with their answers
		t.Errorf("%d exchanges of two probes", len(found))
	}
	var r Replay
	for range 2 * maxPerTalk {
		r.Add(read(w.trace[0].frame), epoch)
	}
	for _, talk := range r.talks.All() {
		if len(talk.packets) != maxPerTalk {
			t.Errorf("%d packets are kept", len(talk.packets))
		}
	}
	r.Exchanges()
}

// FuzzReplay: whatever a capture holds, what is found measures and reads again. The
// packets are those of a run, overwritten with the bytes in data: a packet, an
// offset and a value each.
func FuzzReplay(f *testing.F) {
	w := newWire(target, dropping(func(which Probe, n int) bool { return n == 1 && which < S4 }), Options{})
	w.run(f)
	f.Add([]byte{0, 22, 0, 1, 33, 18, 7, 9, 1})
	f.Add([]byte{3, 9, 17})
	f.Fuzz(func(t *testing.T, data []byte) {
		trace := make([]arrival, len(w.trace))
		for i, a := range w.trace {
			trace[i] = arrival{slices.Clone(a.frame), a.at}
		}
		for ; len(data) >= 3; data = data[3:] {
			frame := trace[int(data[0])%len(trace)].frame
			frame[int(data[1])%len(frame)] = data[2]
		}
		for _, e := range replayed(trace) {
			mustReadAgain(t, e)
		}
	})
}

// mustReadAgain checks that an exchange measures as text that reads the same.
func mustReadAgain(t *testing.T, e *Exchange) {
	t.Helper()
	f := Fingerprint{Tests: e.Measure()}
	again, err := Parse(f.String())
	if err != nil {
		t.Fatalf("%v in %s", err, f)
	}
	if d := cmp.Diff(f, again); d != "" {
		t.Error(d)
	}
	e.Clock()
	e.Series()
}

// FuzzReceive: arbitrary frames into a machine in the middle of an exchange. It ends
// in bounded time and what it has measured reads again. Data is a list of frames,
// each behind its length; frames may be empty or refer to an answer to be bent.
func FuzzReceive(f *testing.F) {
	whole := newWire(target, linux, Options{})
	whole.run(f)
	for _, a := range whole.trace {
		if p := read(a.frame); p.Src == them {
			f.Add(append([]byte{byte(min(len(a.frame), 255))}, a.frame[:min(len(a.frame), 255)]...), uint16(7))
		}
	}
	f.Add([]byte{20}, uint16(0x4a))
	f.Fuzz(func(t *testing.T, data []byte, bend uint16) {
		w := newWire(target, func(w *wire, which Probe, n int, q *packet.Packet) {
			for range 3 {
				if len(data) == 0 {
					break
				}
				size := min(int(data[0]), len(data)-1)
				w.arrive(ms, data[1:1+size])
				data = data[1+size:]
			}
			if r := linuxAnswer(w, which, q); r != nil {
				r.Src, r.Dst = them, us
				frame := frameOf(r)
				frame[20+int(bend>>8)%(len(frame)-20)] ^= byte(bend)
				w.arrive(2*ms, frame)
			}
		}, Options{})
		if took := w.run(t); took > 10*time.Second || len(w.sent) > 100 {
			t.Errorf("%d packets in %v", len(w.sent), took)
		}
		mustReadAgain(t, &w.m.Exchange)
	})
}
