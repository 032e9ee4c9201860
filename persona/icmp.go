package persona

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
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

// chooseICMP chooses how echo requests and closed UDP ports are answered.
func (c *chooser) chooseICMP(i *instance) error {
	return cmp.Or(c.chooseError(&i.unreachable), c.chooseEcho(&i.echoes))
}

func (c *chooser) chooseError(u *unreachable) error {
	if u.silent = c.silent(gen2.TestU1); u.silent {
		return c.noErrors()
	}
	df, err1 := c.text(gen2.TestU1, "DF", "N")
	u.df = df == "Y"
	ipl, err2 := c.number(gen2.TestU1, "IPL", probeLen+errorLen, nil, 56)
	if err2 != nil {
		err2 = fmt.Errorf("%w: an answer is not longer than its probe and %d bytes", err2, errorLen)
	} else if ipl < errorLen+28 {
		err2 = fmt.Errorf("U1: IPL: %X is too short to quote the ports", ipl)
	}
	u.quote = int(ipl) - errorLen
	err2 = cmp.Or(err2, c.quotes(u), c.bursts(u))
	rest, err3 := c.number(gen2.TestU1, "UN", 1<<32-1, nil, 0)
	u.rest = uint32(rest)
	var err4, err5, err6 error
	u.length, err4 = c.change("RIPL", probeLen)
	u.id, err5 = c.change("RID", probeID)
	u.udpSum, err6 = c.change("RUCK", 0)
	sum, err7 := c.text(gen2.TestU1, "RIPCK", "G")
	if err7 == nil && sum != "G" && sum != "Z" && sum != "I" {
		err7 = fmt.Errorf("U1: RIPCK: %q is not G, Z or I", sum)
	} else if err7 == nil {
		u.ipSum = sum[0]
	}
	u.spoilt = !c.allows(gen2.TestU1, "RUD", "G")
	if u.spoilt && err2 == nil && u.quote <= 28 {
		err7 = cmp.Or(err7, errors.New("U1: RUD: I, but no data is quoted"))
	}
	return cmp.Or(err1, err2, err3, err4, err5, err6, err7)
}

// change reads how a quoted number is altered; sent is what U1 has there, and a
// number that follows from it is taken to follow from that of any packet.
func (c *chooser) change(attr string, sent uint16) (change, error) {
	e := c.expr(gen2.TestU1, attr)
	if e == nil || e.Match("G") {
		return change{}, nil
	}
	var not []uint64
	if sent != 0 {
		not = append(not, uint64(sent)) // would be shown as G
	}
	n, err := c.number(gen2.TestU1, attr, 0xffff, not, 0)
	return changeTo(uint16(n), sent), err
}

// changeTo is how v comes from what was sent, 0 if it does not.
func changeTo(v, sent uint16) change {
	const header = 20
	switch {
	case sent == 0:
	case v == sent:
		return change{}
	case v == sent+header || v == sent-header:
		return change{changeAdd, v - sent}
	case v == bits.ReverseBytes16(sent):
		return change{changeSwap, 0}
	case v == bits.ReverseBytes16(sent-header) && sent == probeLen:
		return change{changeSwap, ^uint16(header) + 1}
	}
	return change{changeSet, v}
}

func (c *chooser) chooseEcho(e *echoes) error {
	e.silent = c.silent(gen2.TestIE)
	if known, silent := c.answered("EC"); known && silent != e.silent {
		if e.silent || !c.allows(gen2.TestIE, "R", "N") {
			return errors.New("EC: R: an answer to EC and none to IE or the other way round: both are echo requests")
		}
		e.silent = true
	}
	if e.silent {
		return nil
	}
	e.copies.tos = taken
	if err := c.copies("EC", &e.copies); err != nil {
		return err
	}
	dfi, err := c.text(gen2.TestIE, "DFI", "S")
	switch dfi {
	case "N":
		e.df = dfNever
	case "S":
		e.df = dfSame
	case "Y":
		e.df = dfAlways
	case "O":
		e.df = dfContrary
	default:
		err = cmp.Or(err, fmt.Errorf("IE: DFI: %q is not N, S, Y or O", dfi))
	}
	if cd := c.expr(gen2.TestIE, "CD"); cd == nil || cd.Match("S") {
		return err
	} else if cd.Match("O") {
		e.code = codeContrary
		return err
	}
	v, bad := c.text(gen2.TestIE, "CD", "Z")
	e.code = codeSet
	if v != "Z" {
		n, wrong := c.number(gen2.TestIE, "CD", 0xff, []uint64{0})
		e.value, bad = uint8(n), cmp.Or(bad, wrong)
	}
	return cmp.Or(err, bad)
}
