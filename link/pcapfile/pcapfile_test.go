package pcapfile

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"whorl/packet"
)

// record is what Next and Meta give, copied.
type record struct {
	Frame string
	Link  packet.LinkType
	At    time.Time
	Meta  Meta
}

func readAll(r *Reader) (all []record, err error) {
	for {
		frame, link, at, err := r.Next()
		if err != nil {
			return all, err
		}
		all = append(all, record{string(frame), link, at, r.Meta()})
	}
}

// reads wants a file to hold those frames and no more.
func reads(t *testing.T, in io.Reader, want []record) *Reader {
	t.Helper()
	r, err := Open(in)
	if err != nil {
		t.Fatal(err)
	}
	got, err := readAll(r)
	if d := cmp.Diff(want, got); d != "" || err != io.EOF {
		t.Errorf("%v; -want +got\n%s", err, d)
	}
	return r
}

var (
	t0 = time.Date(2026, 11, 21, 7, 8, 9, 123456789, time.UTC)
	t1 = t0.Add(1500 * time.Millisecond)
)

// classicFile is a pcap file in that byte order with two frames, the second cut.
func classicFile(o binary.ByteOrder, magic uint32, unit time.Duration, link uint32) []byte {
	put := func(b []byte, v ...uint32) []byte {
		for _, v := range v {
			b = append(b, 0, 0, 0, 0)
			o.PutUint32(b[len(b)-4:], v)
		}
		return b
	}
	b := put(nil, magic)
	b = append(b, 0, 0, 0, 0)
	o.PutUint16(b[4:], 2)
	o.PutUint16(b[6:], 4)
	b = put(b, 0, 0, 65535, link)
	b = put(b, uint32(t0.Unix()), uint32(t0.Nanosecond()/int(unit)), 5, 5)
	b = append(b, "first"...)
	b = put(b, uint32(t1.Unix()), uint32(t1.Nanosecond()/int(unit)), 6, 600)
	return append(b, "second"...)
}

func TestReadClassic(t *testing.T) {
	for _, o := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		for magic, unit := range map[uint32]time.Duration{magicMicro: time.Microsecond, magicNano: time.Nanosecond} {
			for number, link := range map[uint32]packet.LinkType{1: packet.Ethernet, 276: packet.SLL2, 12: packet.Raw, 0x14000001: packet.Ethernet} {
				t.Run(fmt.Sprint(o, unit, number), func(t *testing.T) {
					want := []record{
						{"first", link, t0.Truncate(unit), Meta{WireLen: 5}},
						{"second", link, t1.Truncate(unit), Meta{WireLen: 600}},
					}
					reads(t, bytes.NewReader(classicFile(o, magic, unit, number)), want)
				})
			}
		}
	}
}

// A length on the wire that no frame has fits into an int of any machine.
func TestWireLenFits(t *testing.T) {
	le := binary.LittleEndian
	file := classicFile(le, magicMicro, time.Microsecond, 1)
	le.PutUint32(file[24+16+len("first")+12:], math.MaxUint32) // of the second frame
	reads(t, bytes.NewReader(file), []record{
		{"first", packet.Ethernet, t0.Truncate(time.Microsecond), Meta{WireLen: 5}},
		{"second", packet.Ethernet, t1.Truncate(time.Microsecond), Meta{WireLen: math.MaxInt32}},
	})
}

// block is a pcapng block with its two lengths.
func block(o binary.AppendByteOrder, kind uint32, body ...byte) []byte {
	for len(body)%4 != 0 {
		body = append(body, 0)
	}
	n := uint32(len(body) + 12)
	b := o.AppendUint32(nil, kind)
	b = o.AppendUint32(b, n)
	b = append(b, body...)
	return o.AppendUint32(b, n)
}

func words(o binary.AppendByteOrder, v ...uint32) (b []byte) {
	for _, v := range v {
		b = o.AppendUint32(b, v)
	}
	return b
}

func sectionHeader(o binary.AppendByteOrder) []byte {
	b := o.AppendUint32(nil, byteOrderMark)
	b = o.AppendUint16(b, 1)
	b = o.AppendUint16(b, 0)
	return block(o, blockSection, append(b, bytes.Repeat([]byte{255}, 8)...)...)
}

func interfaceBlock(o binary.AppendByteOrder, link uint16, snap uint32, options ...byte) []byte {
	b := o.AppendUint16(nil, link)
	b = o.AppendUint32(append(b, 0, 0), snap)
	return block(o, blockInterface, append(b, options...)...)
}

