package report

import (
	"io"
	"testing"
)

// BenchmarkJSON is one host with its verdicts and their evidence, about 10,000 bytes.
func BenchmarkJSON(b *testing.B) {
	h := perfectHost()
	w := NewJSON(io.Discard)
	b.ReportAllocs()
	for b.Loop() {
		if err := w.Host(h); err != nil {
			b.Fatal(err)
		}
	}
}
