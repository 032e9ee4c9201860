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

// Codes of parameter problems (RFC 4443 section 3.4, RFC 7112 section 5), and of times
// exceeded (RFC 4443 section 3.3).
const (
	codeBadField      = 0
	codeUnknownHeader = 1
	codeUnknownOption = 2
	codeCutChain      = 3
	codeReassembly    = 1
)

const (
	header6      = 40 // bytes
	lengthField  = 4  // where its Payload Length is
	nextInHeader = 6  // where its Next Header field is
	noNextHeader = 59 // RFC 8200 section 4.7
)

// fault is what a header has that keeps what is behind it from being looked at. The zero
// value is none.
type fault struct {
	kind    faultKind
	code    uint8 // of the parameter problem
	pointer int   // its place, bytes
}

type faultKind uint8

const (
	faultNone  faultKind = iota
	faultMute            // the packet is dropped
	faultOrder           // see disorder
	faultTold            // a parameter problem
)

func problem(code uint8, pointer int) fault { return fault{faultTold, code, pointer} }

// unfold goes through the extension headers of a packet (RFC 8200 section 4) and reports
// whether what is behind them is to be looked at.
func (p *Persona) unfold(now time.Time, in *packet.Packet, out link.Outlet) bool {
	d := &p.six.disorder
	switch f := p.six.fault(in); f.kind {
	case faultNone:
		return true
	case faultOrder:
		pointer := uint32(0)
		if d.kind == packet.ICMPv6ParamProblem {
			pointer = uint32(max(f.pointer+d.shift, 0))
		}
		p.fail6(now, in, packet.ICMPHeader{Type: d.kind, Code: d.code, Rest: pointer}, out)
	case faultTold:
		p.fail6(now, in, packet.ICMPHeader{Type: packet.ICMPv6ParamProblem, Code: f.code, Rest: uint32(f.pointer)}, out)
	}
	return false
}

// fault is the first in the chain of a packet. That of a fragment ends with the Fragment
// header: what is behind is looked at when the packet is whole.
func (s *over6) fault(in *packet.Packet) (f fault) {
	kind, raw := in.IPv6.NextHeader, in.IPv6.Extensions
	field, at := nextInHeader, header6 // of the Next Header field that named this one, and of this one
	fragments := 0
	for n := 1; len(raw) > 0; n++ {
		e, rest, ok := packet.NextExtension(kind, raw)
		if !ok || s.care.chain > 0 && n > s.care.chain {
			return fault{kind: faultMute}
		}
		switch kind {
		case packet.ExtHopByHop, packet.ExtDestination:
			if kind == packet.ExtHopByHop && at > header6 && !s.disorder.passed {
				return fault{kind: faultOrder, pointer: field}
			}
			f = s.care.options(kind, e.Data, at+2)
		case packet.ExtRouting:
			f = s.care.routing(e.Data, at+2)
		case packet.ExtFragment:
			if in.Odd.Has(packet.OddFragment) {
				return s.care.fragment(in, at)
			}
			if fragments++; fragments > 1 && s.care.strict {
				f = problem(codeBadField, at)
			}
		default:
			f = problem(codeUnknownHeader, field)
		}
		if f.kind != faultNone {
			return f
		}
		field, at = at, at+len(raw)-len(rest)
		kind, raw = e.Next, rest
	}
	if in.Transport == packet.OtherTransport && kind != noNextHeader {
		return problem(codeUnknownHeader, field)
	}
	return fault{}
}

// fail6 sends an error about a header, but never about another error (RFC 4443 section 2.4 (e)).
func (p *Persona) fail6(now time.Time, in *packet.Packet, message packet.ICMPHeader, out link.Outlet) {
	d := &p.six.disorder
	if d.silent || p.silent[gen2.IE2] || isError6(in) {
		return
	}
	if b, ok := p.quote6(in); ok {
		p.tell6(now, in, &d.ipHeader, message, b[:min(len(b), d.quote)], out)
	}
}
