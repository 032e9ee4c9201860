package gen2

import (
	"encoding/binary"
	"hash/crc32"
	"net/netip"

	"whorl/packet"
)

// Reply is the answer to one probe, reduced to what fingerprinting looks at. It is one
// small block of memory without pointers, as scans hold hundreds of thousands.
type Reply struct {
	TTL      uint8
	DF       bool
	Doubtful bool  // does not fit its probe: a better answer may replace it
	Copies   uint8 // further answers to the same probe, counted up to 255
	IPID     uint16
	IPLen    uint16 // IP total length as the header says, bytes

	// TCP.
	Seq, Ack uint32
	Window   uint16
	Urgent   uint16
	DataCRC  uint32 // CRC-32 (IEEE) of the data; that of no data is 0
	Flags    packet.Flags
	Reserved uint8
	Options  RawOptions

	// ICMP.
	Code uint8
	Rest uint32 // the second word of the header
}

// maxOptions is what a TCP header has room for, in bytes: a data offset of 15 words
// less the 5 of the fixed part (RFC 9293 section 3.1).
const maxOptions = 40

// RawOptions are the options of a TCP header as they came, padding included.
type RawOptions struct {
	length uint8
	bytes  [maxOptions]byte
}

// NewRawOptions copies options. What a TCP header has no room for is left out.
func NewRawOptions(raw []byte) (o RawOptions) {
	o.length = uint8(copy(o.bytes[:], raw))
	return o
}

// Bytes are the options, valid as long as o does not change.
func (o *RawOptions) Bytes() []byte { return o.bytes[:o.length] }

// newReply keeps what matters of p.
func newReply(p *packet.Packet) *Reply {
	r := &Reply{TTL: p.TTL, DF: p.IPv4.DF, IPID: p.IPv4.ID, IPLen: p.IPv4.TotalLen}
	switch p.Transport {
	case packet.TCP:
		h := &p.TCP
		r.Seq, r.Ack, r.Flags, r.Reserved = h.Seq, h.Ack, h.Flags, h.Reserved
		r.Window, r.Urgent = h.Window, h.Urgent
		r.Options = NewRawOptions(h.Options)
		r.DataCRC = crc32.ChecksumIEEE(p.Payload)
	case packet.ICMP:
		r.Code, r.Rest = p.ICMP.Code, p.ICMP.Rest
	}
	return r
}

// synAck reports whether the answer accepts the connection.
func (r *Reply) synAck() bool {
	return r.Flags.Has(packet.SYN|packet.ACK) && !r.Flags.Has(packet.RST)
}

// timestamp is the value of the timestamps option.
func (r *Reply) timestamp() (val uint32, ok bool) {
	h := packet.TCPHeader{Options: r.Options.Bytes()}
	val, _, ok = h.Timestamp()
	return val, ok
}

// Quote is what an ICMP error says of the packet that caused it.
type Quote struct {
	IPLen      uint16
	IPID       uint16
	TTL        uint8
	IPSum      uint16 // IP header checksum
	IPSumGood  bool   // it is right for the quoted header
	UDPSum     uint16 // UDP checksum
	UDPSumGood bool   // it is the one that was sent
	DataGood   bool   // all quoted data bytes are as sent
}

// readQuote reduces the packet inside a port unreachable: q as decoded, raw its
// bytes, us the address that U1 came from.
func (e *Exchange) readQuote(q *packet.Packet, raw []byte, us netip.Addr) Quote {
	u := Quote{
		IPLen: q.IPv4.TotalLen, IPID: q.IPv4.ID, TTL: q.TTL,
		IPSum: q.IPv4.Checksum, IPSumGood: packet.Checksum(raw[:20]) == 0,
		UDPSum: q.UDP.Checksum, UDPSumGood: q.UDP.Checksum == e.udpChecksum(us),
		DataGood: true,
	}
	for _, c := range q.Payload[:min(len(q.Payload), udpLen)] {
		u.DataGood = u.DataGood && c == udpFill
	}
	return u
}

// udpChecksum is the checksum that U1 was sent with.
func (e *Exchange) udpChecksum(src netip.Addr) uint16 {
	var seg [8 + udpLen]byte
	binary.BigEndian.PutUint16(seg[0:], e.Numbers.UDPPort)
	binary.BigEndian.PutUint16(seg[2:], e.Target.ClosedUDP)
	binary.BigEndian.PutUint16(seg[4:], uint16(len(seg)))
	copy(seg[8:], udpCs[:])
	if sum := packet.TransportChecksum(src, e.Target.Addr, packet.ProtoUDP, seg[:]); sum != 0 {
		return sum
	}
	return 0xffff
}
