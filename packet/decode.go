package packet

import (
	"encoding/binary"
	"net/netip"
)

// Decode takes one frame apart. Everything that was in p is replaced. It never
// fails: as much as can be understood is filled in, and Odd says what was wrong.
func (p *Packet) Decode(link LinkType, frame []byte) {
	*p = Packet{Link: link}
	p.decodeLink(frame)
}

// Skim is Decode without transport checksums: it reads the headers alone and never sets
// OddChecksum. Of frames of 1,450 bytes that takes a seventh of the time (measured).
func (p *Packet) Skim(link LinkType, frame []byte) {
	*p = Packet{Link: link, skim: true}
	p.decodeLink(frame)
	p.skim = false
}

func (p *Packet) decodeLink(frame []byte) {
	switch p.Link {
	case Ethernet:
		p.decodeEthernet(frame)
	case Raw:
		p.decodeIP(frame)
	case IPv4Only:
		p.decodeIPAs(IPv4, frame)
	case IPv6Only:
		p.decodeIPAs(IPv6, frame)
	case SLL:
		p.decodeSLL(frame)
	case SLL2:
		p.decodeSLL2(frame)
	case Null, Loop:
		p.decodeLoopback(frame)
	case PFLog:
		p.decodePFLog(frame)
	case PPP:
		p.decodePPP(frame)
	case PPPSerial:
		p.decodePPPSerial(frame)
	case PPPEther:
		p.decodePPPoE(frame)
	case CiscoHDLC:
		p.decodeCiscoHDLC(frame)
	case Dot11:
		p.decodeDot11(frame, false)
	case Radiotap:
		p.decodeRadiotap(frame)
	case Prism:
		p.decodePrism(frame)
	case AVS:
		p.decodeAVS(frame)
	case PPI:
		p.decodePPI(frame)
	default:
		p.badLink(frame)
	}
}

func (p *Packet) decodeARP(b []byte) {
	// Ethernet (1), IPv4 (0x0800), lengths 6 and 4.
	if len(b) < 28 || binary.BigEndian.Uint32(b) != 0x00010800 || b[4] != 6 || b[5] != 4 {
		p.Odd |= OddShort
		p.Payload = b
		return
	}
	p.Network = ARP
	p.ARP.Op = binary.BigEndian.Uint16(b[6:])
	copy(p.ARP.SenderMAC[:], b[8:])
	p.ARP.SenderIP = netip.AddrFrom4([4]byte(b[14:18]))
	copy(p.ARP.TargetMAC[:], b[18:])
	p.ARP.TargetIP = netip.AddrFrom4([4]byte(b[24:28]))
}

// decodeIPAs decodes by the version in the header, as receivers of tunnels and
// captures do, and flags one that the layer below did not announce.
func (p *Packet) decodeIPAs(n Network, b []byte) {
	p.decodeIP(b)
	if p.Network != NoNetwork && p.Network != n {
		p.Odd |= OddIPHeader
	}
}

func (p *Packet) decodeIP(b []byte) {
	switch {
	case len(b) == 0:
		p.Odd |= OddShort
	case b[0]>>4 == 4:
		p.decodeIPv4(b)
	case b[0]>>4 == 6:
		p.decodeIPv6(b)
	default:
		p.Odd |= OddIPHeader
		p.Payload = b
	}
}

func (p *Packet) decodeIPv4(b []byte) {
	if len(b) < 20 {
		p.Odd |= OddShort
		p.Payload = b
		return
	}
	p.Network = IPv4
	p.TOS = b[1]
	p.TTL = b[8]
	p.Proto = b[9]
	p.Src = netip.AddrFrom4([4]byte(b[12:16]))
	p.Dst = netip.AddrFrom4([4]byte(b[16:20]))
	frag := binary.BigEndian.Uint16(b[6:])
	h := &p.IPv4
	h.TotalLen = binary.BigEndian.Uint16(b[2:])
	h.ID = binary.BigEndian.Uint16(b[4:])
	h.Reserved, h.DF, h.MF = frag&0x8000 != 0, frag&0x4000 != 0, frag&0x2000 != 0
	h.Offset = frag & 0x1fff
	h.Checksum = binary.BigEndian.Uint16(b[10:])

	hlen := int(b[0]&15) * 4
	if hlen < 20 || hlen > len(b) {
		p.Odd |= OddIPHeader
		p.Payload = b[20:]
		return
	}
	h.Options = b[20:hlen]
	if Checksum(b[:hlen]) != 0 {
		p.Odd |= OddIPChecksum
	}
	total := int(h.TotalLen)
	switch {
	case p.quote:
		total = len(b)
	case total == 0 && p.Proto == ProtoTCP: // segmentation offload: the length was never filled in
		total = len(b)
		p.Odd |= OddIPLength
	case total < hlen || total > len(b):
		p.Odd |= OddIPLength
		total = max(hlen, min(total, len(b)))
	}
	p.trailer(b, total)
	if h.Offset != 0 || h.MF {
		p.Odd |= OddFragment
	}
	if h.Offset != 0 {
		p.Transport, p.Payload = Fragment, b[hlen:total]
		return
	}
	p.decodeTransport(b[hlen:total])
}

