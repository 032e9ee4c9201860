package deep

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl/method/methodtest"
	"whorl/packet"
)

// tape drives a machine against a host and gives what it found and all frames in order of
// time.
func tape(t testing.TB, to Target, host node, o Options) (*Machine, []methodtest.Taped) {
	t.Helper()
	w := newWire(to, host, o)
	w.Run(t)
	return w.m, w.Tape()
}

// The packets of an exchange give the same print again, whatever was lost or is beside
// them in the capture.
func TestReplay(t *testing.T) {
	noOpen := target
	noOpen.OpenTCP = 0
	losing := but(func(which Probe, n int, _ time.Duration, r *packet.Packet) *packet.Packet {
		if n == 1 && (which == AE || which == K2 || which == EC) {
			return nil
		}
		return r
	})
	for _, c := range []struct {
		name string
		t    Target
		host node
		o    Options
	}{
		{"linux", target, linux, Options{Burst: true}}, {"plain", target, linux, Options{}},
		{"no open port", noOpen, linux, Options{Burst: true}}, {"lossy", target, losing, Options{Burst: true}},
		{"silent", target, silent, Options{Burst: true}},
		{"over IPv6", target6, linux, Options{Burst: true}}, {"silent over IPv6", target6, silent, Options{Burst: true}}, {"lossy over IPv6", target6, losing, Options{}},
	} {
		m, trace := tape(t, c.t, c.host, c.o)
		var r Replay
		for i, x := range trace {
			p := methodtest.Read(x.Frame)
			if !r.Add(p, x.At) && p.Src != c.t.Addr {
				t.Errorf("%s: packet %d is not taken: %+v", c.name, i, p)
			}
			if p.TCP.SrcPort++; p.Transport == packet.TCP && r.Add(p, x.At) { // of another exchange
				t.Errorf("%s: another packet is taken after %d", c.name, i)
			}
		}
		e := r.Of(c.t.Addr)
		if e == nil || r.Of(methodtest.Us) != nil || r.Of(methodtest.Us6) != nil {
			t.Fatalf("%s: found %v", c.name, e)
		}
		e.Target.ClosedKnown = true
		if d := cmp.Diff(m.Measure().String(), e.Measure().String()); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
		if c.t.Addr.Is6() {
			e.Numbers.EchoID = m.Numbers.EchoID // which no packet shows
		}
		if e.Packets != m.Packets || e.Answered() != m.Answered() || e.Asked() != m.Asked() || e.Numbers != m.Numbers || e.RTT != m.RTT {
			t.Errorf("%s: %+v, want %+v", c.name, e, m.Exchange)
		}
	}
}

// FuzzReplay: whatever a capture holds, what is found is bounded, measures and reads again.
// Each three bytes of data overwrite one of a frame: which, where, with what.
func FuzzReplay(f *testing.F) {
	f.Add([]byte{0, 24, 1, 3, 20, 2})
	f.Add([]byte{})
	_, trace := tape(f, target, linux, Options{Burst: true})
	_, over6 := tape(f, target6, linux, Options{Burst: true})
	trace = append(trace, over6...)
	f.Fuzz(func(t *testing.T, data []byte) {
		frames := make([][]byte, len(trace))
		for i := range trace {
			frames[i] = append([]byte{}, trace[i].Frame...)
		}
		for ; len(data) >= 3; data = data[3:] {
			frame := frames[int(data[0])%len(frames)]
			frame[int(data[1])%len(frame)] = data[2]
		}
		var r Replay
		for i, frame := range frames {
			r.Add(methodtest.Read(frame), trace[i].At)
		}
		for _, e := range r.talks.All() {
			if e.Packets > e.most() {
				t.Errorf("%d packets", e.Packets)
			}
			if _, err := Parse(e.Measure().String()); err != nil {
				t.Error(err)
			}
		}
	})
}
