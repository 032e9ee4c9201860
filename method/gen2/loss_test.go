package gen2

import (
	"slices"
	"testing"

	"whorl/packet"
)

// A machine that is told of loss asks more often for what is missing, and shows loss itself
// if a probe over TCP is answered only when it is repeated.
func TestLoss(t *testing.T) {
	losing := func(probes ...Probe) func(*wire, Probe, int, *packet.Packet) {
		return dropping(func(which Probe, n int) bool { return n == 1 && slices.Contains(probes, which) })
	}
	for _, c := range []struct {
		name   string
		host   func(*wire, Probe, int, *packet.Packet)
		expect bool
		tries  int
		sends  int // of T2, which no Linux answers
		shows  bool
	}{
		{"no loss", linux, false, 2, 2, false},
		{"others show loss", linux, true, 2, 4, false},
		{"others do, but one try is asked for", linux, true, 1, 1, false},
		{"T5 lost", losing(T5), false, 2, 4, true},
		{"U1 limited, as it may be", losing(U1), false, 2, 4, false},
		{"all of it", losing(T5, IE1), true, 2, 4, true},
	} {
		w := newWire(target, c.host, Options{Tries: c.tries})
		if c.expect {
			w.m.ExpectLoss()
		}
		w.run(t)
		if got := w.m.Slots[T2].Sends; got != c.sends || w.m.ShowsLoss() != c.shows {
			t.Errorf("%s: T2 sent %d times, shows loss %v, want %d, %v", c.name, got, w.m.ShowsLoss(), c.sends, c.shows)
		}
	}
}
