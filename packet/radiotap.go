package packet

import "encoding/binary"

// Bits of the flags field (https://www.radiotap.org/fields/Flags.html).
const (
	radiotapPad    = 0x20 // between header and body padding to a multiple of 4
	radiotapBadFCS = 0x40 // the frame failed the check
)

// decodeRadiotap reads the header of https://www.radiotap.org, little-endian: version
// 0, padding, length of the header (2 bytes), which fields are there (4 bytes, more
// while bit 31 is set), the fields. Of these only the flags are used; the one that
// tells of a frame check sequence is not, as one captured in part has none.
func (p *Packet) decodeRadiotap(b []byte) {
	if len(b) < 8 || b[0] != 0 {
		p.badLink(b)
		return
	}
	n := int(binary.LittleEndian.Uint16(b[2:]))
	if n < 8 || n > len(b) {
		p.badLink(b)
		return
	}
	flags, ok := radiotapFlags(b[:n])
	if !ok {
		p.badLink(b)
		return
	}
	frame := b[n:]
	if flags&radiotapBadFCS != 0 {
		p.Odd |= OddFCS
		p.Payload = frame
		return
	}
	p.decodeDot11(frame, flags&radiotapPad != 0)
}

// radiotapFlags finds the flags field (bit 1), before which only the time (bit 0, 8
// bytes, aligned to 8 from the start of the header) can stand. Without the field
// the flags are 0. ok is false if the header is too short for what it announces.
func radiotapFlags(h []byte) (flags byte, ok bool) {
	at := 4
	present := binary.LittleEndian.Uint32(h[at:])
	for more := present; more&(1<<31) != 0; more = binary.LittleEndian.Uint32(h[at:]) {
		if at += 4; len(h) < at+4 {
			return 0, false
		}
	}
	at += 4
	if present&2 == 0 {
		return 0, true
	}
	if present&1 != 0 {
		at = (at+7)&^7 + 8
	}
	if at >= len(h) {
		return 0, false
	}
	return h[at], true
}
