package pcapfile

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"whorl/packet"
)

// Bounds on what a file may ask for, whatever it is.
const (
	maxFrame      = 256 << 10 // bytes of a pcap record; no capture program writes longer ones
	maxBlock      = 16 << 20  // bytes of a pcapng block
	maxInterfaces = 1 << 16   // in a pcapng section
	maxReasons    = 32        // kinds of skipped things that are told apart
)

// Reader reads one capture file.
type Reader struct {
	in      *bufio.Reader
	order   binary.ByteOrder
	format  format
	buf     []byte // the record being read
	records int    // records begun, the header not counted
	err     error  // sticky
	meta    Meta
	comment string
	skipped []Skip
}

// format is what differs between pcap and pcapng: reading the next frame.
type format interface {
	next(r *Reader) (frame []byte, link packet.LinkType, at time.Time, err error)
}

// Meta is what a file says of a frame beside its bytes, link type and time.
type Meta struct {
	WireLen   int       // bytes on the wire; more than the frame has if that was cut
	Direction Direction // pcapng only
}

// Direction says which way a frame went, seen from the machine that captured.
type Direction uint8

// Directions, by their numbers in pcapng (epb_flags, bits 0 and 1).
const (
	Unknown Direction = iota
	In
	Out
)

// wireLen is the length of a frame on the wire as a record tells it. What says more than
// any frame has is believed as far as an int of 32 bits goes.
func wireLen(kept, told uint32) int { return int(min(max(kept, told), math.MaxInt32)) }

// Skip counts records that were passed over for one reason.
type Skip struct {
	Reason string
	Count  int
}

// Open reads the header of a capture file. Compressed input is recognised by its
// content. Other formats are named in the error, and what to do.
func Open(in io.Reader) (*Reader, error) {
	r := &Reader{in: bufio.NewReaderSize(in, 64<<10)}
	if b, _ := r.in.Peek(2); len(b) == 2 && b[0] == 0x1f && b[1] == 0x8b { // RFC 1952 section 2.3.1
		z, err := gzip.NewReader(r.in)
		if err != nil {
			return nil, fmt.Errorf("pcapfile: gzip: %w", err)
		}
		r.in = bufio.NewReaderSize(z, 64<<10)
	}
	magic, err := r.in.Peek(4)
	switch {
	case len(magic) == 0 && err == io.EOF:
		return nil, errors.New("pcapfile: empty input")
	case err != nil && err != io.EOF:
		return nil, fmt.Errorf("pcapfile: header: %w", err)
	case len(magic) < 4:
		return nil, fmt.Errorf("pcapfile: not a capture file: begins with % x", magic)
	case binary.BigEndian.Uint32(magic) == blockSection:
		err = r.openNG()
	case foreign(magic) != "":
		err = r.fail("%s", foreign(magic))
	default:
		err = r.openClassic()
	}
	if err != nil {
		return nil, err
	}
	return r, nil
}

// Next gives the next frame that Decode of package packet can take apart, its link
// type and when it was captured; the zero time if the file does not tell. The frame
// is valid until the next call. At the end of the file the error is io.EOF. Any
// other error names the record, numbered from 1, and ends the reading; all frames
// before it have been given.
func (r *Reader) Next() (frame []byte, link packet.LinkType, at time.Time, err error) {
	for r.err == nil {
		frame, link, at, r.err = r.format.next(r)
		if r.err != nil {
			break
		}
		if frame == nil {
			continue // skipped and counted
		}
		if !link.Known() {
			r.skip("link type " + link.String() + " is not understood")
			continue
		}
		return frame, link, at, nil
	}
	return nil, 0, time.Time{}, r.err
}

// Meta tells more of the frame that Next gave last.
func (r *Reader) Meta() Meta { return r.meta }

// Comment is what the writer of the file remarked on it (pcapng, the comments of
// the section that was begun last, one a line).
func (r *Reader) Comment() string { return r.comment }

// Skipped lists what has been passed over so far, in the order met.
func (r *Reader) Skipped() []Skip { return r.skipped }

func (r *Reader) skip(reason string) {
	for i := range r.skipped {
		if r.skipped[i].Reason == reason {
			r.skipped[i].Count++
			return
		}
	}
	switch len(r.skipped) {
	case maxReasons:
		r.skipped[maxReasons-1].Count++
	case maxReasons - 1:
		r.skipped = append(r.skipped, Skip{"other reasons", 1})
	default:
		r.skipped = append(r.skipped, Skip{reason, 1})
	}
}

// read gives the next n bytes, valid until the next call: where they stand in the input's
// buffer, or else copied. clean is the error if the input ends before the first of them.
func (r *Reader) read(n int, clean error) ([]byte, error) {
	if b, err := r.in.Peek(n); err == nil {
		r.in.Discard(n)
		return b, nil
	}
	if cap(r.buf) < n {
		r.buf = make([]byte, n)
	}
	b := r.buf[:n]
	got, err := io.ReadFull(r.in, b)
	switch {
	case err == nil:
		return b, nil
	case err == io.EOF && clean != nil:
		return nil, clean
	case err == io.EOF || err == io.ErrUnexpectedEOF:
		return nil, r.fail("cut off: %d of %d bytes: %w", got, n, io.ErrUnexpectedEOF)
	}
	return nil, r.fail("%w", err)
}

func (r *Reader) fail(format string, args ...any) error {
	place := "header"
	if r.records > 0 {
		place = fmt.Sprintf("record %d", r.records)
	}
	return fmt.Errorf("pcapfile: %s: %w", place, fmt.Errorf(format, args...))
}

// linkType gives the type by its number in a file. Some systems wrote their own
// number for raw IP (DLT_RAW: 12, on OpenBSD 14).
func linkType(n uint16) packet.LinkType {
	if n == 12 || n == 14 {
		return packet.Raw
	}
	return packet.LinkType(n)
}
