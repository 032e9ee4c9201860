package packet

import "encoding/binary"

// decodeMPLS takes off the label stack of RFC 3032 section 2.1: entries of 4 bytes,
// the last with bit 8 set. Nothing says what follows; as RFC 4928 section 3 has it,
// what begins with 4 or 6 is IP. So it is believed only where the header bears it out,
// for an Ethernet frame may begin with these digits too.
func (p *Packet) decodeMPLS(b []byte) {
	for bottom := false; !bottom; b = b[4:] {
		if len(b) < 4 {
			p.badLink(b)
			return
		}
		bottom = b[2]&1 != 0
	}
	if !plausibleIP(b) {
		p.Payload = b
		return
	}
	p.decodeIP(b)
}

// plausibleIP reports whether b begins with a header that a router would forward: for
// IPv4 with a right checksum (RFC 1812 section 5.2.2), for IPv6, which has none, with
// the very length of the frame, so that one captured in part is not believed.
func plausibleIP(b []byte) bool {
	switch {
	case len(b) >= 20 && b[0]>>4 == 4:
		n := int(b[0]&15) * 4
		return n >= 20 && n <= len(b) && Checksum(b[:n]) == 0
	case len(b) >= 40 && b[0]>>4 == 6:
		return 40+int(binary.BigEndian.Uint16(b[4:])) == len(b)
	}
	return false
}
