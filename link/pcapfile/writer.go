package pcapfile

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"sync"
	"time"

	"whorl/packet"
)

// Writer writes a pcapng file, little-endian, with times in nanoseconds. It may be
// used from several goroutines.
type Writer struct {
	mu    sync.Mutex
	out   *bufio.Writer
	buf   []byte                     // the block being built
	index map[packet.LinkType]uint32 // interfaces described so far
	err   error                      // sticky
}

// NewWriter begins a file whose frames are of that link type; Write adds others when
// they come. The comments are remarks on the whole file, such as the conditions it
// was recorded under, of at most 65,535 bytes each.
func NewWriter(out io.Writer, link packet.LinkType, comments ...string) (*Writer, error) {
	w := &Writer{out: bufio.NewWriterSize(out, 64<<10), index: map[packet.LinkType]uint32{}}
	w.begin(blockSection)
	w.buf = binary.LittleEndian.AppendUint32(w.buf, byteOrderMark)
	w.buf = append(w.buf, 1, 0, 0, 0)                               // version 1.0
	w.buf = binary.LittleEndian.AppendUint64(w.buf, math.MaxUint64) // length of the section: unknown
	w.option(optApplication, []byte("whorl"))
	for _, c := range comments {
		if len(c) > math.MaxUint16 {
			return nil, fmt.Errorf("pcapfile: comment of %d bytes, at most %d can be", len(c), math.MaxUint16)
		}
		w.option(optComment, []byte(c))
	}
	w.option(optEnd, nil)
	w.end()
	w.describe(link)
	return w, w.err
}

// describe gives the number of the interface with that link type.
func (w *Writer) describe(link packet.LinkType) uint32 {
	if id, ok := w.index[link]; ok {
		return id
	}
	id := uint32(len(w.index))
	w.index[link] = id
	w.begin(blockInterface)
	w.buf = binary.LittleEndian.AppendUint16(w.buf, uint16(link))
	w.buf = append(w.buf, 0, 0, 0, 0, 0, 0) // reserved; no snap length
	w.option(optResolution, []byte{9})
	w.option(optEnd, nil)
	w.end()
	return id
}

// Write adds a frame. The zero time and times before 1970 are written as 1970. After
// an error every call returns it.
func (w *Writer) Write(link packet.LinkType, frame []byte, at time.Time, d Direction) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(frame) > maxBlock/2 {
		return fmt.Errorf("pcapfile: frame of %d bytes, at most %d can be", len(frame), maxBlock/2)
	}
	id := w.describe(link)
	var ns uint64
	if sec := at.Unix(); sec > 0 {
		ns = uint64(sec)*uint64(time.Second) + uint64(at.Nanosecond())
	}
	w.begin(blockEnhanced)
	w.buf = binary.LittleEndian.AppendUint32(w.buf, id)
	w.buf = binary.LittleEndian.AppendUint32(w.buf, uint32(ns>>32))
	w.buf = binary.LittleEndian.AppendUint32(w.buf, uint32(ns))
	w.buf = binary.LittleEndian.AppendUint32(w.buf, uint32(len(frame)))
	w.buf = binary.LittleEndian.AppendUint32(w.buf, uint32(len(frame)))
	w.buf = append(w.buf, frame...)
	w.pad()
	if d != Unknown {
		w.option(optFlags, []byte{byte(d), 0, 0, 0})
		w.option(optEnd, nil)
	}
	w.end()
	return w.err
}

// Flush hands everything to the underlying writer and returns the first error of
// all calls so far.
func (w *Writer) Flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		w.err = w.out.Flush()
	}
	return w.err
}

func (w *Writer) begin(kind uint32) {
	w.buf = binary.LittleEndian.AppendUint32(w.buf[:0], kind)
	w.buf = append(w.buf, 0, 0, 0, 0) // length
}

func (w *Writer) option(code uint16, value []byte) {
	w.buf = binary.LittleEndian.AppendUint16(w.buf, code)
	w.buf = binary.LittleEndian.AppendUint16(w.buf, uint16(len(value)))
	w.buf = append(w.buf, value...)
	w.pad()
}

func (w *Writer) pad() {
	for len(w.buf)%4 != 0 {
		w.buf = append(w.buf, 0)
	}
}

func (w *Writer) end() {
	n := uint32(len(w.buf) + 4)
	binary.LittleEndian.PutUint32(w.buf[4:], n)
	w.buf = binary.LittleEndian.AppendUint32(w.buf, n)
	if w.err == nil {
		_, w.err = w.out.Write(w.buf)
	}
}
