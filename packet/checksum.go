package packet

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
)

// Checksum is the Internet checksum of b (RFC 1071), network byte order value.
func Checksum(b []byte) uint16 { return ^fold(sum(0, b)) }

// sum adds b to a running one's complement sum.
func sum(s uint64, b []byte) uint64 {
	var carry uint64
	for len(b) >= 8 {
		s, carry = bits.Add64(s, binary.BigEndian.Uint64(b), 0)
		s += carry
		b = b[8:]
	}
	var tail [8]byte
	copy(tail[:], b)
	s, carry = bits.Add64(s, binary.BigEndian.Uint64(tail[:]), 0)
	return s + carry
}

// fold brings a sum down to 16 bits.
func fold(s uint64) uint16 {
	s = s>>32 + s&0xffffffff
	s = s>>32 + s&0xffffffff
	s = s>>16 + s&0xffff
	s = s>>16 + s&0xffff
	return uint16(s)
}

// TransportChecksum is the checksum of a TCP, UDP or ICMPv6 segment with the
// pseudo header of its IP version (RFC 9293 section 3.1, RFC 8200 section 8.1).
// Over a segment that carries its right checksum it is zero.
func TransportChecksum(src, dst netip.Addr, proto uint8, segment []byte) uint16 {
	return ^fold(sum(pseudo(src, dst, proto, len(segment)), segment))
}

func pseudo(src, dst netip.Addr, proto uint8, length int) uint64 {
	s := uint64(proto) + uint64(length)
	if src.Is4() {
		a, b := src.As4(), dst.As4()
		return s + uint64(binary.BigEndian.Uint32(a[:])) + uint64(binary.BigEndian.Uint32(b[:]))
	}
	a, b := src.As16(), dst.As16()
	return sum(sum(s, a[:]), b[:])
}
