package scan

import (
	"testing"
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
