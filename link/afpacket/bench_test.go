//go:build linux

package afpacket

import (
	"slices"
	"testing"
	"time"

	"whorl/link"
)

func BenchmarkSend(b *testing.B) {
	p := newPair(b)
	c, _ := open(b, p.a, b4, Options{})
	frame := etherFrame(macOf(b, p.b, "vb"), experimental)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Send(frame); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "frames/s")
}

func BenchmarkSendBatch(b *testing.B) {
	p := newPair(b)
	c, _ := open(b, p.a, b4, Options{})
	frames := slices.Repeat([][]byte{etherFrame(macOf(b, p.b, "vb"), experimental)}, 256)
	sent := make([]time.Time, len(frames))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.SendBatch(frames, sent); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*len(frames))/b.Elapsed().Seconds(), "frames/s")
}

// BenchmarkRecv receives what a sender puts on the cable as fast as it can.
func BenchmarkRecv(b *testing.B) {
	buf := make([]byte, 2048)
	benchmarkRecv(b, func(c *Conn) (int, error) {
		_, _, err := c.Recv(buf, c.Now().Add(time.Second))
		return 1, err
	})
}

func BenchmarkRecvBatch(b *testing.B) {
	use := func([]link.Frame) {}
	benchmarkRecv(b, func(c *Conn) (int, error) { return c.RecvBatch(c.Now().Add(time.Second), use) })
}

func benchmarkRecv(b *testing.B, recv func(*Conn) (int, error)) {
	p := newPair(b)
	tx, _ := open(b, p.a, b4, Options{})
	rx, r := open(b, p.b, a4, Options{Filter: only(experimental)})
	frames := slices.Repeat([][]byte{etherFrame(r.SrcMAC, experimental)}, 256)
	stop, stopped := make(chan bool), make(chan bool)
	go func() {
		defer close(stopped)
		sent := make([]time.Time, len(frames))
		for {
			select {
			case <-stop:
				return
			default:
				tx.SendBatch(frames, sent)
			}
		}
	}()
	heard := 0
	b.ReportAllocs()
	for b.Loop() {
		n, err := recv(rx)
		if err != nil {
			b.Fatal(err)
		}
		heard += n
	}
	b.ReportMetric(float64(heard)/b.Elapsed().Seconds(), "frames/s")
	b.ReportMetric(float64(rx.Drops()), "drops")
	close(stop)
	<-stopped
}
