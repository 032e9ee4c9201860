package icmp

import (
	"hash/crc32"

	"whorl/packet"
)

// Cause is a datagram or an echo request as it was seen on its way to a host, reduced to what
// its answer is compared with. It holds no pointer, as many are kept.
type Cause struct {
	Len  uint16 // bytes of the whole packet
	ID   uint16 // IPv4: IP ID
	Sum  uint16 // checksum of UDP
	TTL  uint8  // or hop limit
	TOS  uint8  // or traffic class
	Code uint8  // of an echo request
	DF   bool   // IPv4
	Flow uint32 // IPv6: flow label
	Data uint32 // CRC-32 (IEEE) of the data of an echo request
}

// CauseOf reads a datagram or an echo request. ok is false for other packets, and for those
// with IP options or extension headers, of which quotes have more than is told here.
func CauseOf(p *packet.Packet) (c Cause, ok bool) {
	c = Cause{TTL: p.TTL, TOS: p.TOS}
	switch p.Network {
	case packet.IPv4:
		c.Len, c.ID, c.DF = p.IPv4.TotalLen, p.IPv4.ID, p.IPv4.DF
		ok = len(p.IPv4.Options) == 0
	case packet.IPv6:
		c.Len, c.Flow = header6+p.IPv6.PayloadLen, p.IPv6.FlowLabel
		ok = len(p.IPv6.Extensions) == 0
	}
	switch {
	case p.Odd.Has(packet.OddFragment):
		return c, false
	case p.Transport == packet.UDP:
		c.Sum = p.UDP.Checksum
	case IsRequest(p):
		c.Code, c.Data = p.ICMP.Code, crc32.ChecksumIEEE(p.Payload)
	default:
		return c, false
	}
	return c, ok
}

// IsRequest reports whether a packet is an echo request.
func IsRequest(p *packet.Packet) bool {
	return p.Transport == packet.ICMP && p.ICMP.Type == packet.ICMPEchoRequest ||
		p.Transport == packet.ICMPv6 && p.ICMP.Type == packet.ICMPv6EchoRequest
}

// IsReply reports whether a packet is an echo reply.
func IsReply(p *packet.Packet) bool {
	return p.Transport == packet.ICMP && p.ICMP.Type == packet.ICMPEchoReply ||
		p.Transport == packet.ICMPv6 && p.ICMP.Type == packet.ICMPv6EchoReply
}

// IsUnreach reports whether a packet is a port unreachable.
func IsUnreach(p *packet.Packet) bool {
	return p.Transport == packet.ICMP && p.ICMP.Type == packet.ICMPUnreachable && p.ICMP.Code == packet.CodePortUnreachable ||
		p.Transport == packet.ICMPv6 && p.ICMP.Type == packet.ICMPv6Unreachable && p.ICMP.Code == packet.ICMPv6CodePortUnrea
}

// Lengths of headers without options, bytes.
const (
	header4    = 20
	header6    = 40
	headerICMP = 8
	headerUDP  = 8
)
