package pcapfile

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"whorl/packet"
)

func FuzzReader(f *testing.F) {
	le := binary.LittleEndian
	f.Add(classicFile(le, magicMicro, time.Microsecond, 1))
	f.Add(classicFile(binary.BigEndian, magicNano, time.Nanosecond, 113))
	f.Add(slices.Concat(sectionHeader(le), interfaceBlock(le, 127, 0), interfaceBlock(le, 1, 0),
		enhanced(le, 0, 1, "\x00\x00\x08\x00\x00\x00\x00\x00\x08\x01"), enhanced(le, 1, 2, "to    from  \x88\x64\x11\x00\x00\x01\x00\x02\x00\x21E")))
	f.Add(bytes.Join([][]byte{sectionHeader(le), interfaceBlock(le, 1, 9, 9, 0, 1, 0, 9, 0, 0, 0), enhanced(le, 0, 1e18, "frame", 2, 0, 4, 0, 1, 0, 0, 0)}, nil))
	f.Fuzz(func(t *testing.T, file []byte) {
		if len(file) > 1 && file[0] == 0x1f && file[1] == 0x8b {
			return // what may come out is not bounded by what went in
		}
		r, err := Open(bytes.NewReader(file))
		if err != nil {
			return
		}
		frames, total := 0, 0
		var p packet.Packet
		for {
			frame, link, _, err := r.Next()
			if err != nil {
				break
			}
			if !link.Known() || r.Meta().WireLen < len(frame) {
				t.Fatalf("link type %v, %d bytes of %d", link, len(frame), r.Meta().WireLen)
			}
			p.Decode(link, frame)
			frames, total = frames+1, total+len(frame)
		}
		if frames*16 > len(file) || total > len(file) || cap(r.buf) > maxBlock || len(r.Skipped()) > maxReasons {
			t.Fatalf("%d frames and %d bytes out of %d", frames, total, len(file))
		}
	})
}

func FuzzRoundTrip(f *testing.F) {
	f.Add([]byte("frame"), uint64(1e18), byte(1), "comment")
	f.Fuzz(func(t *testing.T, frame []byte, ns uint64, d byte, comment string) {
		at := time.Unix(int64(ns>>2/1e9), int64(ns>>2%1e9)).UTC() // until 2116
		var b bytes.Buffer
		w, err := NewWriter(&b, packet.Raw, comment)
		if err != nil {
			return
		}
		w.Write(packet.Raw, frame, at, Direction(d&3))
		w.Flush()
		r, err := Open(&b)
		if err != nil || r.Comment() != comment {
			t.Fatalf("%v; comment %q", err, r.Comment())
		}
		got, _, back, err := r.Next()
		if err != nil || !bytes.Equal(got, frame) || !back.Equal(at) || r.Meta() != (Meta{len(frame), Direction(d & 3)}) {
			t.Fatalf("% x at %v %+v, %v; want % x at %v", got, back, r.Meta(), err, frame, at)
		}
	})
}
