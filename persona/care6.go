package persona

import (
	"slices"

	"whorl/osdb"
	"whorl/packet"
)

// care is what stacks ask of extension headers beyond RFC 8200, or pass over. The zero value
// asks for what that says.
type care struct {
	strict bool // as Linux: bounds on options, one Fragment header, no routing of types 3 and 4
	chain  int  // most extension headers; 0: any number
	cut    bool // the first fragment need not have all headers
}

// Bounds of Linux (RFC 8504 section 5.3; measured, 5.10 to 7.3).
const (
	mostOptions = 8  // of one header, padding not counted
	mostPadding = 7  // bytes between two of them
	mostHeaders = 12 // since 7.X; 6.18 has no bound
)

// careOf is that of a record's stack, where it is known (measured).
func careOf(e *osdb.Entry) (c care) {
	switch {
	case ofAll(e, "Linux", "4.X", "5.X", "6.X", "7.X"):
		c.strict = true
		for _, class := range e.Classes {
			if class.Generation == "7.X" {
				c.chain = mostHeaders
			}
		}
	case ofAll(e, "gVisor", ""):
		c.cut = true
	}
	return c
}

// ofAll reports whether all classes of a record are of a family and these generations.
func ofAll(e *osdb.Entry, family string, generations ...string) bool {
	for _, class := range e.Classes {
		if class.Family != family || !slices.Contains(generations, class.Generation) {
			return false
		}
	}
	return len(e.Classes) > 0
}

// Options of hop-by-hop and destination headers that mean something here (RFC 8200 section
// 4.2, RFC 2711, RFC 2675).
const (
	optPad1        = 0
	optPadN        = 1
	optRouterAlert = 5
	optJumbo       = 0xc2
)

// options is what is wrong with those of a header. Its data begin at that place of the packet.
func (c *care) options(kind uint8, data []byte, at int) fault {
	mute := fault{kind: faultMute}
	options, padding := 0, 0 // of the latter, since the last option
	for off := 0; off < len(data); {
		if data[off] == optPad1 {
			off++
			if padding++; c.strict && padding > mostPadding {
				return mute
			}
			continue
		}
		if off+2 > len(data) || off+2+int(data[off+1]) > len(data) {
			return mute
		}
		option := data[off : off+2+int(data[off+1])]
		if option[0] == optPadN {
			if padding += len(option); c.strict && (padding > mostPadding || !zeros(option[2:])) {
				return mute
			}
			off += len(option)
			continue
		}
		padding = 0
		if options++; c.strict && options > mostOptions {
			return mute
		}
		if f := c.option(kind, option, at+off); f.kind != faultNone {
			return f
		}
		off += len(option)
	}
	return fault{}
}

// option is what is wrong with one at that place of the packet. Of one that is not known its
// type tells what is to be done: pass it over, drop the packet, or tell (RFC 8200 section 4.2).
func (c *care) option(kind uint8, option []byte, at int) fault {
	const action, drop = 0xc0, 0x40
	hop := kind == packet.ExtHopByHop
	switch what := option[0]; {
	case hop && what == optRouterAlert && len(option) != 4:
		return fault{kind: faultMute}
	case hop && what == optJumbo && c.strict: // no packet here is as long as one says
		return problem(codeBadField, at+2)
	case what&action == drop:
		return fault{kind: faultMute}
	case what&action != 0:
		return problem(codeUnknownOption, at)
	}
	return fault{}
}

// routing is what is wrong with a routing header, whose data begin at that place: without a
// segment left there is nothing to route, and with one no type is known (RFC 8200 section
// 4.4, RFC 5095).
func (c *care) routing(data []byte, at int) fault {
	const rpl, segments = 3, 4 // RFC 6554, RFC 8754
	switch {
	case c.strict && (data[0] == rpl || data[0] == segments):
		return fault{kind: faultMute}
	case data[1] != 0:
		return problem(codeBadField, at)
	}
	return fault{}
}

func zeros(b []byte) bool { return !slices.ContainsFunc(b, func(v byte) bool { return v != 0 }) }
