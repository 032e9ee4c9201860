package backoff

import (
	"slices"
	"strings"
	"testing"
	"time"

	"whorl/method"
	"whorl/packet"
)

func linux() *host {
	return &host{syn: gaps("1.04,2.01,4.26,8.19,16.13"), fin: gaps("0.21,0.21,0.43,0.82,1.67,3.45,6.65,13.3"), answer: "HTTP/1.0 404\r\n"}
}

// All states at once, and each as it should be.
func TestStates(t *testing.T) {
	w := newWire(t, linux(), Options{Timeout: 40 * time.Second})
	if took := w.run(); took != 40*time.Second {
		t.Errorf("took %v", took)
	}
	for state, want := range map[State]string{
		SynRcvd:  "SynRcvd(G=1.04,2.01,4.26,8.19,16.13%E=none%T=39.999%B=0.0001%W=FE88%TTL=40%O=MSTNW)",
		LastAck:  "LastAck(G=0.21,0.21,0.43,0.82,1.67,3.45,6.65,13.3%E=none%T=39.998%R=0.001%B=0.0001%W=1F6%TTL=40%O=%D=S)",
		FinWait1: "FinWait1(G=0.21,0.21,0.43,0.82,1.67,3.45,6.65,13.3%E=none%T=39.998%R=0.001%B=0.0001%W=1F6%TTL=40%O=%D=S)",
	} {
		if got := w.line(state); got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
	if w.m.Packets > 12 {
		t.Errorf("%d packets", w.m.Packets)
	}
}

// What must stay unanswered is: of SYN_RCVD nothing leaves but SYN and RST, of the
// others no acknowledgement covers the host's FIN.
func TestSilence(t *testing.T) {
	h := linux()
	h.banner = "220 ready\r\n"
	w := newWire(t, h, Options{Timeout: 20 * time.Second})
	w.run()
	var kinds []Probe
	for _, s := range w.of(SynRcvd) {
		kinds = append(kinds, s.which)
	}
	if !slices.Equal(kinds, []Probe{SYN, RST}) {
		t.Errorf("SYN_RCVD: %v", kinds)
	}
	for _, state := range []State{LastAck, FinWait1} {
		sent := w.of(state)
		if last := sent[len(sent)-1]; last.which != RST {
			t.Errorf("%v ends with %v", state, last.which)
		}
		for _, s := range sent {
			c := h.conns[s.q.TCP.SrcPort]
			if s.q.TCP.Flags.Has(packet.ACK) && int32(s.q.TCP.Ack-c.sndNxt) > 0 {
				t.Errorf("%v: %v acknowledges the FIN", state, s.which)
			}
		}
		if acked := sent[len(sent)-2].q.TCP.Ack; acked != h.conns[sent[0].q.TCP.SrcPort].sndNxt {
			t.Errorf("%v: data is not acknowledged", state)
		}
	}
}

// The RST that ends a flow has the number that the host waits for.
func TestResetNumbers(t *testing.T) {
	w := newWire(t, linux(), Options{Timeout: 5 * time.Second})
	w.run()
	for _, state := range []State{SynRcvd, LastAck, FinWait1} {
		sent := w.of(state)
		last := sent[len(sent)-1]
		if c := w.host.conns[last.q.TCP.SrcPort]; !c.closed || last.q.TCP.Seq != c.rcvNxt {
			t.Errorf("%v: RST of %d, want %d", state, last.q.TCP.Seq, c.rcvNxt)
		}
	}
}

func TestLostSYN(t *testing.T) {
	h := linux()
	h.lose = 4 // one of each flow, and a second of SynRcvd
	w := newWire(t, h, Options{Timeout: 20 * time.Second})
	w.run()
	ports, numbers := map[uint16]bool{}, map[uint32]bool{}
	var at []time.Duration
	for _, s := range w.of(SynRcvd) {
		if s.which == SYN {
			ports[s.q.TCP.SrcPort], numbers[s.q.TCP.Seq] = true, true
			at = append(at, s.at)
		}
	}
	if !slices.Equal(at, []time.Duration{0, 1500 * ms, 3000 * ms}) || len(ports) != 3 || len(numbers) != 3 {
		t.Errorf("SYNs at %v, %d ports, %d numbers", at, len(ports), len(numbers))
	}
	if got := w.line(SynRcvd); !strings.HasPrefix(got, "SynRcvd(G=1.04,2.01,4.26,8.19%") {
		t.Error(got)
	}
}

// A port that never answers costs four SYNs.
func TestNoAnswer(t *testing.T) {
	h := linux()
	h.lose = 100
	w := newWire(t, h, Options{States: 1 << SynRcvd})
	if took := w.run(); took != 6*time.Second || w.m.Packets != 4 || len(w.m.Measure()) != 0 {
		t.Errorf("%v, %d packets, %v", took, w.m.Packets, w.m.Measure())
	}
	if f := &w.m.Flows[0]; f.Problem != "the port does not answer; try another" {
		t.Error(f.Problem)
	}
}

// An answer that comes after its SYN was given up counts, and the one to the next SYN
// is reset.
func TestLateAnswer(t *testing.T) {
	w := newWire(t, linux(), Options{States: 1 << SynRcvd, Timeout: 10 * time.Second})
	w.trip = 1600 * ms
	w.run()
	open := 0
	for _, c := range w.host.conns {
		if !c.closed {
			open++
		}
	}
	if len(w.host.conns) != 2 || open > 0 {
		t.Errorf("%d connections, %d left open", len(w.host.conns), open)
	}
	if f := &w.m.Flows[0]; f.RTT != 1600*ms {
		t.Errorf("round trip of %v", f.RTT)
	}
	if !strings.HasPrefix(w.line(SynRcvd), "SynRcvd(G=1.04,2.01,4.26%") {
		t.Error(w.line(SynRcvd))
	}
}

func TestEndings(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*host)
		state  State
		want   string
	}{
		"RST": {func(h *host) { h.reset = 6 * time.Second }, SynRcvd,
			"SynRcvd(G=1.04,2.01,4.26,8.19,16.13,6%E=rst%T=37.63%B=0.0001%W=FE88%TTL=40%O=MSTNW%RF=R%RW=0%RN=)"},
		"one SYN-ACK": {func(h *host) { h.syn = nil }, SynRcvd, "SynRcvd(G=%E=none%T=39.999%B=0.0001%W=FE88%TTL=40%O=MSTNW)"},
		"doubled": {func(h *host) { h.double = true }, SynRcvd,
			"SynRcvd(G=1.04,2.01,4.26,8.19,16.13%E=none%T=39.999%B=0.0001%W=FE88%TTL=40%O=MSTNW%X=6)"},
		"two devices": {func(h *host) { h.ttl = func(n int) uint8 { return 64 - uint8(n/2) } }, SynRcvd,
			"SynRcvd(G=1.04,2.01,4.26,8.19,16.13%E=none%T=39.999%B=0.0001%W=FE88%TTL=40%O=MSTNW%C=T)"},
		"without options":            {func(h *host) { h.bare = true }, SynRcvd, "SynRcvd(G=1.04,2.01,4.26,8.19,16.13%E=none%T=39.999%B=0.0001%W=FE88%TTL=40%O=M)"},
		"the application stays":      {func(h *host) { h.keeps = true }, LastAck, "LastAck(E=none%T=5.001%R=0.001%B=0.0001)"},
		"the FIN was lost":           {func(h *host) { h.finUnheard = 2 }, LastAck, "LastAck(G=0.21,0.21,0.43,0.82,1.67,3.45,6.65,13.3%E=none%T=38.998%R=0.001%B=0.0001%W=1F6%TTL=40%O=%D=S)"},
		"refused":                    {func(h *host) { h.refuse = true }, SynRcvd, ""},
		"unreachable":                {func(h *host) { h.unreachable = true }, SynRcvd, ""},
		"deferred until data":        {func(h *host) { h.defers = true }, FinWait1, "FinWait1(G=0.21,0.21,0.43,0.82,1.67,3.45,6.65,13.3%E=none%T=39.998%R=0.001%B=0.0001%W=1F6%TTL=40%O=%D=S)"},
		"a SYN proxy opens in 0.3 s": {func(h *host) { h.syn, h.window, h.opens = nil, 0, 300*ms }, LastAck, "LastAck(G=0.21,0.21,0.43,0.82,1.67,3.45,6.65,13.3%E=none%T=39.697%R=0.001%B=0.0001%W=1F6%TTL=40%O=%D=ZS)"},
		"a SYN proxy opens in 2.5 s": {func(h *host) { h.syn, h.window, h.opens = nil, 0, 2500*ms }, LastAck, "LastAck(G=0.21,0.21,0.43,0.82,1.67,3.45,6.65,13.3%E=none%T=35.998%R=0.001%B=0.0001%W=1F6%TTL=40%O=%D=ZS)"},
	} {
		h := linux()
		c.change(h)
		w := newWire(t, h, Options{Timeout: 40 * time.Second})
		w.run()
		if got := w.line(c.state); got != c.want {
			t.Errorf("%s: %s\nwant %s", name, got, c.want)
		}
		for i := range w.m.Flows {
			if n := len(w.of(w.m.Flows[i].State)); n > maxSends {
				t.Errorf("%s: %v sends %d packets", name, w.m.Flows[i].State, n)
			}
		}
	}
}

