package pcapfile

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"
	"strings"
	"time"

	"whorl/packet"
)

// Block types, options and the byte order mark of pcapng
// (draft-ietf-opsawg-pcapng sections 3.1, 3.5, 4 and 11.1).
const (
	blockSection    = 0x0a0d0d0a
	blockInterface  = 1
	blockPacket     = 2 // obsolete
	blockSimple     = 3
	blockNames      = 4
	blockStats      = 5
	blockEnhanced   = 6
	blockSecrets    = 10
	blockCustom     = 0x40000bad // not to be copied by programs that do not know it
	blockCustomKept = 0x0bad

	optEnd         = 0
	optComment     = 1
	optApplication = 4  // shb_userappl
	optResolution  = 9  // if_tsresol
	optOffset      = 14 // if_tsoffset
	optFlags       = 2  // epb_flags, pack_flags

	byteOrderMark = 0x1a2b3c4d
)

// ng is a pcapng file: blocks of type, length, body and length again.
type ng struct {
	interfaces []ngInterface // of the section
}

type ngInterface struct {
	link   packet.LinkType
	snap   uint32
	units  uint64 // of time in a second
	offset int64  // seconds
}

func (r *Reader) openNG() error {
	f := &ng{}
	r.format = f
	_, body, err := f.block(r)
	if err != nil {
		return err
	}
	return f.section(r, body)
}

// block reads one block. A section header sets the byte order, also of its own length.
func (f *ng) block(r *Reader) (kind uint32, body []byte, err error) {
	h, err := r.in.Peek(12)
	if len(h) == 0 && err == io.EOF {
		return 0, nil, io.EOF
	}
	if len(h) < 12 {
		_, err := r.read(12, nil)
		return 0, nil, err
	}
	if binary.BigEndian.Uint32(h) == blockSection {
		switch {
		case binary.LittleEndian.Uint32(h[8:]) == byteOrderMark:
			r.order = binary.LittleEndian
		case binary.BigEndian.Uint32(h[8:]) == byteOrderMark:
			r.order = binary.BigEndian
		default:
			return 0, nil, r.fail("byte order mark % x", h[8:12])
		}
	}
	kind = r.order.Uint32(h)
	n := r.order.Uint32(h[4:])
	if n < 12 || n%4 != 0 || n > maxBlock {
		return 0, nil, r.fail("block of %d bytes, type %#x", n, kind)
	}
	b, err := r.read(int(n), nil)
	if err != nil {
		return 0, nil, err
	}
	if again := r.order.Uint32(b[n-4:]); again != n {
		return 0, nil, r.fail("block of %d bytes says %d at its end", n, again)
	}
	return kind, b[8 : n-4], nil
}

func (f *ng) next(r *Reader) (frame []byte, link packet.LinkType, at time.Time, err error) {
	r.records++
	kind, b, err := f.block(r)
	if err != nil {
		return nil, 0, at, err
	}
	switch kind {
	case blockSection:
		return nil, 0, at, f.section(r, b)
	case blockInterface:
		return nil, 0, at, f.addInterface(r, b)
	case blockEnhanced:
		return f.packet(r, b, 4)
	case blockPacket:
		return f.packet(r, b, 2)
	case blockSimple:
		return f.simple(r, b)
	case blockNames, blockStats, blockSecrets:
	case blockCustom, blockCustomKept:
		r.skip("custom block")
	default:
		r.skip(fmt.Sprintf("block of unknown type %#x", kind))
	}
	return nil, 0, at, nil
}

func (f *ng) section(r *Reader, b []byte) error {
	if len(b) < 16 {
		return r.fail("section header of %d bytes", len(b))
	}
	if major, minor := r.order.Uint16(b[4:]), r.order.Uint16(b[6:]); major != 1 {
		return r.fail("pcapng version %d.%d, want 1.0", major, minor)
	}
	f.interfaces = f.interfaces[:0]
	var comments []string
	f.options(r, b[16:], func(code uint16, v []byte) {
		if code == optComment {
			comments = append(comments, string(v))
		}
	})
	r.comment = strings.Join(comments, "\n")
	return nil
}

