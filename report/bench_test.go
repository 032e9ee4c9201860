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

// BenchmarkText is the same for a person, and in the forms of Nmap.
func BenchmarkText(b *testing.B) {
	h := perfectHost()
	for name, w := range map[string]Writer{
		"text": NewText(io.Discard, TextOptions{}), "verbose": NewText(io.Discard, TextOptions{Verbose: 1}),
		"grepable": NewGrepable(io.Discard), "xml": NewXML(io.Discard, XMLOptions{}),
	} {
		b.Run(name, func(b *testing.B) {
			if err := w.Begin(run); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := w.Host(h); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
