package packet

import "encoding/binary"

const (
	maxLength = 1500 // an EtherType field up to this is a length (IEEE 802.3 section 3.2.6)
	maxTags   = 8    // no network stacks more
)

// decodeEthernet reads Ethernet II, and IEEE 802.3 with LLC.
func (p *Packet) decodeEthernet(b []byte) {
	if len(b) < 14 {
		p.badLink(b)
		return
	}
	copy(p.DstMAC[:], b)
	copy(p.SrcMAC[:], b[6:])
	p.EtherType = binary.BigEndian.Uint16(b[12:])
	b, ok := p.untag(b[14:])
	switch {
	case !ok:
	case p.EtherType <= maxLength:
		p.decodeLLC(b[:min(len(b), int(p.EtherType))])
	default:
		p.decodeEtherType(b)
	}
}

// badLink flags a link header that cannot be read.
func (p *Packet) badLink(b []byte) {
	p.Odd |= OddLink
	p.Payload = b
}

// untag takes off VLAN tags (IEEE 802.1Q section 9): 2 bytes of tag control
// information, then the EtherType of what follows. ok is false if they cannot be read.
func (p *Packet) untag(b []byte) (rest []byte, ok bool) {
	for isTag(p.EtherType) {
		if len(b) < 4 || p.VLANs == maxTags {
			p.badLink(b)
			return nil, false
		}
		if int(p.VLANs) < len(p.VLAN) {
			p.VLAN[p.VLANs] = binary.BigEndian.Uint16(b)
		}
		p.VLANs++
		p.EtherType = binary.BigEndian.Uint16(b[2:])
		b = b[4:]
	}
	return b, true
}

func isTag(etherType uint16) bool {
	return etherType == EtherTypeVLAN || etherType == EtherTypeQinQ || etherType == EtherTypeQinQOld
}

// decodeEtherType goes on with what the EtherType says, tags included. Cooked
// captures have tags as well: libpcap puts back those that the driver took out.
func (p *Packet) decodeEtherType(b []byte) {
	b, ok := p.untag(b)
	if !ok {
		return
	}
	switch p.EtherType {
	case EtherTypeIPv4:
		p.decodeIPAs(IPv4, b)
	case EtherTypeIPv6:
		p.decodeIPAs(IPv6, b)
	case EtherTypeARP:
		p.decodeARP(b)
	case EtherTypeMPLS, EtherTypeMPLSUpstream:
		p.decodeMPLS(b)
	case EtherTypePPPoE:
		p.decodePPPoE(b)
	default:
		p.Payload = b
	}
}

// decodeLLC reads a logical link control header (IEEE 802.2 section 3): destination
// and source service access points and control, one byte each. Only with SNAP (IEEE
// 802 section 9) does IP come in it: an organisation of 3 bytes and, for organisation
// zero (RFC 1042) and that of bridges (IEEE 802.1H), an EtherType.
func (p *Packet) decodeLLC(b []byte) {
	if len(b) < 8 || b[0] != 0xaa || b[1] != 0xaa || b[2] != 3 ||
		b[3] != 0 || b[4] != 0 || b[5] != 0 && b[5] != 0xf8 {
		p.Payload = b
		return
	}
	p.EtherType = binary.BigEndian.Uint16(b[6:])
	p.decodeEtherType(b[8:])
}
