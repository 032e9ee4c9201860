package packet

import (
	"encoding/binary"
	"net/netip"
)

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
