package decoy

import (
	"encoding/binary"

	"whorl/packet"
)

// header6 is how long the fixed header of IPv6 is, bytes.
const header6 = 40

// part6 takes a fragment over IPv6 apart, whose fixed header begins at that byte of the frame.
func part6(p *packet.Packet, frame []byte, at int) (got part, ok bool) {
	h, ok := p.IPv6.Fragment()
	if !ok || p.Odd.Has(packet.OddIPLength) {
		return got, false
	}
	head := at + h.At + packet.FragmentLen
	return part{
		datagram: datagram{src: p.Src, dst: p.Dst, id: h.ID},
		piece:    piece{h.Offset, frame[head : at+header6+int(p.IPv6.PayloadLen)]},
		more:     h.More, head: frame[:head], field: at + h.Field,
	}, true
}

// head6 writes the headers of a whole packet over IPv6, which has no Fragment header (RFC 8200
// section 4.5), to the end of b.
func (d *partial) head6(b []byte, at int) []byte {
	end := len(d.head) - packet.FragmentLen
	b = append(b, d.head[:end]...)
	b[d.field] = d.head[end]
	ip := b[at:]
	binary.BigEndian.PutUint16(ip[4:], uint16(len(ip)-header6+d.total))
	return b
}

// bare makes a decoded fragment over IPv6 one of which the chain of headers is known and
// nothing behind it, as personas want it (persona.Persona.Keeps).
func bare(p *packet.Packet, frame []byte, at int) {
	if p.Odd.Has(packet.OddIPLength) {
		return
	}
	p.Transport = packet.Fragment
	p.Payload = frame[at+header6+len(p.IPv6.Extensions) : at+header6+int(p.IPv6.PayloadLen)]
}
