package watch

import (
	"encoding/binary"

	"whorl/packet"
)

const header6 = 40 // bytes of the fixed header of IPv6

// fragmentOf6 takes a fragment over IPv6 apart (RFC 8200 section 4.5). In its headers the
// Fragment header is gone already: what named it names what follows it. The extension headers
// are a slice of the frame, which tells where they stand.
func fragmentOf6(p *packet.Packet, frame []byte) (piece fragment, ok bool) {
	h, ok := p.IPv6.Fragment()
	if !ok || h.At > maxHeaders {
		return piece, false
	}
	begin := cap(frame) - cap(p.IPv6.Extensions) - header6
	data, end := begin+h.At+packet.FragmentLen, begin+header6+int(p.IPv6.PayloadLen)
	if begin < 0 || data > end || end > len(frame) {
		return piece, false
	}
	piece = fragment{datagramID: datagramID{src: p.Src, dst: p.Dst, id: h.ID}, data: frame[data:end], from: h.Offset, more: h.More}
	if h.Offset == 0 {
		piece.headers = append([]byte(nil), frame[begin:begin+h.At]...)
		piece.headers[h.Field] = h.Next
	}
	return piece, true
}

// appendTo6 writes the packet that was cut, over IPv6.
func (d *datagram) appendTo6(b []byte) []byte {
	b = append(append(b, d.chain...), d.data[:d.total]...)
	binary.BigEndian.PutUint16(b[4:], uint16(len(b)-header6))
	return b
}
