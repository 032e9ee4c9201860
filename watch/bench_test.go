package watch

import (
	"testing"
	"time"

	"whorl/packet"
)

// traffic is packets of everyday connections: handshakes, data and acknowledgements with
// timestamps, in the shares of such traffic.
func traffic() (out []*packet.Packet) {
	const stamps = "\x01\x01\x08\x0a\x00\x00\x00\x01\x00\x00\x00\x02"
	for conn := range uint16(64) {
		port := 40000 + conn
		p := tcp(port, 443, packet.SYN, 64240, linuxOptions)
		out = append(out, p, back(p, synAck), tcp(port, 443, packet.ACK, 502, stamps))
		for range 8 {
			d := tcp(port, 443, packet.ACK, 501, stamps)
			d.Payload = make([]byte, 1000)
			a := back(d, packet.ACK)
			a.TCP.Options = []byte(stamps)
			out = append(out, d, a)
		}
	}
	return out
}

func BenchmarkClassify(b *testing.B) {
	c := newClassifier()
	var packets []packet.Packet
	for _, p := range traffic() {
		packets = append(packets, *p)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, ok := c.classify(&packets[i%len(packets)], epoch); ok {
			b.Fatal("a probe")
		}
	}
}

func BenchmarkFrame(b *testing.B) {
	var frames [][]byte
	for _, p := range traffic() {
		p.Link = packet.Raw
		f, err := p.Append(nil)
		if err != nil {
			b.Fatal(err)
		}
		frames = append(frames, f)
	}
	w, at := New(Options{}), epoch
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		at = at.Add(10 * time.Microsecond)
		w.Frame(packet.Raw, frames[i%len(frames)], at)
	}
}

// Ordinary packets cost no memory.
func TestNoAllocations(t *testing.T) {
	c, packets := newClassifier(), traffic()
	if n := testing.AllocsPerRun(10, func() {
		for _, p := range packets {
			c.classify(p, epoch)
		}
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
