package packet

import (
	"encoding/binary"
)

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
