package survey

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl/packet"
)

var near = netip.MustParseAddr("192.0.2.1")

// taped drives a machine and gives what it found, and all packets with their times.
func taped(t testing.TB, lose int) (m *Machine, trace []packet.Packet, times []time.Time) {
	return tapedTo(t, near, them, lose)
}

func tapedTo(t testing.TB, near, them netip.Addr, lose int) (m *Machine, trace []packet.Packet, times []time.Time) {
	t.Helper()
	m = newMachineTo(them, []uint16{80, 82, 84}, []uint16{81})
	sent, _ := run(t, m, time.Millisecond, func(n int, p *packet.Packet) *packet.Packet {
		if n == lose {
			return nil
		}
		return back(n, p)
	})
	for i := range sent {
		at := m.First.Add(m.Slots[i].Sent)
		p := sent[i]
		p.Src = near
		trace, times = append(trace, p), append(times, at)
		if i != lose {
			r := back(i, &p)
			r.Dst = near
			trace, times = append(trace, *r), append(times, at.Add(time.Millisecond))
		}
	}
	return m, trace, times
}

// The packets of a survey give the same print again, whatever else is in the capture.
func TestReplay(t *testing.T) {
	m, trace, times := taped(t, 4)
	var r Replay
	other := packet.Packet{Network: packet.IPv4, Transport: packet.TCP, Src: them, Dst: near, TCP: packet.TCPHeader{SrcPort: 80, DstPort: 5, Flags: packet.SYN | packet.ACK}}
	again := trace[0]
	again.TCP.Seq++ // a second survey
	for i := range trace {
		if !r.Add(&trace[i], times[i]) {
			t.Errorf("packet %d is not taken: %+v", i, trace[i])
		}
		if r.Add(&other, times[i]) || r.Add(&again, times[i]) {
			t.Errorf("another packet is taken after %d", i)
		}
	}
	e := r.Of(them)
	if e == nil || r.Of(near) != nil {
		t.Fatalf("found %v", e)
	}
	if d := cmp.Diff(m.Measure().String(), e.Measure().String()); d != "" {
		t.Error(d)
	}
	if e.Packets != m.Packets || e.Answered() != m.Answered() {
		t.Errorf("%d packets and %d answers, want %d and %d", e.Packets, e.Answered(), m.Packets, m.Answered())
	}
}

// FuzzReplay: whatever a capture holds, what is found is bounded, measures and reads again.
// Each three bytes of data overwrite one of a packet: which, where, with what.
func FuzzReplay(f *testing.F) {
	f.Add([]byte{0, 24, 1, 3, 20, 2})
	_, trace, times := taped(f, -1)
	_, more, then := tapedTo(f, near6, them6, -1)
	trace, times = append(trace, more...), append(times, then...)
	f.Fuzz(func(t *testing.T, data []byte) {
		frames := make([][]byte, len(trace))
		for i := range trace {
			p := trace[i]
			p.Link = packet.Raw
			frames[i], _ = p.Append(nil)
		}
		for ; len(data) >= 3; data = data[3:] {
			frame := frames[int(data[0])%len(frames)]
			frame[int(data[1])%len(frame)] = data[2]
		}
		var r Replay
		for i, frame := range frames {
			var p packet.Packet
			p.Decode(packet.Raw, frame)
			r.Add(&p, times[i])
		}
		for _, e := range r.talks.All() {
			if e.Packets > MaxPackets || e.Packets != len(e.Slots) {
				t.Errorf("%d packets, %d slots", e.Packets, len(e.Slots))
			}
			if _, err := Parse(e.Measure().String()); err != nil {
				t.Error(err)
			}
		}
	})
}