// The held flow shows the host a round trip of our choice.
func TestHold(t *testing.T) {
	w := newWire(t, linux(), Options{Timeout: 10 * time.Second, Hold: 800 * ms})
	w.run()
	if got := w.line(Held); !strings.HasPrefix(got, "Held(") || !strings.Contains(got, "%R=0.801%") {
		t.Error(got)
	}
	sent := w.of(Held)
	if sent[1].which != ACK || sent[1].at != 801*ms || sent[2].which != FIN {
		t.Errorf("%v", sent[1:3])
	}
	if len(w.m.Flows) != 4 {
		t.Errorf("%d flows", len(w.m.Flows))
	}
}

// A RST of our own address makes the flow invalid, and only that.
func TestOwnReset(t *testing.T) {
	w := newWire(t, linux(), Options{Timeout: 5 * time.Second})
	w.extra = func(w *wire) {
		if f := &w.m.Flows[0]; f.Opened != nil && !f.over() {
			p := &packet.Packet{Src: us, Dst: them, TTL: 64, Transport: packet.TCP}
			p.TCP = packet.TCPHeader{SrcPort: f.Port, DstPort: 80, Seq: f.ISN + 1, Flags: packet.RST}
			if !w.m.Receive(read(frameOf(p)), w.now) {
				t.Error("not taken as ours")
			}
		}
	}
	w.run()
	if f := &w.m.Flows[0]; !f.Invalid || !strings.Contains(f.Problem, "our own kernel") {
		t.Errorf("%v %q", f.Invalid, f.Problem)
	}
	if w.line(SynRcvd) != "" || w.line(LastAck) == "" {
		t.Errorf("%v", w.m.Measure())
	}
}