func (f *ng) addInterface(r *Reader, b []byte) error {
	if len(f.interfaces) == maxInterfaces {
		return r.fail("more than %d interfaces", maxInterfaces)
	}
	// A bad description still counts: frames name interfaces by their order.
	i := ngInterface{units: 1e6}
	if len(b) < 8 {
		i.units = 0
		r.skip("interface description cut short")
	} else {
		i.link, i.snap = linkType(r.order.Uint16(b)), r.order.Uint32(b[4:])
		f.options(r, b[8:], func(code uint16, v []byte) {
			switch {
			case code == optResolution && len(v) == 1:
				i.units = unitsPerSecond(v[0])
			case code == optOffset && len(v) == 8:
				i.offset = int64(r.order.Uint64(v))
			}
		})
	}
	f.interfaces = append(f.interfaces, i)
	return nil
}

// unitsPerSecond reads if_tsresol: a negative power of 10, or of 2 if the high bit
// is set. 0 stands for one that does not fit.
func unitsPerSecond(v byte) uint64 {
	if n := v & 0x7f; v&0x80 != 0 {
		return 1 << n // 0 beyond 63
	} else if n > 19 {
		return 0
	}
	units := uint64(1)
	for range v {
		units *= 10
	}
	return units
}

// time reads a count of the interface's units. The zero time is one that no
// calendar holds.
func (i ngInterface) time(count uint64) time.Time {
	sec, rest := count/i.units, count%i.units
	hi, lo := bits.Mul64(rest, uint64(time.Second))
	nsec, _ := bits.Div64(hi, lo, i.units) // rest < units, so it fits
	const year10000 = 253402300800
	if total := int64(sec) + i.offset; sec < year10000 && total >= 0 && total < year10000 {
		return time.Unix(total, int64(nsec)).UTC()
	}
	return time.Time{}
}

// packet reads an enhanced packet block, or the obsolete packet block, whose
// interface number has 2 bytes.
func (f *ng) packet(r *Reader, b []byte, idBytes int) (frame []byte, link packet.LinkType, at time.Time, err error) {
	if len(b) < 20 {
		r.skip("packet block cut short")
		return nil, 0, at, nil
	}
	id := r.order.Uint32(b)
	if idBytes == 2 {
		id = uint32(r.order.Uint16(b))
	}
	if uint64(id) >= uint64(len(f.interfaces)) {
		r.skip("packet of an interface that is not described")
		return nil, 0, at, nil
	}
	i := f.interfaces[id]
	if i.units == 0 {
		r.skip("packet of an interface whose description is not understood")
		return nil, 0, at, nil
	}
	kept := r.order.Uint32(b[12:])
	if uint64(kept) > uint64(len(b)-20) {
		r.skip("packet longer than its block")
		return nil, 0, at, nil
	}
	r.meta = Meta{WireLen: wireLen(kept, r.order.Uint32(b[16:]))}
	at = i.time(uint64(r.order.Uint32(b[4:]))<<32 | uint64(r.order.Uint32(b[8:])))
	if rest := b[20:][min(padded(int(kept)), len(b)-20):]; len(rest) > 0 {
		f.options(r, rest, func(code uint16, v []byte) {
			if code == optFlags && len(v) == 4 {
				r.meta.Direction = Direction(r.order.Uint32(v) & 3)
			}
		})
	}
	return b[20:][:kept:kept], i.link, at, nil
}

// simple reads a simple packet block: no time, the first interface, cut at its
// snap length.
func (f *ng) simple(r *Reader, b []byte) (frame []byte, link packet.LinkType, at time.Time, err error) {
	if len(b) < 4 || len(f.interfaces) == 0 {
		r.skip("packet of an interface that is not described")
		return nil, 0, at, nil
	}
	wire, i := r.order.Uint32(b), f.interfaces[0]
	kept := min(wire, uint32(len(b)-4))
	if i.snap != 0 {
		kept = min(kept, i.snap)
	}
	r.meta = Meta{WireLen: wireLen(kept, wire)}
	return b[4:][:kept:kept], i.link, at, nil
}

// options calls use for each option, until the end or the first that is malformed.
func (f *ng) options(r *Reader, b []byte, use func(code uint16, value []byte)) {
	for len(b) >= 4 {
		code, n := r.order.Uint16(b), int(r.order.Uint16(b[2:]))
		if code == optEnd {
			return
		}
		if n > len(b)-4 {
			r.skip("options after one that does not fit")
			return
		}
		use(code, b[4:][:n])
		b = b[4:][min(padded(n), len(b)-4):]
	}
}

// padded rounds up to the 4 bytes that everything in pcapng is aligned to.
func padded(n int) int { return (n + 3) &^ 3 }