func enhanced(o binary.AppendByteOrder, id uint32, ts uint64, frame string, options ...byte) []byte {
	b := words(o, id, uint32(ts>>32), uint32(ts), uint32(len(frame)), uint32(len(frame)))
	b = append(b, frame...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return block(o, blockEnhanced, append(b, options...)...)
}

// Two sections of different byte order, interfaces of different kind and time, the
// odd block types, and packets that cannot be used.
func TestReadNG(t *testing.T) {
	be, le := binary.BigEndian, binary.LittleEndian
	file := bytes.Join([][]byte{
		sectionHeader(be),
		interfaceBlock(be, 1, 4), // microseconds
		interfaceBlock(be, 101, 0, 0, 9, 0, 1, 0x80|20, 0, 0, 0, 0, 14, 0, 8, 0, 0, 0, 0, 0, 0, 0, 100, 0, 0, 0, 0), // 2^-20 s, 100 s later
		interfaceBlock(be, 147, 0),                                  // a user's own link type
		interfaceBlock(be, 1, 0, 0, 9, 0, 1, 99, 0, 0, 0),           // 10^-99 s
		block(be, blockStats, make([]byte, 12)...),                  // no frame
		block(be, 0xbad, 1, 2, 3, 4),                                // custom
		block(be, 0x40000bad, 1, 2, 3, 4),                           // custom, not to be copied
		block(be, 9, 1, 2, 3, 4),                                    // of the journal of systemd
		enhanced(be, 0, 1_500_000, "one", 0, 2, 0, 4, 0, 0, 0, 2),   // outbound
		enhanced(be, 1, 3<<20|1<<19, "two", 0, 2, 0, 4, 0, 0, 0, 1), // inbound
		enhanced(be, 2, 0, "private"),
		enhanced(be, 3, 0, "no clock"),
		enhanced(be, 9, 0, "no interface"),
		enhanced(be, 1, 1<<63, "far future"),
		block(be, blockEnhanced, words(be, 0, 0, 0, 100, 100)...), // longer than the block
		block(be, blockEnhanced, 1, 2, 3),
		block(be, blockSimple, append(words(be, 900), "simple"...)...), // cut at snap length 4
		sectionHeader(le),
		block(le, blockSimple, words(le, 0)...), // before any interface
		interfaceBlock(le, 113, 0),
		block(le, blockPacket, append(words(le, 0xffff0000, 0, 2_000_000, 4, 40), "four"...)...), // 0xffff drops unknown
	}, nil)
	want := []record{
		{"one", packet.Ethernet, time.Unix(1, 5e8).UTC(), Meta{3, Out}},
		{"two", packet.Raw, time.Unix(103, 5e8).UTC(), Meta{3, In}},
		{"far future", packet.Raw, time.Time{}, Meta{WireLen: 10}},
		{"simp", packet.Ethernet, time.Time{}, Meta{WireLen: 900}},
		{"four", packet.SLL, time.Unix(2, 0).UTC(), Meta{WireLen: 40}},
	}
	skipped := []Skip{
		{"custom block", 2},
		{"block of unknown type 0x9", 1},
		{"link type 147 is not understood", 1},
		{"packet of an interface whose description is not understood", 1},
		{"packet of an interface that is not described", 2},
		{"packet longer than its block", 1},
		{"packet block cut short", 1},
	}
	r := reads(t, iotest.OneByteReader(bytes.NewReader(file)), want)
	if d := cmp.Diff(skipped, r.Skipped()); d != "" {
		t.Errorf("skipped: -want +got\n%s", d)
	}
}

func TestGzip(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(classicFile(binary.LittleEndian, magicMicro, time.Microsecond, 1))
	z.Close()
	whole := b.Bytes()
	r, err := Open(bytes.NewReader(whole))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := readAll(r); len(got) != 2 || err != io.EOF {
		t.Errorf("%d frames, %v", len(got), err)
	}
	r, err = Open(bytes.NewReader(whole[:len(whole)-9]))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := readAll(r); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("cut gzip: %v", err)
	}
}

