package scan

import (
	"testing"
	"time"
)

// BenchmarkEngine is what one host costs from its admission to its record, without
// judging; the host at the other end is in it, which answers 20 packets.
func BenchmarkEngine(b *testing.B) {
	b.ReportAllocs()
	up := 0
	e := crowd(&mirror{}, b.N, 2048, func(f *flow) {
		if h := record(f, "bench", 0); len(h.Observations) == 1 {
			up++
		}
	})
	if err := e.run(b.Context()); err != nil {
		b.Fatal(err)
	}
	if up != b.N {
		b.Fatalf("%d of %d hosts have a print", up, b.N)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "hosts/s")
}

// BenchmarkPackets is what the engine's thread does for a packet in either direction, hosts
// neither measured nor judged; the mirror is in it.
func BenchmarkPackets(b *testing.B) {
	const hosts = 4096
	b.ReportAllocs()
	packets := 0
	for b.Loop() {
		c := &counted{mirror: &mirror{}}
		e := crowd(c.mirror, hosts, hosts, func(*flow) {})
		e.conn = c
		if err := e.run(b.Context()); err != nil {
			b.Fatal(err)
		}
		packets += c.packets
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(packets), "ns/packet")
}

// counted is a mirror that counts what goes to it and comes from it.
type counted struct {
	*mirror
	packets int
}

func (c *counted) Send(frame []byte) (time.Time, error) {
	c.packets++
	return c.mirror.Send(frame)
}

func (c *counted) Recv(buf []byte, deadline time.Time) (int, time.Time, error) {
	n, at, err := c.mirror.Recv(buf, deadline)
	if err == nil {
		c.packets++
	}
	return n, at, err
}
