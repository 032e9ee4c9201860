package gen1

import (
	"bytes"
	"encoding/binary"
	"time"

	"whorl/packet"
)

// Reply is the answer to one probe, reduced to what Measure looks at.
type Reply struct {
	At       time.Time
	Doubtful bool // does not fit its probe: a better answer may replace it
	DF       bool
	TOS      uint8
	IPID     uint16
	IPLen    uint16 // IP total length as the header says, bytes

	// TCP.
	Seq, Ack uint32
	Flags    packet.Flags
	Window   uint16
	Options  []byte // raw, padding included
}

func newReply(p *packet.Packet, at time.Time) *Reply {
	r := &Reply{At: at, DF: p.IPv4.DF, TOS: p.TOS, IPID: p.IPv4.ID, IPLen: p.IPv4.TotalLen}
	if h := &p.TCP; p.Transport == packet.TCP {
		r.Seq, r.Ack, r.Flags, r.Window = h.Seq, h.Ack, h.Flags, h.Window
		r.Options = bytes.Clone(h.Options)
	}
	return r
}

// synAck reports whether there is an answer that accepts the connection.
func (r *Reply) synAck() bool {
	return r != nil && r.Flags.Has(packet.SYN|packet.ACK) && !r.Flags.Has(packet.RST)
}

// timestamp is the value of the timestamps option.
func (r *Reply) timestamp() (val uint32, ok bool) {
	h := packet.TCPHeader{Options: r.Options}
	val, _, ok = h.Timestamp()
	return val, ok
}

// Quote is what a port unreachable says of PU.
type Quote struct {
	IPLen      uint16
	IPID       uint16
	IPSum      uint16 // IP header checksum
	IPSumGood  bool   // it is right for the quoted header
	UDPSum     uint16 // UDP checksum
	UDPSumGood bool   // it is the one that was sent
	UDPLen     uint16
	DataGood   bool // all quoted data bytes are as sent
}

// readQuote reduces the packet inside the port unreachable p.
func (e *Exchange) readQuote(p *packet.Packet) Quote {
	var q packet.Packet
	p.Quoted(&q)
	u := Quote{
		IPLen: q.IPv4.TotalLen, IPID: q.IPv4.ID,
		IPSum: q.IPv4.Checksum, IPSumGood: packet.Checksum(p.Payload[:20]) == 0,
		UDPSum: q.UDP.Checksum, UDPSumGood: q.UDP.Checksum == e.udpChecksum(p),
		UDPLen: q.UDP.Length, DataGood: true,
	}
	for _, c := range q.Payload[:min(len(q.Payload), dataLen)] {
		u.DataGood = u.DataGood && c == e.Numbers.Fill
	}
	return u
}

// udpChecksum is the checksum that PU was sent with; answer tells our address.
func (e *Exchange) udpChecksum(answer *packet.Packet) uint16 {
	seg := binary.BigEndian.AppendUint16(nil, e.Numbers.PortBase)
	seg = binary.BigEndian.AppendUint16(seg, e.Target.ClosedUDP)
	seg = binary.BigEndian.AppendUint16(seg, udpLen)
	seg = append(seg, 0, 0)
	seg = append(seg, bytes.Repeat([]byte{e.Numbers.Fill}, dataLen)...)
	if sum := packet.TransportChecksum(answer.Dst, e.Target.Addr, packet.ProtoUDP, seg); sum != 0 {
		return sum
	}
	return 0xffff
}
