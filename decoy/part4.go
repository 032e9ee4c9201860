package decoy

import (
	"encoding/binary"

	"whorl/packet"
)

// part4 takes a fragment over IPv4 apart, whose header begins at that byte of the frame.
func part4(p *packet.Packet, frame []byte, at int) (got part, ok bool) {
	const damaged = packet.OddIPLength | packet.OddIPHeader | packet.OddIPChecksum
	if p.Odd&damaged != 0 {
		return got, false
	}
	head := at + 20 + len(p.IPv4.Options)
	return part{
		datagram: datagram{p.Src, p.Dst, uint32(p.IPv4.ID), p.Proto},
		piece:    piece{int(p.IPv4.Offset) * 8, frame[head : at+int(p.IPv4.TotalLen)]},
		more:     p.IPv4.MF, head: frame[:head],
	}, true
}

// head4 writes the headers of a whole packet over IPv4 to the end of b.
func (d *partial) head4(b []byte, at int) []byte {
	b = append(b, d.head...)
	ip := b[at:]
	binary.BigEndian.PutUint16(ip[2:], uint16(len(ip)+d.total))
	ip[6], ip[7] = ip[6]&^0x20, 0 // no more fragments
	ip[10], ip[11] = 0, 0
	binary.BigEndian.PutUint16(ip[10:], packet.Checksum(ip))
	return b
}
