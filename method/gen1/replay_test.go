package gen1

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl/method/methodtest"
	"whorl/packet"
)

// tape drives a machine against a host and gives what it found and all frames in order of
// time.
func tape(t testing.TB, to Target, host node) (*Machine, []methodtest.Taped) {
	t.Helper()
	w, m := newWire(to, host)
	w.Run(t)
	return m, w.Tape()
}

// The packets of an exchange give the same print again, whatever was lost or is beside
// them in the capture.
func TestReplay(t *testing.T) {
	noOpen := target
	noOpen.OpenTCP = 0
	half := but(func(which Probe, n int, _ time.Duration, r *packet.Packet) *packet.Packet { // of the first train, and PU
		if n == 1 && (which >= S4 || which == PU) {
			return nil
		}
		return r
	})
	for _, c := range []struct {
		name string
		t    Target
		host node
	}{
		{"windows", target, windows}, {"no open port", noOpen, windows}, {"two trains", target, half},
		{"silent to T2 and T3", target, without(T2, T3)}, {"silent", target, silent},
	} {
		m, trace := tape(t, c.t, c.host)
		var r Replay
		for i, x := range trace {
			p := methodtest.Read(x.Frame)
			if !r.Add(p, x.At) && p.Src == methodtest.Us {
				t.Errorf("%s: packet %d is not taken: %+v", c.name, i, p)
			}
			if p.TCP.SrcPort += 100; p.Transport == packet.TCP && r.Add(p, x.At) { // of another exchange
				t.Errorf("%s: another packet is taken after %d", c.name, i)
			}
		}
		all := r.Exchanges()
		if len(all) != 1 || all[0] != r.Of(methodtest.Them) || r.Of(methodtest.Us) != nil {
			t.Fatalf("%s: found %v", c.name, all)
		}
		e := all[0]
		e.Target.ClosedKnown = true
		if d := cmp.Diff(m.Measure().String(), e.Measure().String()); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
		if e.Packets != m.Packets || e.Answered() != m.Answered() || e.Numbers != m.Numbers || e.RTT != m.RTT || e.Trains != m.Trains {
			t.Errorf("%s: %+v, want %+v", c.name, e, m.Exchange)
		}
	}
}

// Probes of the second generation are none of the first: U1 looks like PU.
func TestReplayOthers(t *testing.T) {
	var r Replay
	u1 := &packet.Packet{Network: packet.IPv4, Transport: packet.UDP, Src: methodtest.Us, Dst: methodtest.Them, TTL: 50,
		IPv4: packet.IPv4Header{ID: 0x1042}, UDP: packet.UDPHeader{SrcPort: 40000, DstPort: 30000}, Payload: slices.Repeat([]byte{'C'}, dataLen)}
	if r.Add(u1, methodtest.Epoch) || len(r.Exchanges()) > 0 {
		t.Error("U1 is taken")
	}
}

// FuzzReplay: whatever a capture holds, what is found is bounded, measures and reads again.
// Each three bytes of data overwrite one of a frame: which, where, with what.
func FuzzReplay(f *testing.F) {
	f.Add([]byte{0, 24, 1, 3, 20, 2})
	f.Add([]byte{})
	_, trace := tape(f, target, windows)
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
		for _, e := range r.Exchanges() {
			if e.Packets > maxPackets {
				t.Errorf("%d packets", e.Packets)
			}
			if _, err := Parse(e.Measure().String()); err != nil {
				t.Error(err)
			}
		}
	})
}
