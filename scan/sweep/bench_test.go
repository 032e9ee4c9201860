package sweep

import (
	"net/netip"
	"testing"
	"time"

	"whorl/link"
	"whorl/link/sim"
	"whorl/packet"
)

// void is a link that takes every frame and gives none.
type void struct{ link.Conn }

func (void) SendBatch(frames [][]byte, sent []time.Time) (int, error) { return len(frames), nil }

// forever walks over 10.0.0.0/8 again and again.
func forever() func() (netip.Addr, bool) {
	a := netip.MustParseAddr("10.0.0.0")
	return func() (netip.Addr, bool) {
		if a = a.Next(); !a.IsPrivate() {
			a = netip.MustParseAddr("10.0.0.0")
		}
		return a, true
	}
}

// Sending takes no memory of its own, whatever is asked.
func TestTurnAllocates(t *testing.T) {
	for _, o := range []Options{{TCP: []uint16{80}}, {Echo: true}} {
		o.Walk = forever
		v := start(t, void{sim.New(sim.Options{})}, o)
		now := v.conn.Now()
		turn := func() {
			now = now.Add(slotTime)
			if _, more, err := v.tx.turn(now); !more || err != nil {
				t.Fatal(more, err)
			}
		}
		turn() // makes the room for frames
		if n := testing.AllocsPerRun(100, turn); n != 0 {
			t.Errorf("%v allocations a batch", n)
		}
	}
}

// BenchmarkTurn makes and sends probes over a link that costs nothing.
func BenchmarkTurn(b *testing.B) {
	v := start(b, void{sim.New(sim.Options{})}, Options{Walk: forever, TCP: []uint16{80}})
	now := v.conn.Now()
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(slotTime / 10)
		v.tx.turn(now)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(v.Counts().Sent), "ns/probe")
}

// BenchmarkTake checks an answer that has come before.
func BenchmarkTake(b *testing.B) {
	v := start(b, sim.New(sim.Options{}), Options{Walk: forever, TCP: []uint16{80}})
	host := netip.MustParseAddr("198.18.3.4")
	seq, _ := v.rx.check.of(host, 80, DefaultPorts.First)
	answer := packet.Packet{Link: packet.Raw, Network: packet.IPv4, Src: host, Dst: ours, TTL: 60, Transport: packet.TCP,
		TCP: packet.TCPHeader{SrcPort: 80, DstPort: DefaultPorts.First, Ack: seq + 1, Flags: packet.SYN | packet.ACK}}
	frame, err := answer.Append(nil)
	if err != nil {
		b.Fatal(err)
	}
	at := v.conn.Now()
	b.ReportAllocs()
	for b.Loop() {
		v.rx.take(frame, at)
	}
}