// However a file is cut, the frames before the cut are read, and the error is EOF
// only between records.
func TestTruncatedTail(t *testing.T) {
	var ng bytes.Buffer
	w, _ := NewWriter(&ng, packet.Ethernet)
	w.Write(packet.Ethernet, []byte("first"), t0, Out)
	w.Flush()
	first := ng.Len()
	w.Write(packet.Ethernet, []byte("second"), t1, In)
	w.Flush()
	classic := classicFile(binary.BigEndian, magicNano, time.Nanosecond, 1)
	for name, f := range map[string]struct {
		file   []byte
		second int    // where its record begins
		place  string // of the second
	}{
		"pcap":   {classic, 24 + 16 + 5, "record 2: cut off"},
		"pcapng": {ng.Bytes(), first, "record 3: cut off"},
	} {
		for n := f.second; n < len(f.file); n++ {
			r, err := Open(bytes.NewReader(f.file[:n]))
			if err != nil {
				t.Fatal(err)
			}
			got, err := readAll(r)
			if len(got) != 1 || got[0].Frame != "first" {
				t.Fatalf("%s of %d bytes: %d frames", name, n, len(got))
			}
			if n == f.second {
				if err != io.EOF {
					t.Errorf("%s cut between records: %v", name, err)
				}
				continue
			}
			if !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), f.place) {
				t.Errorf("%s of %d bytes: %v, want %q", name, n, err, f.place)
			}
			if _, _, _, again := r.Next(); again != err {
				t.Errorf("%s: then %v", name, again)
			}
		}
	}
}

