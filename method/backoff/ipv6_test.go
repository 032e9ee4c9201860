package backoff

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl/packet"
)

// Over IPv6 the same packets leave at the same times and tell the same, but for the MSS. All
// have one flow label.
func TestIPv6(t *testing.T) {
	o := Options{Timeout: 40 * time.Second, Hold: 800 * ms}
	four, six := newWire(t, linux(), o), newWire6(t, linux(), o)
	if a, b := four.run(), six.run(); a != b {
		t.Errorf("took %v over IPv4 and %v over IPv6", a, b)
	}
	if d := cmp.Diff(four.m.Measure().String(), six.m.Measure().String()); d != "" {
		t.Errorf("(-IPv4 +IPv6): %s", d)
	}
	if len(four.sent) != len(six.sent) {
		t.Fatalf("%d packets over IPv4, %d over IPv6", len(four.sent), len(six.sent))
	}
	label := six.sent[0].q.IPv6.FlowLabel
	for i := range six.sent {
		a, b := &four.sent[i], &six.sent[i]
		if a.which != b.which || a.state != b.state || a.at != b.at || a.q.TCP.Window != b.q.TCP.Window {
			t.Errorf("packet %d: %v of %v at %v, over IPv6 %v of %v at %v", i, a.which, a.state, a.at, b.which, b.state, b.at)
		}
		if b.q.Network != packet.IPv6 || b.q.Dst != them6 || b.q.TTL != 64 || b.q.IPv6.FlowLabel != label || label == 0 {
			t.Errorf("packet %d: %v to %v, hop limit %d, label %x", i, b.q.Network, b.q.Dst, b.q.TTL, b.q.IPv6.FlowLabel)
		}
		if b.which == SYN {
			mss, _ := b.q.TCP.MSS()
			old, _ := a.q.TCP.MSS()
			if mss != old-20 || len(a.q.TCP.Options) != len(b.q.TCP.Options) {
				t.Errorf("MSS %d, over IPv4 %d", mss, old)
			}
		}
	}
}

// An address of the link is told with its zone, and packets have none.
func TestZone(t *testing.T) {
	w := newWireTo(t, us6, them6.WithZone("eth0"), linux(), Options{States: 1 << SynRcvd, Timeout: 5 * time.Second})
	w.run()
	if got := w.line(SynRcvd); !strings.HasPrefix(got, "SynRcvd(G=1.04,2.01%") {
		t.Error(got)
	}
}

// The packets of an exchange over IPv6 give the same lines again, errors of routers and
// resets of our own kernel included.
func TestReplayIPv6(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*host)
		spoil  bool
	}{
		"all":         {func(*host) {}, false},
		"SYNs lost":   {func(h *host) { h.lose = 4 }, false},
		"unreachable": {func(h *host) { h.unreachable = true }, false},
		"our kernel":  {func(*host) {}, true},
	} {
		h := linux()
		c.change(h)
		w := newWire6(t, h, Options{Timeout: 40 * time.Second, Hold: 800 * ms})
		w.extra = func(w *wire) {
			if f := &w.m.Flows[0]; c.spoil && f.Opened != nil && !f.over() {
				p := &packet.Packet{Network: packet.IPv6, Src: us6, Dst: them6, TTL: 64, Transport: packet.TCP}
				p.TCP = packet.TCPHeader{SrcPort: f.Port, DstPort: 80, Seq: f.ISN + 1, Flags: packet.RST}
				w.trace = append(w.trace, passing{frameOf(p), w.now})
				w.m.Receive(read(frameOf(p)), w.now)
			}
		}
		w.run()
		var r Replay
		slices.SortStableFunc(w.trace, func(a, b passing) int { return a.at.Compare(b.at) })
		for _, x := range w.trace {
			r.Add(read(x.frame), x.at)
		}
		e := r.Of(them6)
		if e == nil {
			t.Errorf("%s: nothing found", name)
			continue
		}
		if d := cmp.Diff(w.m.Measure().String(), e.Measure().String()); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		if d := cmp.Diff(problems(&w.m.Exchange), problems(e)); d != "" || e.Packets != w.m.Packets || e.Flows[0].Invalid != c.spoil {
			t.Errorf("%s: %d packets, want %d, invalid %v: %s", name, e.Packets, w.m.Packets, e.Flows[0].Invalid, d)
		}
	}
}
