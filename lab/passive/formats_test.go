package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"math"
	"testing"
	"time"

	"whorl/link/pcapfile"
)

// formats are the forms of capture files, written by hand where the house writes another:
// pcap in both units and byte orders, pcapng big-endian.
var formats = []struct {
	name  string
	write func(*testing.T, recording, *framing) []byte
}{
	{"pcap", func(_ *testing.T, r recording, f *framing) []byte {
		return writePcap(r, f, binary.LittleEndian, time.Microsecond)
	}},
	{"pcap, big-endian", func(_ *testing.T, r recording, f *framing) []byte {
		return writePcap(r, f, binary.BigEndian, time.Microsecond)
	}},
	{"pcap, nanoseconds", func(_ *testing.T, r recording, f *framing) []byte {
		return writePcap(r, f, binary.LittleEndian, time.Nanosecond)
	}},
	{"pcap, nanoseconds, big-endian", func(_ *testing.T, r recording, f *framing) []byte {
		return writePcap(r, f, binary.BigEndian, time.Nanosecond)
	}},
	{"pcapng", writeNG},
	{"pcapng, big-endian", func(_ *testing.T, r recording, f *framing) []byte { return writeBigNG(r, f) }},
	{"pcap, gzip", func(t *testing.T, r recording, f *framing) []byte {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		w.Write(writePcap(r, f, binary.LittleEndian, time.Microsecond))
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}},
}

// byteOrder is one that appends.
type byteOrder interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// writePcap writes a file of draft-ietf-opsawg-pcap. The unit is that of the fraction of a
// second.
func writePcap(r recording, f *framing, order byteOrder, unit time.Duration) (b []byte) {
	magic := map[time.Duration]uint32{time.Microsecond: 0xa1b2c3d4, time.Nanosecond: 0xa1b23c4d}[unit]
	b = order.AppendUint32(b, magic)
	b = order.AppendUint16(order.AppendUint16(b, 2), 4)
	b = append(b, make([]byte, 8)...)
	b = order.AppendUint32(order.AppendUint32(b, math.MaxUint16), uint32(f.link))
	for _, x := range r {
		frame := f.append(nil, x.ip)
		b = order.AppendUint32(b, uint32(x.at.Unix()))
		b = order.AppendUint32(b, uint32(x.at.Nanosecond()/int(unit)))
		b = order.AppendUint32(order.AppendUint32(b, uint32(len(frame))), uint32(len(frame)))
		b = append(b, frame...)
	}
	return b
}

func writeNG(t *testing.T, r recording, f *framing) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := pcapfile.NewWriter(&b, f.link)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range r {
		w.Write(f.link, f.append(nil, x.ip), x.at, pcapfile.Unknown)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// writeBigNG writes a file of draft-ietf-opsawg-pcapng, big-endian, with times in
// microseconds, which is what an interface without options has.
func writeBigNG(r recording, f *framing) (b []byte) {
	order := binary.BigEndian
	block := func(kind uint32, body []byte) {
		for len(body)%4 != 0 {
			body = append(body, 0)
		}
		n := uint32(len(body) + 12)
		b = order.AppendUint32(append(order.AppendUint32(order.AppendUint32(b, kind), n), body...), n)
	}
	block(0x0a0d0d0a, []byte("\x1a\x2b\x3c\x4d\x00\x01\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff"))
	block(1, append(order.AppendUint16(nil, uint16(f.link)), 0, 0, 0, 0, 0, 0))
	for _, x := range r {
		frame := f.append(nil, x.ip)
		at := uint64(x.at.UnixMicro())
		head := order.AppendUint64(make([]byte, 4), at) // high and low half
		head = order.AppendUint32(order.AppendUint32(head, uint32(len(frame))), uint32(len(frame)))
		block(6, append(head, frame...))
	}
	return b
}
