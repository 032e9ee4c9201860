package pcapfile

import (
	"bytes"
	"io"
	"testing"

	"whorl/packet"
)

func BenchmarkNext(b *testing.B) {
	var file bytes.Buffer
	w, _ := NewWriter(&file, packet.Ethernet)
	for range 10000 {
		w.Write(packet.Ethernet, make([]byte, 60), t0, In)
	}
	w.Flush()
	b.ReportAllocs()
	r, _ := Open(bytes.NewReader(file.Bytes()))
	for b.Loop() {
		if _, _, _, err := r.Next(); err == io.EOF {
			r, _ = Open(bytes.NewReader(file.Bytes()))
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	w, _ := NewWriter(io.Discard, packet.Ethernet)
	frame := make([]byte, 60)
	b.ReportAllocs()
	for b.Loop() {
		w.Write(packet.Ethernet, frame, t0, In)
	}
}
