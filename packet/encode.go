package packet

import (
	"encoding/binary"
	"fmt"
)

// Append writes the packet as a frame of its link type to the end of b. Lengths,
// data offset and checksums are computed; everything else is written as it
// stands, however odd. It returns an error, and b unchanged, if the packet cannot
// be put on the wire: no network layer, options that are not a multiple of four
// bytes or too long, more than 65,535 bytes, or a link type without a writer
// (only Ethernet and the raw ones have). Headers that Packet has no fields for (LLC,
// MPLS, PPPoE, tags beyond two) are left out.
func (p *Packet) Append(b []byte) ([]byte, error) {
	start := len(b)
	switch p.Link {
	case Ethernet:
		b = append(b, p.DstMAC[:]...)
		b = append(b, p.SrcMAC[:]...)
		for _, tag := range p.VLAN[:min(int(p.VLANs), len(p.VLAN))] {
			b = binary.BigEndian.AppendUint16(b, EtherTypeVLAN)
			b = binary.BigEndian.AppendUint16(b, tag)
		}
		b = binary.BigEndian.AppendUint16(b, p.etherType())
	case Raw, IPv4Only, IPv6Only:
	default:
		return b[:start], fmt.Errorf("packet: cannot write link type %v", p.Link)
	}
	var err error
	switch p.Network {
	case ARP:
		b, err = p.appendARP(b)
	case IPv4:
		b, err = p.appendIPv4(b)
	case IPv6:
		b, err = p.appendIPv6(b)
	default:
		err = fmt.Errorf("packet: no network layer to write")
	}
	if err != nil {
		return b[:start], err
	}
	return b, nil
}

func (p *Packet) etherType() uint16 {
	switch p.Network {
	case ARP:
		return EtherTypeARP
	case IPv4:
		return EtherTypeIPv4
	case IPv6:
		return EtherTypeIPv6
	}
	return p.EtherType
}

func (p *Packet) appendARP(b []byte) ([]byte, error) {
	a := &p.ARP
	if !a.SenderIP.Is4() || !a.TargetIP.Is4() {
		return b, fmt.Errorf("packet: ARP needs IPv4 addresses, has %v and %v", a.SenderIP, a.TargetIP)
	}
	s, t := a.SenderIP.As4(), a.TargetIP.As4()
	b = append(b, 0, 1, 8, 0, 6, 4)
	b = binary.BigEndian.AppendUint16(b, a.Op)
	b = append(b, a.SenderMAC[:]...)
	b = append(b, s[:]...)
	b = append(b, a.TargetMAC[:]...)
	return append(b, t[:]...), nil
}

func (p *Packet) appendIPv4(b []byte) ([]byte, error) {
	h := &p.IPv4
	if !p.Src.Is4() || !p.Dst.Is4() {
		return b, fmt.Errorf("packet: IPv4 header with addresses %v and %v", p.Src, p.Dst)
	}
	if len(h.Options)%4 != 0 || len(h.Options) > 40 {
		return b, fmt.Errorf("packet: %d bytes of IPv4 options", len(h.Options))
	}
	at := len(b)
	var frag uint16
	if h.Reserved {
		frag |= 0x8000
	}
	if h.DF {
		frag |= 0x4000
	}
	if h.MF {
		frag |= 0x2000
	}
	frag |= h.Offset & 0x1fff
	hlen := 20 + len(h.Options)
	src, dst := p.Src.As4(), p.Dst.As4()
	b = append(b, 0x40|byte(hlen/4), p.TOS, 0, 0, byte(h.ID>>8), byte(h.ID), byte(frag>>8), byte(frag), p.TTL, p.proto(), 0, 0)
	b = append(b, src[:]...)
	b = append(b, dst[:]...)
	b = append(b, h.Options...)
	b, err := p.appendTransport(b)
	if err != nil {
		return b, err
	}
	total := len(b) - at
	if total > 0xffff {
		return b, fmt.Errorf("packet: %d bytes do not fit an IPv4 packet", total)
	}
	binary.BigEndian.PutUint16(b[at+2:], uint16(total))
	binary.BigEndian.PutUint16(b[at+10:], Checksum(b[at:at+hlen]))
	return b, nil
}

