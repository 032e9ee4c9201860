package packet

import "encoding/binary"

// decodeLoopback reads LINKTYPE_NULL and LINKTYPE_LOOP: 4 bytes of address family, in
// the byte order of the machine that captured or in network order. No system has a
// family above 65,535, so the order shows.
func (p *Packet) decodeLoopback(b []byte) {
	if len(b) < 4 {
		p.badLink(b)
		return
	}
	family := binary.LittleEndian.Uint32(b)
	if family > 0xffff {
		family = binary.BigEndian.Uint32(b)
	}
	p.decodeFamily(family, b[4:])
}

// decodeFamily goes on with what an address family says. AF_INET is 2 everywhere;
// AF_INET6 is 10 on Linux, 23 on Windows, 24 on NetBSD, OpenBSD and in Npcap, 28 on
// FreeBSD, 30 on macOS.
func (p *Packet) decodeFamily(family uint32, b []byte) {
	switch family {
	case 2:
		p.decodeIPAs(IPv4, b)
	case 10, 23, 24, 28, 30:
		p.decodeIPAs(IPv6, b)
	default:
		p.Payload = b
	}
}
