package decoy

import (
	"runtime/debug"
	"testing"

	"whorl/packet"
)

// BenchmarkCrowd asks each of many decoys for a connection and resets it, as a sweep does:
// no decoy is asked twice in a row, so nothing of it is in the processor's cache.
func BenchmarkCrowd(b *testing.B) {
	const many = 1 << 14
	o := town(b, "198.18.0.0/18", 1)
	o.Contact = noContact
	n := newNetwork(b, o)
	n.Ahead(b.Context(), many)
	var in [][]byte
	for i := range many {
		p := synFrom(us, o.Groups[0].Addrs.At(i), 40000)
		in = append(in, wired(b, p))
		p.TCP.Flags, p.TCP.Seq = packet.RST, 2
		in = append(in, wired(b, p))
	}
	defer debug.SetGCPercent(debug.SetGCPercent(10))
	again(b, n, in)
	b.ReportMetric(float64(n.counts.Received)/2/b.Elapsed().Seconds(), "probes/s")
}
