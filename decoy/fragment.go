package decoy

import (
	"encoding/binary"

	"whorl/packet"
)

// MTUs in bytes: of an Ethernet, and the least that there is (RFC 791 section 3.2).
const (
	usualMTU = 1500
	leastMTU = 68
)

// fragments cuts a frame with an answer of ours into fragments that fit the link.
func (n *Network) fragments(version packet.Network, frame []byte) [][]byte {
	if version == packet.IPv6 {
		return fragments6(frame, n.header(), n.o.MTU, n.idents.Uint32())
	}
	return fragments4(frame, n.header(), n.o.MTU)
}

// fragments4 cuts a frame with an IPv4 packet without options, whose header begins at that byte,
// into fragments that fit the MTU (RFC 791 section 3.2). None of them forbids that.
func fragments4(frame []byte, at, mtu int) (out [][]byte) {
	const header = 20
	most := (mtu - header) &^ 7
	data := frame[at+header:]
	for from := 0; from < len(data); from += most {
		n := min(most, len(data)-from)
		f := append(append(make([]byte, 0, at+header+n), frame[:at+header]...), data[from:from+n]...)
		ip := f[at:]
		binary.BigEndian.PutUint16(ip[2:], uint16(len(ip)))
		place := uint16(from / 8)
		if from+n < len(data) {
			place |= 0x2000 // more fragments
		}
		binary.BigEndian.PutUint16(ip[6:], place)
		ip[10], ip[11] = 0, 0
		binary.BigEndian.PutUint16(ip[10:], packet.Checksum(ip[:header]))
		out = append(out, f)
	}
	return out
}

// fragments6 does it with an IPv6 packet that has no extension headers (RFC 8200 section 4.5).
func fragments6(frame []byte, at, mtu int, id uint32) (out [][]byte) {
	most := (mtu - header6 - packet.FragmentLen) &^ 7
	head, data := frame[:at+header6], frame[at+header6:]
	h := packet.FragmentHeader{Next: head[at+6], ID: id}
	for h.Offset < len(data) {
		n := min(most, len(data)-h.Offset)
		h.More = h.Offset+n < len(data)
		f := h.Append(append(make([]byte, 0, len(head)+packet.FragmentLen+n), head...))
		f = append(f, data[h.Offset:h.Offset+n]...)
		ip := f[at:]
		binary.BigEndian.PutUint16(ip[4:], uint16(packet.FragmentLen+n))
		ip[6] = packet.ExtFragment
		out = append(out, f)
		h.Offset += n
	}
	return out
}
