package persona

import (
	"time"

	"whorl/link"
	"whorl/method/gen2"
	"whorl/packet"
)

// disorder is how a stack answers a packet whose extension headers have an order that RFC
// 8200 section 4.1 forbids: hop-by-hop options behind another header.
type disorder struct {
	ipHeader
	silent     bool // nor are there errors about other headers
	passed     bool // it is taken as if its order were good
	kind, code uint8
	shift      int // from the place that RFC 8200 has errors point to
	quote      int // most bytes quoted of the packet
}

// Codes of parameter problems (RFC 4443 section 3.4).
const (
	codeBadField      = 0
	codeUnknownHeader = 1
	codeUnknownOption = 2
)

const (
	header6      = 40 // bytes
	nextInHeader = 6  // where its Next Header field is
	noNextHeader = 59 // RFC 8200 section 4.7
)

// unfold goes through the extension headers of a packet (RFC 8200 section 4) and reports
// whether what is behind them is to be looked at.
func (p *Persona) unfold(now time.Time, in *packet.Packet, out link.Outlet) bool {
	d := &p.six.disorder
	kind, raw := in.IPv6.NextHeader, in.IPv6.Extensions
	field, at := nextInHeader, header6 // of the Next Header field that named this one, and of this one
	for len(raw) > 0 {
		e, rest, ok := packet.NextExtension(kind, raw)
		if !ok {
			return false
		}
		code, pointer, fine := codeUnknownHeader, field, false
		switch kind {
		case packet.ExtHopByHop, packet.ExtDestination:
			if kind == packet.ExtHopByHop && at > header6 && !d.passed {
				p.disordered(now, in, field, out)
				return false
			}
			off, discard, bad := unknownOption(e.Data)
			if discard {
				return false
			}
			code, pointer, fine = codeUnknownOption, at+2+off, !bad
		case packet.ExtRouting: // without a segment left there is nothing to route
			code, pointer, fine = codeBadField, at+2, e.Data[1] == 0
		case packet.ExtFragment:
			fine = true
		}
		if !fine {
			p.problem(now, in, uint8(code), pointer, out)
			return false
		}
		field, at = at, at+len(raw)-len(rest)
		kind, raw = e.Next, rest
	}
	if in.Transport == packet.OtherTransport && kind != noNextHeader {
		p.problem(now, in, codeUnknownHeader, field, out)
	}
	return true
}

// unknownOption finds the first option in the data of a header that is not known, by what
// its type says is to be done then: pass it over, discard the packet, or tell. off is its
// place (RFC 8200 section 4.2).
func unknownOption(data []byte) (off int, discard, tell bool) {
	const pad1, action = 0, 0xc0
	for off < len(data) {
		switch kind := data[off]; {
		case kind == pad1:
			off++
			continue
		case off+2 > len(data) || off+2+int(data[off+1]) > len(data):
			return off, true, false
		case kind&action == 0x40:
			return off, true, false
		case kind&action != 0:
			return off, false, true
		}
		off += 2 + int(data[off+1])
	}
	return off, false, false
}

// disordered answers a packet with hop-by-hop options that the field at that place names.
func (p *Persona) disordered(now time.Time, in *packet.Packet, field int, out link.Outlet) {
	d := &p.six.disorder
	pointer := uint32(0)
	if d.kind == packet.ICMPv6ParamProblem {
		pointer = uint32(max(field+d.shift, 0))
	}
	p.fail6(now, in, &d.ipHeader, packet.ICMPHeader{Type: d.kind, Code: d.code, Rest: pointer}, d.quote, out)
}

// problem tells of a header that cannot be understood (RFC 4443 section 3.4).
func (p *Persona) problem(now time.Time, in *packet.Packet, code uint8, pointer int, out link.Outlet) {
	d := &p.six.disorder
	p.fail6(now, in, &d.ipHeader, packet.ICMPHeader{Type: packet.ICMPv6ParamProblem, Code: code, Rest: uint32(pointer)}, d.quote, out)
}

// fail6 sends an error about a header, but never about another error (RFC 4443 section 2.4 (e)).
func (p *Persona) fail6(now time.Time, in *packet.Packet, h *ipHeader, message packet.ICMPHeader, quote int, out link.Outlet) {
	if p.six.disorder.silent || p.silent[gen2.IE2] || in.Transport == packet.ICMPv6 && in.ICMP.Type < packet.ICMPv6EchoRequest {
		return
	}
	if b, ok := p.quote6(in); ok {
		p.tell6(now, in, h, message, b[:min(len(b), quote)], out)
	}
}
