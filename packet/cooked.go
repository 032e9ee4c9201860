package packet

import "encoding/binary"

// cookedLLC stands in the place of the EtherType where LLC follows.
const cookedLLC = 4

// decodeSLL reads the header of LINKTYPE_LINUX_SLL, 16 bytes in network order: packet
// type, hardware type and length of the sender's address, 2 bytes each, the address,
// padded to 8 bytes, and the EtherType.
func (p *Packet) decodeSLL(b []byte) {
	if len(b) < 16 {
		p.badLink(b)
		return
	}
	p.decodeCooked(binary.BigEndian.Uint16(b[14:]), int(binary.BigEndian.Uint16(b[4:])), b[6:14], b[16:])
}

// decodeSLL2 reads the header of LINKTYPE_LINUX_SLL2, 20 bytes in network order: the
// EtherType, 2 reserved bytes, interface (4 bytes), hardware type (2 bytes), packet
// type and length of the sender's address, one byte each, and the address, padded to
// 8 bytes.
func (p *Packet) decodeSLL2(b []byte) {
	if len(b) < 20 {
		p.badLink(b)
		return
	}
	p.decodeCooked(binary.BigEndian.Uint16(b), int(b[11]), b[12:20], b[20:])
}

func (p *Packet) decodeCooked(etherType uint16, addrLen int, addr, b []byte) {
	p.EtherType = etherType
	if addrLen == len(p.SrcMAC) {
		copy(p.SrcMAC[:], addr)
	}
	if etherType == cookedLLC {
		p.decodeLLC(b)
		return
	}
	p.decodeEtherType(b)
}
