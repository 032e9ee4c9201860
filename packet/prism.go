package packet

import "encoding/binary"

// The headers that drivers of IEEE 802.11 put before frames when radiotap was not
// yet common. Nothing in them is used but the length.

// avsMagic begins AVS headers; the low digits are the version.
const avsMagic = 0x80211000

// decodePrism reads LINKTYPE_IEEE802_11_PRISM: message code and length of the header,
// 4 bytes each in the order of the machine that captured, then fields. Some drivers
// write AVS headers under this link type.
func (p *Packet) decodePrism(b []byte) {
	if len(b) < 8 {
		p.badLink(b)
		return
	}
	if binary.BigEndian.Uint32(b)&^0xfff == avsMagic {
		p.decodeAVS(b)
		return
	}
	n := binary.LittleEndian.Uint32(b[4:])
	if n > 0xffff {
		n = binary.BigEndian.Uint32(b[4:])
	}
	p.afterRadio(b, n)
}

// decodeAVS reads LINKTYPE_IEEE802_11_AVS: version and length of the header, 4 bytes
// each in network order, then fields.
func (p *Packet) decodeAVS(b []byte) {
	if len(b) < 8 || binary.BigEndian.Uint32(b)&^0xfff != avsMagic {
		p.badLink(b)
		return
	}
	p.afterRadio(b, binary.BigEndian.Uint32(b[4:]))
}

// decodePPI reads LINKTYPE_PPI: version, flags, length of the header (2 bytes) and
// the link type of the frame (4 bytes), little-endian, then fields. The frame is
// taken apart if it is one of IEEE 802.11.
func (p *Packet) decodePPI(b []byte) {
	if len(b) < 8 || b[0] != 0 {
		p.badLink(b)
		return
	}
	if binary.LittleEndian.Uint32(b[4:]) != uint32(Dot11) {
		p.Payload = b
		return
	}
	p.afterRadio(b, uint32(binary.LittleEndian.Uint16(b[2:])))
}

// afterRadio goes on after a header of n bytes.
func (p *Packet) afterRadio(b []byte, n uint32) {
	if n < 8 || uint64(n) > uint64(len(b)) {
		p.badLink(b)
		return
	}
	p.decodeDot11(b[n:], false)
}