// trailer flags bytes after the n bytes of the IP packet at the start of b, unless
// they can be the padding that brings an Ethernet frame to its least payload of 46
// bytes. Cooked captures keep that padding. Captures of IEEE 802.11 may have a frame
// check sequence of 4 bytes and do not say so.
func (p *Packet) trailer(b []byte, n int) {
	padded := (p.Link == Ethernet || p.Link == SLL || p.Link == SLL2) && len(b) <= 46
	checked := p.Link.wireless() && len(b)-n == 4
	if n < len(b) && !padded && !checked {
		p.Odd |= OddTrailer
	}
}

// maxExtensions bounds the chain that is followed. RFC 8200 section 4.1 foresees at most
// seven different headers; stacks follow 60 and more of one kind (measured).
const maxExtensions = 64

func (p *Packet) decodeIPv6(b []byte) {
	if len(b) < 40 {
		p.Odd |= OddShort
		p.Payload = b
		return
	}
	p.Network = IPv6
	first := binary.BigEndian.Uint32(b)
	p.TOS = uint8(first >> 20)
	p.TTL = b[7]
	p.Src = netip.AddrFrom16([16]byte(b[8:24]))
	p.Dst = netip.AddrFrom16([16]byte(b[24:40]))
	h := &p.IPv6
	h.FlowLabel = first & 0xfffff
	h.PayloadLen = binary.BigEndian.Uint16(b[4:])
	h.NextHeader = b[6]

	body := b[40:]
	if p.quote {
		// as long as it is
	} else if n := int(h.PayloadLen); n == 0 && h.NextHeader == ProtoTCP || n > len(body) {
		p.Odd |= OddIPLength
	} else {
		p.trailer(b, 40+n)
		body = body[:n]
	}
	next, rest, offset := p.extensions(h.NextHeader, body)
	h.Extensions = body[:len(body)-len(rest)]
	p.Proto = next
	switch {
	case p.Odd.Has(OddExtension):
		p.Transport, p.Payload = OtherTransport, rest
	case offset != 0:
		p.Transport, p.Payload = Fragment, rest
	default:
		p.decodeTransport(rest)
	}
}

// extensions walks the extension headers. It gives the protocol and bytes after them,
// and the fragment offset in units of 8 bytes.
func (p *Packet) extensions(next uint8, b []byte) (proto uint8, rest []byte, offset uint16) {
	for range maxExtensions + 1 {
		if _, ok := extensionUnit(next); !ok {
			return next, b, 0
		}
		e, rest, ok := NextExtension(next, b)
		if !ok {
			p.Odd |= OddExtension
			return next, b, 0
		}
		next, b = e.Next, rest
		if e.Kind != ExtFragment {
			continue
		}
		f := binary.BigEndian.Uint16(e.Data)
		if f&0xfff9 != 0 {
			p.Odd |= OddFragment
		}
		if offset = f >> 3; offset != 0 {
			return next, b, offset
		}
	}
	p.Odd |= OddExtension
	return next, b, 0
}

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

// Quoted decodes the packet inside an ICMP or ICMPv6 error into q. Quotes are
// usually cut and stacks alter their lengths, so the length that q's header claims
// is not applied, and oddities of length and checksum mean little. The bytes are
// in p.Payload. ok is false unless q has the addresses and at least the first 8
// bytes of the transport were there; q.Transport then is TCP, UDP or other, with
// only ports (and a TCP sequence number) valid for a TCP header cut at 8 bytes.
func (p *Packet) Quoted(q *Packet) (ok bool) {
	*q = Packet{Link: Raw}
	if !p.isError() {
		return false
	}
	q.quote = true
	q.decodeIP(p.Payload)
	q.quote = false
	if q.Network != IPv4 && q.Network != IPv6 {
		return false
	}
	if q.Transport == OtherTransport && q.Proto == ProtoTCP && len(q.Payload) >= 8 {
		q.Transport = TCP
		q.TCP.SrcPort = binary.BigEndian.Uint16(q.Payload)
		q.TCP.DstPort = binary.BigEndian.Uint16(q.Payload[2:])
		q.TCP.Seq = binary.BigEndian.Uint32(q.Payload[4:])
		q.Payload = q.Payload[8:]
	}
	switch q.Transport {
	case TCP, UDP, ICMP, ICMPv6:
		return true
	}
	return false
}

// isError reports whether the packet is an ICMP message that quotes another
// (RFC 792, RFC 4443 section 2.1).
func (p *Packet) isError() bool {
	switch p.Transport {
	case ICMP:
		switch p.ICMP.Type {
		case ICMPUnreachable, 4, 5, ICMPTimeExceed, 12: // 4 source quench, 5 redirect, 12 parameter problem
			return true
		}
	case ICMPv6:
		return p.ICMP.Type < 128
	}
	return false
}
