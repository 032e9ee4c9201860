package packet

import "encoding/binary"

// FragmentHeader is that of a part of a packet over IPv6 (RFC 8200 section 4.5). A packet
// can have one and be whole (RFC 6946); [OddFragment] tells that it is not.
type FragmentHeader struct {
	Field  int    // where the byte stands that names it, bytes from the start of the fixed header
	At     int    // where it stands itself
	Next   uint8  // kind or protocol of what the part begins with, valid in the first
	Offset int    // place of the part, bytes
	More   bool   // it is not the last
	ID     uint32 // the same in all parts
}

// FragmentLen is how long the header is, bytes.
const FragmentLen = 8

// Fragment finds the header in the chain of extension headers. ok is false if there is none.
func (h *IPv6Header) Fragment() (f FragmentHeader, ok bool) {
	const fixed, next = 40, 6
	f.Field = next
	for kind, raw := h.NextHeader, h.Extensions; ; {
		e, rest, ok := NextExtension(kind, raw)
		if !ok {
			return FragmentHeader{}, false
		}
		at := fixed + len(h.Extensions) - len(raw)
		if kind == ExtFragment {
			place := binary.BigEndian.Uint16(e.Data)
			f.At, f.Next, f.ID = at, e.Next, binary.BigEndian.Uint32(e.Data[2:])
			f.Offset, f.More = int(place&^7), place&1 != 0
			return f, true
		}
		kind, raw, f.Field = e.Next, rest, at
	}
}

// Append writes the header to the end of b.
func (f *FragmentHeader) Append(b []byte) []byte {
	place := uint16(f.Offset) &^ 7
	if f.More {
		place |= 1
	}
	b = binary.BigEndian.AppendUint16(append(b, f.Next, 0), place)
	return binary.BigEndian.AppendUint32(b, f.ID)
}
