package persona

import (
	"fmt"

	"whorl/packet"
)

// copies says which fields of an IP header a stack takes over from the packet that it
// answers.
type copies struct {
	id, tos copied
	ttl     bool
}

// copied is what becomes of one field, by the letters of package deep.
type copied uint8

const (
	own       copied = iota // the stack has a value of its own
	taken                   // S
	stripped                // D, without the ECN bits; of TOS only
	zeroed                  // Z
	different               // O, neither of these
)

// onto sets the fields of the answer a to in.
func (c *copies) onto(a, in *packet.Packet) {
	switch c.id {
	case taken:
		a.IPv4.ID = in.IPv4.ID
	case zeroed:
		a.IPv4.ID = 0
	case different:
		for a.IPv4.ID == 0 || a.IPv4.ID == in.IPv4.ID {
			a.IPv4.ID += 257
		}
	}
	switch c.tos {
	case taken:
		a.TOS = in.TOS
	case stripped:
		a.TOS = in.TOS &^ ecnMask
	case zeroed:
		a.TOS = 0
	case different:
		for a.TOS == 0 || a.TOS&^ecnMask == in.TOS&^ecnMask {
			a.TOS += 0x10
		}
	}
	if c.ttl {
		a.TTL = in.TTL
	}
}

// ecnMask are the bits of the ECN field in the TOS (RFC 3168 section 5).
const ecnMask = 3

// copies chooses what a test of package deep says of copied fields; what it does not
// speak of stays as it is.
func (c *chooser) copies(test string, into *copies) error {
	for _, f := range []struct {
		attr  string
		field *copied
	}{{"ID", &into.id}, {"TOS", &into.tos}} {
		e := c.deep.Expr(test, f.attr)
		if e == nil {
			continue
		}
		v, err := textOf(e, test+": "+f.attr)
		if err != nil {
			return err
		}
		how, ok := map[string]copied{"S": taken, "D": stripped, "Z": zeroed, "O": different}[v]
		if !ok || how == stripped && f.attr != "TOS" {
			return fmt.Errorf("%s: %s: %q is no way to copy it", test, f.attr, v)
		}
		*f.field = how
	}
	if e := c.deep.Expr(test, "TTL"); e != nil {
		into.ttl = !e.Match("O")
	}
	return nil
}
