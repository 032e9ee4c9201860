package backoff

import (
	"testing"
	"time"
)

// An ACK is held back as long as asked for, but never until the SYN-ACK is repeated.
func TestHoldEnds(t *testing.T) {
	for trip, want := range map[time.Duration]time.Duration{ms: 801 * ms, 400 * ms: 850 * ms, 800 * ms: 800 * ms} {
		w := newWire(t, linux(), Options{States: 1 << LastAck, Hold: 800 * ms, Timeout: 5 * time.Second})
		w.trip = trip
		w.run()
		for _, r := range w.m.Runs(w.m.Last) {
			if r.State == Held && (r.RTT-want).Abs() > ms {
				t.Errorf("of %v the host measures %v, want %v", trip, r.RTT, want)
			}
		}
	}
}

// Where the first SYN-ACK was lost, the round trip and the delay are those of the flows
// in which it was not.
func TestLostSYNACK(t *testing.T) {
	x := Exchange{}
	for _, trip := range []time.Duration{100 * ms, 110 * ms, 1105 * ms, 120 * ms} {
		x.Flows = append(x.Flows, Flow{Opened: &Segment{At: epoch}, RTT: trip, Acked: epoch})
	}
	for i, want := range []time.Duration{100 * ms, 110 * ms, 100 * ms, 120 * ms} {
		f := &x.Flows[i]
		if got := f.sample(x.trip(f)); got != want {
			t.Errorf("flow %d: %v, want %v", i, got, want)
		}
	}
	if got := x.delay(); got != 15*ms {
		t.Errorf("a delay of %v", got)
	}
}
