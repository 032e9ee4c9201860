package decoy

import (
	"io"
	"net/netip"
	"testing"
	"time"
)

// BenchmarkAnswers6 takes the probes of scans of 256 personas over IPv6, all that is done but
// for the system calls.
func BenchmarkAnswers6(b *testing.B) {
	o := town(b, "198.18.0.0/24", 1)
	o.Groups[0].Addrs = RangeOf(netip.MustParsePrefix("2001:db8::/120"))
	n := newNetwork(b, o)
	n.Ahead(b.Context(), 256)
	var in [][]byte
	for i := range 256 {
		in = append(in, scanOf6(b, o.Groups[0].Addrs.At(i))...)
	}
	c := &belt{now: epoch, in: in}
	b.ReportAllocs()
	for b.Loop() {
		c.at, c.now = 0, c.now.Add(time.Second)
		c.end = c.now
		n.conn, n.link = c, c.LinkType()
		if err := n.loop(); err != io.EOF {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n.counts.Received)/b.Elapsed().Seconds(), "frames/s")
}
