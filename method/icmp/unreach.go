package icmp

import (
	"math/bits"

	"whorl/method"
	"whorl/packet"
)

// Unreach is what the port unreachables of a host over one version of IP have in common. It
// holds no pointer. The zero value has none.
type Unreach struct {
	Heard
	said unreachSaid
}

// unreachSaid are the values that are told.
type unreachSaid struct {
	guess, initial value // TTL that they left with, as guessed and as the quote tells
	df, tos, flow  value // flow: label of IPv6, as a letter
	unused         value
	least, most    uint16 // bytes that are quoted of a packet that has more; most 0: no limit seen
	length, id     value  // IP length and IP ID of the quote
	label          value  // its flow label
	header, sum    value  // its checksums
	data           value
}

// Add takes a port unreachable. c is the datagram that caused it, as it was seen before; nil:
// it was not. mine is false if it is no such message, does not quote a datagram to its own
// sender, or is malformed. news tells that it says more than those before.
func (u *Unreach) Add(p *packet.Packet, c *Cause) (mine, news bool) {
	var q packet.Packet
	if !IsUnreach(p) || !p.Quoted(&q) || q.Network != p.Network || q.Transport != packet.UDP || q.Src != p.Dst || q.Dst != p.Src ||
		q.Odd.Has(packet.OddFragment) || len(q.IPv4.Options)+len(q.IPv6.Extensions) > 0 || q.UDP.Length < headerUDP {
		return false, false
	}
	e := quotation{p: p, q: &q, full: header4 + int(q.UDP.Length)}
	e.quoted = int(p.IPv4.TotalLen) - header4 - len(p.IPv4.Options) - headerICMP
	if p.Network == packet.IPv6 {
		e.full = header6 + int(q.UDP.Length)
		e.quoted = int(p.IPv6.PayloadLen) - len(p.IPv6.Extensions) - headerICMP
	}
	if e.quoted < len(p.Payload) {
		return false, false
	}
	if c != nil && e.causedBy(c) {
		e.c = c
	}
	before := u.said
	u.Heard.add(p.TTL)
	u.said.outside(&e)
	u.said.inside(&e)
	return true, u.said != before
}

// quotation is a port unreachable with the datagram that it quotes.
type quotation struct {
	p, q         *packet.Packet
	c            *Cause // nil: not known
	full, quoted int    // bytes of the datagram, and of what is quoted
}

// causedBy reports whether a datagram of the same ends is the one that is quoted.
func (e *quotation) causedBy(c *Cause) bool {
	same := c.Sum != 0 && c.Sum == e.q.UDP.Checksum || c.ID != 0 && c.ID == e.q.IPv4.ID ||
		c.ID != 0 && bits.ReverseBytes16(c.ID) == e.q.IPv4.ID
	return same && int(c.Len) == e.full
}

// outside takes what the message itself shows.
func (s *unreachSaid) outside(e *quotation) {
	p := e.p
	s.guess.see(uint32(method.GuessTTL(p.TTL)))
	if e.c != nil && e.c.TTL >= e.q.TTL {
		s.initial.see(uint32(p.TTL) + uint32(e.c.TTL-e.q.TTL))
	}
	if p.Network == packet.IPv4 {
		s.df.seeBool(p.IPv4.DF)
	} else {
		s.flow.seeLetter(flowLetter(p.IPv6.FlowLabel, e.q.IPv6.FlowLabel))
	}
	if e.q.TOS == 0 { // as in the probes; Linux copies some bits
		s.tos.see(uint32(p.TOS))
	}
	s.unused.see(p.ICMP.Rest)
	if !extended(p) {
		s.limit(e)
	}
}

// flowLetter tells a flow label by that of the packet which is answered: zero, the same or
// another one, as package ipv6 does.
func flowLetter(label, theirs uint32) byte {
	switch label {
	case 0:
		return 'Z'
	case theirs:
		return 'S'
	}
	return 'O'
}

// extended reports whether the quote may be padded for extensions behind it (RFC 4884
// section 4).
func extended(p *packet.Packet) bool {
	if p.Network == packet.IPv6 {
		return p.ICMP.Rest>>24 != 0
	}
	return p.ICMP.Rest>>16&0xff != 0
}

// limit takes how much is quoted. What is quoted whole could be longer.
func (s *unreachSaid) limit(e *quotation) {
	switch {
	case e.quoted < e.full:
		s.least = max(s.least, uint16(e.quoted))
		if s.most == 0 || uint16(e.quoted) < s.most {
			s.most = uint16(e.quoted)
		}
	case e.quoted == e.full:
		s.least = max(s.least, uint16(e.full))
	}
}

// inside takes what became of the datagram in the quote.
func (s *unreachSaid) inside(e *quotation) {
	q, held := e.q, e.p.Payload
	if e.p.Network == packet.IPv4 {
		s.header.seeLetter(headerSum(held[:header4]))
		s.seeLength(int(q.IPv4.TotalLen), e.full)
		if e.c != nil {
			s.seeID(q.IPv4.ID, e.c.ID)
		}
	} else {
		if q.IPv6.PayloadLen == q.UDP.Length {
			s.length.seeLetter('G')
		}
		if e.c != nil && e.c.Flow == q.IPv6.FlowLabel {
			s.label.seeLetter('G')
		}
	}
	whole := len(held) >= e.full
	sound := whole && q.UDP.Checksum != 0 && !q.Odd.Has(packet.OddChecksum)
	switch {
	case sound, e.c != nil && q.UDP.Checksum != 0 && q.UDP.Checksum == e.c.Sum:
		s.sum.seeLetter('G')
	case e.c != nil && q.UDP.Checksum == 0 && e.c.Sum != 0:
		s.sum.see(0)
	}
	if sound || e.quoted == e.full-int(q.UDP.Length)+headerUDP {
		s.data.seeLetter('G')
	}
}

// headerSum tells the checksum of a quoted header: zero, good or invalid.
func headerSum(header []byte) byte {
	switch {
	case header[10]|header[11] == 0:
		return 'Z'
	case packet.Checksum(header) == 0:
		return 'G'
	}
	return 'I'
}

// What stacks make of the length of a datagram: they take off or add a header, or swap the
// bytes; and of its IP ID. Others are left out, as a NAT may have made them.
func (s *unreachSaid) seeLength(got, want int) {
	switch got {
	case want:
		s.length.seeLetter('G')
	case want - header4:
		s.length.see(probe4 - header4)
	case want + header4:
		s.length.see(probe4 + header4)
	case int(bits.ReverseBytes16(uint16(want))):
		s.length.see(uint32(bits.ReverseBytes16(probe4)))
	}
}

func (s *unreachSaid) seeID(got, want uint16) {
	switch {
	case want == 0 || want == bits.ReverseBytes16(want): // tells nothing
	case got == want:
		s.id.seeLetter('G')
	case got == bits.ReverseBytes16(want):
		s.id.see(uint32(bits.ReverseBytes16(probeID)))
	case got == 0:
		s.id.see(0)
	}
}

// The probes whose answers records tell of: U1 has 328 bytes and its own IP ID, QU 568 bytes;
// over IPv6 U1 has 348.
const (
	probe4   = 328
	probe6   = 348
	probeBig = 568
	probeID  = 0x1042
)
