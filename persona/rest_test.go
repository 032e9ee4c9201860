package persona_test

import (
	"testing"
	"time"

	"whorl/packet"
	"whorl/persona"
)

// A persona that rests keeps peers for a scan's time, connections as long as they last, and
// then nothing.
func TestRest(t *testing.T) {
	w := newWire(t, mustNew(t, persona.Options{Resend: []time.Duration{}}))
	w.give(tcp(packet.SYN, 80, linux))
	w.run(time.Second)
	for _, c := range []struct {
		after       time.Duration
		peers, half int
	}{{time.Second, 1, 1}, {5 * time.Minute, 1, 0}, {20 * time.Minute, 0, 0}} {
		w.run(c.after)
		w.p.Rest(w.now)
		if peers, half, open := w.p.Remembered(); peers != c.peers || half != c.half || open != 0 {
			t.Errorf("after %v: %d peers, %d half-open and %d open connections", c.after, peers, half, open)
		}
	}
}

// A call that the link has lost is ordered anew.
func TestLostCall(t *testing.T) {
	p := mustNew(t, persona.Options{Resend: []time.Duration{time.Second}})
	var r recorder
	p.Receive(start, received(tcp(packet.SYN, 80, "")), &r)
	if p.Rest(start.Add(time.Second / 2)); len(r.later) != 1 {
		t.Fatalf("%d calls were ordered, and none is due", len(r.later))
	}
	if p.Rest(start.Add(time.Minute)); len(r.later) != 2 {
		t.Fatalf("%d calls were ordered, and one is lost", len(r.later))
	}
	if r.later[1](start.Add(time.Minute)); len(r.sent) != 2 {
		t.Errorf("%d SYN-ACKs", len(r.sent))
	}
}

// A call is needed as long as something is waited for. One that was called off is ordered anew.
func TestCallOff(t *testing.T) {
	p := mustNew(t, persona.Options{Resend: []time.Duration{time.Second}})
	var r recorder
	in := tcp(packet.SYN, 80, "")
	p.Receive(start, received(in), &r)
	if len(r.later) != 1 || p.CallOff() {
		t.Fatalf("%d calls were ordered", len(r.later))
	}
	reset := in
	reset.TCP.Flags, reset.TCP.Seq = packet.RST, in.TCP.Seq+1
	p.Receive(start, received(reset), &r)
	if !p.CallOff() {
		t.Fatal("a call is wanted for nothing")
	}
	in.TCP.SrcPort++
	p.Receive(start.Add(time.Second/2), received(in), &r)
	if len(r.later) != 2 || r.gaps[1] != time.Second || p.CallOff() {
		t.Fatalf("calls were ordered after %v", r.gaps)
	}
	r.later[1](start.Add(3 * time.Second / 2))
	if len(r.sent) != 3 {
		t.Errorf("%d SYN-ACKs, want one of the first and two of the second connection", len(r.sent))
	}
}
