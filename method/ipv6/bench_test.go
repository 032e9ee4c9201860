package ipv6

import "testing"

// What a host costs beyond its packets: measuring, and writing the print.
func BenchmarkPrint(b *testing.B) {
	e := exchange(b, linux)
	b.ReportAllocs()
	for b.Loop() {
		_ = e.Print().String()
	}
}

// What reading a print costs.
func BenchmarkParse(b *testing.B) {
	text := exchange(b, linux).Print().String()
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := Parse(text); err != nil {
			b.Fatal(err)
		}
	}
}
