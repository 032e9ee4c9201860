package packet

import (
	"encoding/binary"
)

func (p *Packet) decodeTransport(b []byte) {
	switch {
	case p.Proto == ProtoTCP:
		p.decodeTCP(b)
	case p.Proto == ProtoUDP:
		p.decodeUDP(b)
	case p.Proto == ProtoICMP && p.Network == IPv4:
		p.decodeICMP(b, ICMP)
	case p.Proto == ProtoICMPv6 && p.Network == IPv6:
		p.decodeICMP(b, ICMPv6)
	default:
		p.Transport, p.Payload = OtherTransport, b
	}
}

// verify flags a wrong transport checksum where the whole segment is at hand.
func (p *Packet) verify(right bool) {
	if !right && !p.Odd.Has(OddFragment) && !p.Odd.Has(OddIPLength) {
		p.Odd |= OddChecksum
	}
}

func (p *Packet) decodeTCP(b []byte) {
	if len(b) < 20 {
		p.Odd |= OddShort
		p.Transport, p.Payload = OtherTransport, b
		return
	}
	p.Transport = TCP
	h := &p.TCP
	h.SrcPort = binary.BigEndian.Uint16(b)
	h.DstPort = binary.BigEndian.Uint16(b[2:])
	h.Seq = binary.BigEndian.Uint32(b[4:])
	h.Ack = binary.BigEndian.Uint32(b[8:])
	h.Reserved = b[12] & 15
	h.Flags = Flags(b[13])
	h.Window = binary.BigEndian.Uint16(b[14:])
	h.Checksum = binary.BigEndian.Uint16(b[16:])
	h.Urgent = binary.BigEndian.Uint16(b[18:])
	p.verify(p.skim || TransportChecksum(p.Src, p.Dst, ProtoTCP, b) == 0)
	n := int(b[12]>>4) * 4
	if n < 20 || n > len(b) {
		p.Odd |= OddTCPOffset
		p.Payload = b[20:]
		return
	}
	h.Options = b[20:n]
	if !optionsWellFormed(h.Options) {
		p.Odd |= OddTCPOptions
	}
	p.Payload = b[n:]
}

func (p *Packet) decodeUDP(b []byte) {
	if len(b) < 8 {
		p.Odd |= OddShort
		p.Transport, p.Payload = OtherTransport, b
		return
	}
	p.Transport = UDP
	h := &p.UDP
	h.SrcPort = binary.BigEndian.Uint16(b)
	h.DstPort = binary.BigEndian.Uint16(b[2:])
	h.Length = binary.BigEndian.Uint16(b[4:])
	h.Checksum = binary.BigEndian.Uint16(b[6:])
	if int(h.Length) != len(b) && !p.Odd.Has(OddFragment) {
		p.Odd |= OddUDPLength
	}
	covered := b
	if n := int(h.Length); n >= 8 && n < len(b) {
		covered = b[:n]
	}
	// RFC 768: zero means that the sender computed none.
	p.verify(p.skim || h.Checksum == 0 && p.Network == IPv4 || TransportChecksum(p.Src, p.Dst, ProtoUDP, covered) == 0)
	p.Payload = b[8:]
}

func (p *Packet) decodeICMP(b []byte, t Transport) {
	if len(b) < 8 {
		p.Odd |= OddShort
		p.Transport, p.Payload = OtherTransport, b
		return
	}
	p.Transport = t
	h := &p.ICMP
	h.Type, h.Code = b[0], b[1]
	h.Checksum = binary.BigEndian.Uint16(b[2:])
	h.Rest = binary.BigEndian.Uint32(b[4:])
	if t == ICMP {
		p.verify(p.skim || Checksum(b) == 0)
	} else {
		p.verify(p.skim || TransportChecksum(p.Src, p.Dst, ProtoICMPv6, b) == 0)
	}
	p.Payload = b[8:]
}
