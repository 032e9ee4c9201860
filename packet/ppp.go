package packet

import "encoding/binary"

// Protocol numbers of PPP (IANA): RFC 1332, RFC 5072, RFC 3032 section 4.
const (
	pppIPv4         = 0x0021
	pppIPv6         = 0x0057
	pppMPLS         = 0x0281
	pppMPLSUpstream = 0x0283
)

// decodePPP reads a protocol number and what follows (RFC 1661 section 2), with or
// without the address ff and control 03 of HDLC-like framing (RFC 1662 section 3.1).
// The number has one byte where the peers compress it; only then is that byte odd.
// Compressed TCP/IP headers (RFC 1144, RFC 2507) are left in Payload.
func (p *Packet) decodePPP(b []byte) {
	if len(b) >= 2 && b[0] == 0xff && b[1] == 0x03 {
		b = b[2:]
	}
	var protocol uint16
	switch {
	case len(b) >= 1 && b[0]&1 != 0:
		protocol, b = uint16(b[0]), b[1:]
	case len(b) >= 2:
		protocol, b = binary.BigEndian.Uint16(b), b[2:]
	default:
		p.badLink(b)
		return
	}
	switch protocol {
	case pppIPv4:
		p.decodeIPAs(IPv4, b)
	case pppIPv6:
		p.decodeIPAs(IPv6, b)
	case pppMPLS, pppMPLSUpstream:
		p.decodeMPLS(b)
	default:
		p.Payload = b
	}
}

// decodePPPSerial reads LINKTYPE_PPP_HDLC: what begins with the address of unicast
// (0f) or multicast (8f) is Cisco HDLC (RFC 1547 section 4.3.1), else PPP.
func (p *Packet) decodePPPSerial(b []byte) {
	if len(b) >= 1 && (b[0] == 0x0f || b[0] == 0x8f) {
		p.decodeCiscoHDLC(b)
		return
	}
	p.decodePPP(b)
}

// decodeCiscoHDLC reads address and control, one byte each, and the EtherType.
func (p *Packet) decodeCiscoHDLC(b []byte) {
	if len(b) < 4 {
		p.badLink(b)
		return
	}
	p.EtherType = binary.BigEndian.Uint16(b[2:])
	p.decodeEtherType(b[4:])
}

// decodePPPoE reads the session header of RFC 2516 section 4: version 1 and type 1
// in a byte, code 0, session (2 bytes), length of what follows (2 bytes).
func (p *Packet) decodePPPoE(b []byte) {
	if len(b) < 6 || b[0] != 0x11 {
		p.badLink(b)
		return
	}
	if b[1] != 0 { // discovery, which LINKTYPE_PPP_ETHER does not keep apart
		p.Payload = b
		return
	}
	n := int(binary.BigEndian.Uint16(b[4:]))
	b = b[6:]
	p.decodePPP(b[:min(n, len(b))])
}