func (p *Packet) appendIPv6(b []byte) ([]byte, error) {
	if !p.Src.Is6() || !p.Dst.Is6() {
		return b, fmt.Errorf("packet: IPv6 header with addresses %v and %v", p.Src, p.Dst)
	}
	at := len(b)
	next := p.proto()
	if len(p.IPv6.Extensions) > 0 {
		next = p.IPv6.NextHeader
	}
	src, dst := p.Src.As16(), p.Dst.As16()
	b = binary.BigEndian.AppendUint32(b, 6<<28|uint32(p.TOS)<<20|p.IPv6.FlowLabel&0xfffff)
	b = append(b, 0, 0, next, p.TTL)
	b = append(b, src[:]...)
	b = append(b, dst[:]...)
	b = append(b, p.IPv6.Extensions...)
	b, err := p.appendTransport(b)
	if err != nil {
		return b, err
	}
	n := len(b) - at - 40
	if n > 0xffff {
		return b, fmt.Errorf("packet: %d bytes do not fit an IPv6 packet", n)
	}
	binary.BigEndian.PutUint16(b[at+4:], uint16(n))
	return b, nil
}

// proto is the protocol number that goes with the transport.
func (p *Packet) proto() uint8 {
	switch p.Transport {
	case TCP:
		return ProtoTCP
	case UDP:
		return ProtoUDP
	case ICMP:
		return ProtoICMP
	case ICMPv6:
		return ProtoICMPv6
	}
	return p.Proto
}

func (p *Packet) appendTransport(b []byte) ([]byte, error) {
	at := len(b)
	switch p.Transport {
	case TCP:
		h := &p.TCP
		if len(h.Options)%4 != 0 || len(h.Options) > 40 {
			return b, fmt.Errorf("packet: %d bytes of TCP options", len(h.Options))
		}
		b = binary.BigEndian.AppendUint16(b, h.SrcPort)
		b = binary.BigEndian.AppendUint16(b, h.DstPort)
		b = binary.BigEndian.AppendUint32(b, h.Seq)
		b = binary.BigEndian.AppendUint32(b, h.Ack)
		b = append(b, byte((20+len(h.Options))/4)<<4|h.Reserved&15, byte(h.Flags))
		b = binary.BigEndian.AppendUint16(b, h.Window)
		b = append(b, 0, 0)
		b = binary.BigEndian.AppendUint16(b, h.Urgent)
		b = append(b, h.Options...)
		b = append(b, p.Payload...)
		binary.BigEndian.PutUint16(b[at+16:], TransportChecksum(p.Src, p.Dst, ProtoTCP, b[at:]))
	case UDP:
		h := &p.UDP
		b = binary.BigEndian.AppendUint16(b, h.SrcPort)
		b = binary.BigEndian.AppendUint16(b, h.DstPort)
		b = binary.BigEndian.AppendUint16(b, uint16(8+len(p.Payload)))
		b = append(b, 0, 0)
		b = append(b, p.Payload...)
		sum := TransportChecksum(p.Src, p.Dst, ProtoUDP, b[at:])
		if sum == 0 {
			sum = 0xffff // RFC 768: zero would mean none
		}
		binary.BigEndian.PutUint16(b[at+6:], sum)
	case ICMP, ICMPv6:
		h := &p.ICMP
		b = append(b, h.Type, h.Code, 0, 0)
		b = binary.BigEndian.AppendUint32(b, h.Rest)
		b = append(b, p.Payload...)
		sum := Checksum(b[at:])
		if p.Transport == ICMPv6 {
			sum = TransportChecksum(p.Src, p.Dst, ProtoICMPv6, b[at:])
		}
		binary.BigEndian.PutUint16(b[at+2:], sum)
	default:
		b = append(b, p.Payload...)
	}
	return b, nil
}
