package packet

import (
	"encoding/binary"
	"fmt"
	"net/netip"
)

// Template is a packet encoded once, from which many are made that differ only in what a
// [Stamp] holds. It is for senders whose time goes by the packet: a stamped frame is the
// same as that of [Packet.Append] and costs a tenth.
//
// Checksums are updated instead of computed (RFC 1624, equation 3, for fields that were
// zero before).
type Template struct {
	frame     []byte // the fields of a stamp are zero, checksums too
	ip        int    // where the IP header begins
	segment   int    // where the TCP or ICMP header begins
	network   Network
	transport Transport
	ipSum     uint64 // one's complement sum over the IPv4 header
	sum       uint64 // and over what the transport's checksum covers
}

// Stamp is what changes from packet to packet. Every field replaces that of the
// template, except that a zero DstMAC keeps it.
type Stamp struct {
	DstMAC           MAC        // used on Ethernet
	Dst              netip.Addr // of the template's version of IP
	ID               uint16     // of the IPv4 header
	SrcPort, DstPort uint16     // TCP
	Seq, Ack         uint32     // TCP
	Rest             uint32     // ICMP
}

// NewTemplate encodes a packet, which has to be TCP or ICMP without IPv6 extension headers,
// on a link type that Append can write.
func NewTemplate(p *Packet) (*Template, error) {
	q := *p
	header := 20 + len(p.IPv4.Options)
	switch {
	case p.Network == IPv4 && (p.Transport == TCP || p.Transport == ICMP):
		q.Dst = netip.IPv4Unspecified()
	case p.Network == IPv6 && (p.Transport == TCP || p.Transport == ICMPv6) && len(p.IPv6.Extensions) == 0:
		q.Dst, header = netip.IPv6Unspecified(), 40
	default:
		return nil, fmt.Errorf("packet: a template is TCP or ICMP, without IPv6 extension headers")
	}
	q.IPv4.ID = 0
	q.TCP.SrcPort, q.TCP.DstPort, q.TCP.Seq, q.TCP.Ack = 0, 0, 0, 0
	q.ICMP.Rest = 0
	frame, err := q.Append(nil)
	if err != nil {
		return nil, err
	}
	t := &Template{frame: frame, network: p.Network, transport: p.Transport}
	if p.Link == Ethernet {
		t.ip = 14 + 4*min(int(p.VLANs), len(p.VLAN))
	}
	t.segment = t.ip + header
	head, segment := frame[t.ip:t.segment], frame[t.segment:]
	switch p.Transport {
	case TCP:
		clear(segment[16:18])
		t.sum = pseudo(q.Src, q.Dst, ProtoTCP, len(segment))
	case ICMPv6:
		clear(segment[2:4])
		t.sum = pseudo(q.Src, q.Dst, ProtoICMPv6, len(segment))
	default:
		clear(segment[2:4])
	}
	if p.Network == IPv4 {
		clear(head[10:12])
		t.ipSum = uint64(fold(sum(0, head)))
	}
	t.sum = uint64(fold(sum(t.sum, segment)))
	return t, nil
}

// Len is the length of a frame in bytes.
func (t *Template) Len() int { return len(t.frame) }

// Append adds one stamped frame to the end of b. s.Dst must be of the template's version
// of IP.
func (t *Template) Append(b []byte, s *Stamp) []byte {
	at := len(b)
	b = append(b, t.frame...)
	frame := b[at:]
	if t.ip > 0 && !s.DstMAC.IsZero() {
		copy(frame, s.DstMAC[:])
	}
	addr := t.address(frame[t.ip:], s)
	segment := frame[t.segment:]
	if t.transport != TCP {
		covered := t.sum + uint64(s.Rest)
		if t.transport == ICMPv6 {
			covered += addr
		}
		binary.BigEndian.PutUint16(segment[2:], ^fold(covered))
		binary.BigEndian.PutUint32(segment[4:], s.Rest)
		return b
	}
	segment = segment[:20]
	binary.BigEndian.PutUint16(segment, s.SrcPort)
	binary.BigEndian.PutUint16(segment[2:], s.DstPort)
	binary.BigEndian.PutUint32(segment[4:], s.Seq)
	binary.BigEndian.PutUint32(segment[8:], s.Ack)
	sum := t.sum + addr + uint64(s.SrcPort) + uint64(s.DstPort) + uint64(s.Seq) + uint64(s.Ack)
	binary.BigEndian.PutUint16(segment[16:], ^fold(sum))
	return b
}

// address fills in the IP header, and gives the destination as part of a checksum, below
// 2^34.
func (t *Template) address(head []byte, s *Stamp) (addr uint64) {
	if t.network == IPv6 {
		dst := s.Dst.As16()
		copy(head[24:40], dst[:])
		for i := 0; i < 16; i += 4 {
			addr += uint64(binary.BigEndian.Uint32(dst[i:]))
		}
		return addr
	}
	dst := s.Dst.As4()
	addr = uint64(binary.BigEndian.Uint32(dst[:]))
	head = head[:20]
	binary.BigEndian.PutUint16(head[4:], s.ID)
	binary.BigEndian.PutUint16(head[10:], ^fold(t.ipSum+uint64(s.ID)+addr))
	copy(head[16:], dst[:])
	return addr
}
