package watch

import (
	"encoding/binary"
	"net/netip"
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
	for _, busy := range []bool{false, true} {
		name := "quiet"
		if busy { // somebody else is being scanned
			name = "contact"
		}
		b.Run(name, func(b *testing.B) {
			w, at := New(Options{}), epoch
			if busy {
				p := tcp(40000, 22, packet.SYN, 1, "\x03\x03\x0a\x01\x02\x04\x05\xb4\x08\x0a\xff\xff\xff\xff\x00\x00\x00\x00\x04\x02")
				p.Link, p.Src = packet.Raw, netip.MustParseAddr("203.0.113.5")
				f, err := p.Append(nil)
				if err != nil {
					b.Fatal(err)
				}
				w.Frame(packet.Raw, f, at)
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				w.Frame(packet.Raw, frames[i%len(frames)], at)
			}
		})
	}
}

// A flood of exact probes from addresses that are made up, each of them answered.
func BenchmarkFlood(b *testing.B) {
	probe := tcp(40000, 22, packet.SYN, 1, "\x03\x03\x0a\x01\x02\x04\x05\xb4\x08\x0a\xff\xff\xff\xff\x00\x00\x00\x00\x04\x02")
	answer := back(probe, synAck)
	var frames [2][]byte
	for i, p := range []*packet.Packet{probe, answer} {
		p.Link = packet.Raw
		f, err := p.Append(nil)
		if err != nil {
			b.Fatal(err)
		}
		frames[i] = f
	}
	w, at := New(Options{}), epoch
	b.ReportAllocs()
	for i := uint32(0); b.Loop(); i++ {
		binary.BigEndian.PutUint32(frames[0][12:], 10<<24+i%(1<<22))
		binary.BigEndian.PutUint32(frames[0][24:], i)
		binary.BigEndian.PutUint32(frames[1][16:], 10<<24+i%(1<<22))
		binary.BigEndian.PutUint32(frames[1][28:], i+1)
		at = at.Add(10 * time.Microsecond)
		w.Frame(packet.Raw, frames[0], at)
		w.Frame(packet.Raw, frames[1], at)
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
