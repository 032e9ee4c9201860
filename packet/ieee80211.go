package packet

import "encoding/binary"

// Bits of the frame control field (IEEE 802.11-2020 section 9.2.4.1), which is two
// bytes, low byte first.
const (
	dot11Version  = 0x03 // first byte: protocol version, 0
	dot11Type     = 0x0c // type
	dot11Data     = 0x08 // the type of data frames
	dot11NoBody   = 0x40 // of data frames: there is no body
	dot11QoS      = 0x80 // of data frames: there is a QoS control field
	dot11ToDS     = 0x01 // second byte: to the distribution system
	dot11FromDS   = 0x02 // from the distribution system
	dot11MoreFrag = 0x04 // more fragments follow
	dot11Protect  = 0x40 // the body is encrypted
	dot11Order    = 0x80 // of QoS data frames: there is an HT control field

	dot11AMSDU = 0x80 // QoS control, first byte: the body is an aggregate (section 9.2.4.5.9)
)

// decodeDot11 reads a data frame (IEEE 802.11-2020 section 9.3.2.1): frame control,
// duration, three addresses, sequence control, then as announced a fourth address,
// QoS control and HT control, all little-endian. pad says that header and body have
// padding to a multiple of 4 between them. The other frames have no network layer.
//
// Of an aggregate only the first packet is decoded; OddTrailer tells of the others.
func (p *Packet) decodeDot11(b []byte, pad bool) {
	if len(b) < 2 || b[0]&dot11Version != 0 {
		p.badLink(b)
		return
	}
	kind, control := b[0], b[1]
	if kind&dot11Type != dot11Data {
		p.Payload = b
		return
	}
	n, qos := 24, 0
	if control&dot11ToDS != 0 && control&dot11FromDS != 0 {
		n += 6
	}
	if kind&dot11QoS != 0 {
		qos = n
		n += 2
		if control&dot11Order != 0 {
			n += 4
		}
	}
	if len(b) < n {
		p.badLink(b)
		return
	}
	p.dot11Addresses(b)
	aggregate := qos != 0 && b[qos]&dot11AMSDU != 0
	fragment := b[22] & 15 // of sequence control
	if pad {
		n = min((n+3)&^3, len(b))
	}
	body := b[n:]
	if control&dot11MoreFrag != 0 || fragment != 0 {
		p.Odd |= OddFragment
	}
	switch {
	case kind&dot11NoBody != 0:
		p.Payload = body
	case control&dot11Protect != 0:
		p.Odd |= OddEncrypted
		p.Payload = body
	case fragment != 0:
		p.Payload = body
	case aggregate:
		p.decodeAMSDU(body)
	default:
		p.decodeLLC(body)
	}
}

// dot11Addresses finds the ends of the exchange (table 9-30): the addresses at 4, 10
// and 16 are receiver, transmitter and whoever the distribution system needs beside.
func (p *Packet) dot11Addresses(b []byte) {
	dst, src := 4, 10
	if b[1]&dot11ToDS != 0 {
		dst = 16
	}
	switch b[1] & (dot11ToDS | dot11FromDS) {
	case dot11FromDS:
		src = 16
	case dot11ToDS | dot11FromDS:
		src = 24
	}
	copy(p.DstMAC[:], b[dst:])
	copy(p.SrcMAC[:], b[src:])
}

// decodeAMSDU reads the first subframe of an aggregate (section 9.3.2.2.2):
// destination, source and length, in network order, then as many bytes.
func (p *Packet) decodeAMSDU(b []byte) {
	if len(b) < 14 {
		p.badLink(b)
		return
	}
	copy(p.DstMAC[:], b)
	copy(p.SrcMAC[:], b[6:])
	n := int(binary.BigEndian.Uint16(b[12:]))
	b = b[14:]
	if more := len(b) - (n+3)&^3; more >= 14 {
		p.Odd |= OddTrailer
	}
	p.decodeLLC(b[:min(n, len(b))])
}
