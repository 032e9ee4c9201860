package persona

import (
	"encoding/binary"
	"math/bits"
	"time"

	"whorl/link"
	"whorl/method/gen2"
	"whorl/packet"
)

// unreachable is how a stack tells that a UDP port is closed.
type unreachable struct {
	ipHeader
	silent  bool
	limit   limit
	quote   int    // most bytes quoted of the packet
	rest    uint32 // second word of the ICMP header
	ttlLoss int    // by how much the quoted TTL is less than the received one
	length  change // of the total length
	id      change // of the IP ID
	ipSum   byte   // G right, Z zero, I wrong
	udpSum  change
	spoilt  bool // the quoted data is altered
}

// change is what a stack does to a number that it quotes.
type change struct {
	kind  changeKind
	value uint16
}

type changeKind uint8

const (
	changeNone changeKind = iota // G
	changeSet                    // to value
	changeAdd                    // value, modulo 2^16
	changeSwap                   // the bytes, after adding value
)

func (c change) of(v uint16) uint16 {
	switch c.kind {
	case changeSet:
		return c.value
	case changeAdd:
		return v + c.value
	case changeSwap:
		return bits.ReverseBytes16(v + c.value)
	}
	return v
}

// udp answers a datagram to a closed port (RFC 1122 section 4.1.3.1).
func (p *Persona) udp(now time.Time, in *packet.Packet, out link.Outlet) {
	u := &p.unreachable
	if u.silent || p.silent[gen2.U1] || p.udpPort(in.UDP.DstPort) != closed {
		return
	}
	quoted, ok := p.quoted(in)
	if !ok || !u.limit.take(now) {
		return
	}
	a := p.begin(now, in.Src, packet.ICMP, &u.ipHeader)
	u.copies.onto(a, in)
	a.ICMP = packet.ICMPHeader{Type: packet.ICMPUnreachable, Code: packet.CodePortUnreachable, Rest: u.rest}
	a.Payload = quoted
	out.Send(p.o.Delay, a)
}

// quoted is the packet as the stack quotes it: cut, and altered in its ways.
func (p *Persona) quoted(in *packet.Packet) ([]byte, bool) {
	u := &p.unreachable
	q := *in
	q.Link = packet.Raw
	q.TTL = uint8(max(int(in.TTL)-u.ttlLoss, 0))
	b, err := q.Append(p.scratch.quote[:0])
	if err != nil {
		return nil, false
	}
	p.scratch.quote = b[:0]
	header := 20 + len(in.IPv4.Options)
	sum := b[header+6:]
	if in.UDP.Checksum == 0 {
		sum[0], sum[1] = 0, 0
	}
	edit := func(at []byte, c change) { binary.BigEndian.PutUint16(at, c.of(binary.BigEndian.Uint16(at))) }
	edit(b[2:], u.length)
	edit(b[4:], u.id)
	edit(sum, u.udpSum)
	b[10], b[11] = 0, 0
	switch right := packet.Checksum(b[:header]); {
	case u.ipSum == 'G':
		binary.BigEndian.PutUint16(b[10:], right)
	case u.ipSum == 'I':
		binary.BigEndian.PutUint16(b[10:], wrong(right))
	}
	b = b[:min(len(b), header-20+u.quote)]
	if u.spoilt && len(b) > header+8 {
		b[header+8] ^= 0x20
	}
	return b, true
}

// wrong is a checksum that is neither right nor zero.
func wrong(right uint16) uint16 {
	if right == 0x0101 {
		return 0x0202
	}
	return right ^ 0x0101
}

// echoes is how a stack answers echo requests.
type echoes struct {
	ipHeader
	silent bool
	df     dfRule
	code   codeRule
	value  uint8 // if code is codeSet
}

type dfRule uint8

const (
	dfNever    dfRule = iota // N
	dfSame                   // S, as in the request
	dfAlways                 // Y
	dfContrary               // O, not as in the request
)

type codeRule uint8

const (
	codeSame     codeRule = iota // S
	codeSet                      // Z and numbers
	codeContrary                 // O
)

// icmp answers requests (RFC 1122 section 3.2.2.6).
func (p *Persona) icmp(now time.Time, in *packet.Packet, out link.Outlet) {
	if p.echoes.silent || in.IPv4.DF && p.silent[gen2.IE1] || !in.IPv4.DF && p.silent[gen2.IE2] {
		return
	}
	if in.ICMP.Type == packet.ICMPEchoRequest {
		p.echoReply(now, in, packet.ICMPEchoReply, in.Payload, out)
		return
	}
	p.query(now, in, out)
}

// echoReply answers a request, with the headers of an echo reply.
func (p *Persona) echoReply(now time.Time, in *packet.Packet, kind uint8, data []byte, out link.Outlet) {
	e := &p.echoes
	a := p.begin(now, in.Src, packet.ICMP, &e.ipHeader)
	e.copies.onto(a, in)
	switch e.df {
	case dfSame:
		a.IPv4.DF = in.IPv4.DF
	case dfContrary:
		a.IPv4.DF = !in.IPv4.DF
	default:
		a.IPv4.DF = e.df == dfAlways
	}
	a.ICMP = packet.ICMPHeader{Type: kind, Code: e.codeFor(in.ICMP.Code), Rest: in.ICMP.Rest}
	a.Payload = data
	out.Send(p.o.Delay, a)
}

// codeFor is the code of the reply to a request with that code.
func (e *echoes) codeFor(asked uint8) uint8 {
	switch {
	case e.code == codeSame:
		return asked
	case e.code == codeSet:
		return e.value
	case asked == 0:
		return 1
	}
	return 0
}

// The packet that U1 sends, which references speak of.
const (
	probeLen = 328    // IP total length
	probeID  = 0x1042 // IP ID
	errorLen = 28     // IP and ICMP headers of an error
)