// A cancelled machine resets what it opened.
func TestCancel(t *testing.T) {
	w := newWire(t, linux(), Options{})
	w.extra = func(w *wire) {
		if w.now.Sub(epoch) > 2*time.Second {
			w.m.Cancel(w.now)
		}
	}
	if took := w.run(); took > 4*time.Second {
		t.Errorf("took %v", took)
	}
	for port, c := range w.host.conns {
		if !c.closed {
			t.Errorf("port %d is left open", port)
		}
	}
	fresh := newWire(t, linux(), Options{})
	fresh.m.Cancel(epoch)
	if fresh.run() != 0 || len(fresh.sent) != 0 {
		t.Errorf("%v", fresh.sent)
	}
}

// A host that goes on after the end of its flow is reset again.
func TestLostReset(t *testing.T) {
	h := linux()
	h.keeps, h.deaf = true, 1 // LastAck is over after five seconds
	w := newWire(t, h, Options{Timeout: 30 * time.Second})
	resets := 0
	w.extra = func(w *wire) {
		if f := &w.m.Flows[1]; f.over() && resets == 0 && w.now.Sub(f.Closed) > 3*time.Second {
			resets++
			c := h.conns[f.Port]
			p := &packet.Packet{Src: us, Transport: packet.TCP}
			p.TCP.SrcPort, p.TCP.DstPort = f.Port, 80
			w.reply(p, c, packet.ACK, c.sndNxt, "", 1)
		}
	}
	w.run()
	n := 0
	for _, s := range w.of(LastAck) {
		if s.which == RST {
			n++
		}
	}
	if n != 2 || !h.conns[w.m.Flows[1].Port].closed {
		t.Errorf("%d RSTs, want 2", n)
	}
}

// The decision is asked for at its times and when something came, and obeyed.
func TestDecide(t *testing.T) {
	var asked []time.Duration
	w := newWire(t, linux(), Options{States: 1 << SynRcvd, Decide: func(e *Exchange, now time.Time) bool {
		asked = append(asked, now.Sub(epoch).Truncate(100*ms))
		return now.Sub(epoch) >= 16*time.Second
	}})
	if took := w.run(); took.Truncate(time.Second) != 16*time.Second {
		t.Errorf("took %v", took)
	}
	want := []time.Duration{0, 1000 * ms, 1500 * ms, 3000 * ms, 3500 * ms, 7300 * ms, 8000 * ms, 15500 * ms, 16000 * ms}
	if !slices.Equal(asked, want) {
		t.Errorf("asked at %v, want %v", asked, want)
	}
}

// FuzzReceive: no packet from the host crashes the machine, makes it endless or makes
// it send more than it may.
func FuzzReceive(f *testing.F) {
	f.Add([]byte{0x12, 0, 0, 0, 0x11, 1, 0, 0})
	f.Fuzz(func(t *testing.T, script []byte) {
		m := NewMachine(Target{them, 80}, method.Key{1}.Stream(them, "backoff"), Options{Timeout: 5 * time.Second, Hold: 800 * ms})
		now := epoch
		var out method.Outbox
		for range 20_000 {
			out.Reset()
			wake := m.Poll(now, &out)
			if wake.IsZero() {
				break
			}
			if len(script) >= 4 {
				b := script[:4]
				script = script[4:]
				fl := &m.Flows[int(b[1])%len(m.Flows)]
				p := &packet.Packet{Src: them, Dst: us, TTL: b[2], Transport: packet.TCP, Payload: make([]byte, b[3]%16)}
				p.TCP = packet.TCPHeader{SrcPort: 80, DstPort: fl.Port, Seq: fl.rcvNxt + uint32(b[3]>>6), Ack: fl.sndNxt - uint32(b[2]&1), Flags: packet.Flags(b[0]), Window: uint16(b[2])}
				m.Receive(p, now)
				now = now.Add(time.Duration(b[3]) * ms)
			} else {
				now = later(now, wake)
			}
		}
		if len(m.Flows) > 4 || m.Packets > 4*maxSends {
			t.Errorf("%d flows, %d packets", len(m.Flows), m.Packets)
		}
		if _, err := Parse(m.Measure().String()); err != nil {
			t.Error(err)
		}
	})
}
