package pcapfile

import (
	"encoding/binary"
	"io"
	"time"

	"whorl/packet"
)

// Magic numbers of pcap, in the byte order of the writer.
const (
	magicMicro = 0xa1b2c3d4
	magicNano  = 0xa1b23c4d
)

// classic is a pcap file: a header of 24 bytes, then records of 16 bytes and the
// frame (draft-ietf-opsawg-pcap sections 4 and 5).
type classic struct {
	link packet.LinkType
	unit time.Duration // of the fraction of a second
}

func (r *Reader) openClassic() error {
	h, err := r.read(24, nil)
	if err != nil {
		return err
	}
	f := &classic{}
	switch le, be := binary.LittleEndian.Uint32(h), binary.BigEndian.Uint32(h); {
	case le == magicMicro, le == magicNano:
		r.order = binary.LittleEndian
	case be == magicMicro, be == magicNano:
		r.order = binary.BigEndian
	default:
		return r.fail("not a capture file: begins with % x", h[:4])
	}
	f.unit = time.Microsecond
	if r.order.Uint32(h) == magicNano {
		f.unit = time.Nanosecond
	}
	if major := r.order.Uint16(h[4:]); major != 2 {
		return r.fail("pcap version %d.%d, want 2.4", major, r.order.Uint16(h[6:]))
	}
	f.link = linkType(uint16(r.order.Uint32(h[20:]))) // above are the length of the FCS and reserved bits
	r.format = f
	return nil
}

func (f *classic) next(r *Reader) (frame []byte, link packet.LinkType, at time.Time, err error) {
	r.records++
	h, err := r.read(16, io.EOF)
	if err != nil {
		return nil, 0, at, err
	}
	sec, frac := r.order.Uint32(h), r.order.Uint32(h[4:])
	kept, wire := r.order.Uint32(h[8:]), r.order.Uint32(h[12:])
	if kept > maxFrame {
		return nil, 0, at, r.fail("frame of %d bytes, at most %d can be", kept, maxFrame)
	}
	r.meta = Meta{WireLen: wireLen(kept, wire)}
	at = time.Unix(int64(sec), int64(frac)*int64(f.unit)).UTC()
	frame, err = r.read(int(kept), nil)
	return frame, f.link, at, err
}