func TestBadFiles(t *testing.T) {
	le := binary.LittleEndian
	good := classicFile(le, magicMicro, time.Microsecond, 1)
	spoil := func(at int, with ...byte) []byte {
		b := bytes.Clone(good)
		copy(b[at:], with)
		return b
	}
	twoLengths := enhanced(le, 0, 0, "x")
	twoLengths[len(twoLengths)-4]++
	tests := []struct {
		name, words string
		file        []byte
	}{
		{"empty", "empty input", nil},
		{"three bytes", "not a capture file", good[:3]},
		{"text", "not a capture file: begins with 4e 6f 74 20", []byte("Not a capture, but long enough for one")},
		{"header only begun", "header: cut off: 10 of 24 bytes", good[:10]},
		{"version", "pcap version 3.4", spoil(4, 3)},
		{"record length", "record 1: frame of 4294967295 bytes", spoil(32, 255, 255, 255, 255)},
		{"section mark", "header: byte order mark", words(binary.BigEndian, blockSection, 28, 7)},
		{"section length", "header: block of 8 bytes", words(le, blockSection, 8, byteOrderMark)},
		{"section of 12 bytes", "header: section header of 4 bytes", words(le, blockSection, 16, byteOrderMark, 16)},
		{"block length", "record 1: block of 17 bytes", append(sectionHeader(le), words(le, 6, 17, 0)...)},
		{"huge block", "record 1: block of 2147483648 bytes", append(sectionHeader(le), words(le, 6, 1<<31, 0)...)},
		{"two lengths", "says 37 at its end", append(sectionHeader(le), twoLengths...)},
		{"zstd", "compressed with zstd; unpack it first", []byte{0x28, 0xb5, 0x2f, 0xfd, 0}},
		{"snoop", "a snoop file; convert it to pcap first", []byte("snoop\x00\x00\x00")},
		{"gzip", "gzip", []byte{0x1f, 0x8b, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
	}
	for _, tt := range tests {
		r, err := Open(bytes.NewReader(tt.file))
		if err == nil {
			_, err = readAll(r)
		}
		if err == nil || err == io.EOF || !strings.Contains(err.Error(), tt.words) || !strings.HasPrefix(err.Error(), "pcapfile: ") {
			t.Errorf("%s: %v; want %q", tt.name, err, tt.words)
		}
	}
	if _, err := Open(iotest.ErrReader(os.ErrPermission)); !errors.Is(err, os.ErrPermission) {
		t.Errorf("unreadable: %v", err)
	}
}

func TestSkippedIsBounded(t *testing.T) {
	le := binary.LittleEndian
	file := sectionHeader(le)
	for i := range uint32(200) {
		file = append(file, interfaceBlock(le, uint16(1000+i), 0)...)
		file = append(file, enhanced(le, i, 0, "x")...)
	}
	r, err := Open(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	readAll(r)
	s := r.Skipped()
	if len(s) != maxReasons || s[maxReasons-1] != (Skip{"other reasons", 200 - maxReasons + 1}) {
		t.Errorf("%d reasons, the last %+v", len(s), s[len(s)-1])
	}
}

func TestRoundTrip(t *testing.T) {
	want := []record{
		{"", packet.Raw, t0, Meta{0, Out}},
		{"x", packet.Ethernet, t1, Meta{1, In}},
		{strings.Repeat("long", 20000), packet.Raw, time.Unix(0, 0).UTC(), Meta{80000, Unknown}},
	}
	comment := `{"targets":"198.51.100.0/24","rate":1000}`
	var b bytes.Buffer
	w, err := NewWriter(&b, packet.Ethernet, comment, "second")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range want {
		if err := w.Write(f.Link, []byte(f.Frame), f.At, f.Meta.Direction); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	r, err := Open(&b)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Comment(); got != comment+"\nsecond" {
		t.Errorf("comment %q", got)
	}
	got, err := readAll(r)
	if d := cmp.Diff(want, got); d != "" || err != io.EOF {
		t.Errorf("%v; -want +got\n%s", err, d)
	}
}

func TestWriterErrors(t *testing.T) {
	if _, err := NewWriter(io.Discard, packet.Raw, strings.Repeat("x", 1<<16)); err == nil {
		t.Error("a comment that does not fit was taken")
	}
	w, err := NewWriter(failing{}, packet.Raw)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(packet.Raw, make([]byte, maxBlock), t0, In); err == nil {
		t.Error("a frame that does not fit was taken")
	}
	w.Write(packet.Raw, make([]byte, 1<<17), t0, In)
	if err := w.Flush(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Flush: %v", err)
	}
	if err := w.Write(packet.Raw, nil, t0, In); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Write after the error: %v", err)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, os.ErrClosed }

// The reader and writer of gopacket are the referees.
func TestAgainstGopacket(t *testing.T) {
	frames := []string{"a", "four", "frame three"}
	t.Run("reads what we write", func(t *testing.T) {
		var b bytes.Buffer
		w, _ := NewWriter(&b, packet.SLL2, "remark")
		for i, f := range frames {
			w.Write(packet.SLL2, []byte(f), t0.Add(time.Duration(i)), In)
		}
		w.Flush()
		r, err := pcapgo.NewNgReader(&b, pcapgo.DefaultNgReaderOptions)
		if err != nil {
			t.Fatal(err)
		}
		if r.LinkType() != layers.LinkType(packet.SLL2) || r.SectionInfo().Comment != "remark" || r.SectionInfo().Application != "whorl" {
			t.Errorf("%v %+v", r.LinkType(), r.SectionInfo())
		}
		for i, f := range frames {
			data, ci, o, err := r.ReadPacketDataWithOptions()
			if err != nil || string(data) != f || !ci.Timestamp.Equal(t0.Add(time.Duration(i))) || o.Flags.Direction != pcapgo.NgEpbFlagDirectionInbound {
				t.Errorf("%q %+v %+v %v", data, ci, o, err)
			}
		}
		if _, _, err := r.ReadPacketData(); err != io.EOF {
			t.Error(err)
		}
	})
	write := map[string]func(io.Writer) func(gopacket.CaptureInfo, []byte) error{
		"pcap": func(out io.Writer) func(gopacket.CaptureInfo, []byte) error {
			w := pcapgo.NewWriterNanos(out)
			w.WriteFileHeader(65535, layers.LinkTypeRaw)
			return w.WritePacket
		},
		"pcapng": func(out io.Writer) func(gopacket.CaptureInfo, []byte) error {
			w, _ := pcapgo.NewNgWriter(out, layers.LinkTypeRaw)
			return func(ci gopacket.CaptureInfo, b []byte) error {
				w.WritePacket(ci, b)
				return w.Flush()
			}
		},
	}
	for name, newWriter := range write {
		t.Run("we read its "+name, func(t *testing.T) {
			var b bytes.Buffer
			put := newWriter(&b)
			var want []record
			for i, f := range frames {
				at := t0.Add(time.Duration(i))
				if err := put(gopacket.CaptureInfo{Timestamp: at, CaptureLength: len(f), Length: 100}, []byte(f)); err != nil {
					t.Fatal(err)
				}
				want = append(want, record{f, packet.Raw, at, Meta{WireLen: 100}})
			}
			reads(t, &b, want)
		})
	}
}

func TestNextDoesNotAllocate(t *testing.T) {
	le := binary.LittleEndian
	file := append(sectionHeader(le), interfaceBlock(le, 1, 0)...)
	for range 3000 {
		file = append(file, enhanced(le, 0, 1, "frame", 2, 0, 4, 0, 1, 0, 0, 0)...)
	}
	r, err := Open(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(2000, func() { r.Next() }); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}
