package persona

import (
	"cmp"
	"fmt"
	"net/netip"

	"whorl/method"
	"whorl/method/expr"
	"whorl/method/ipv6"
	"whorl/osdb"
	"whorl/packet"
)

// chooser6 picks one value from each expression that a record has for IPv6.
type chooser6 struct {
	*chooser // of what it has for IPv4
	r        ipv6.Reference
	label    labelling // of connections
}

// over6 chooses how the host i answers over IPv6. If the record tells nothing of IPv4, i is
// chosen here too.
func (c *chooser) over6(e *osdb.Entry, i *instance, addr netip.Addr) (*over6, error) {
	s := &over6{addr: addr, salt: c.secret.Uint64(), care: careOf(e)}
	six := chooser6{chooser: c, label: usualLabel(e)}
	six.r, _ = ipv6.NewReference(e.Extra) // what cannot be read is known of no host
	err := six.chooseLabel()
	known := e.Gen2 != nil || e.Gen1 != nil
	s.usual(six.label)
	if known {
		s.carry(i, six.label)
	}
	if len(six.r) > 0 {
		err = cmp.Or(err, six.segments(s, i, known), six.errors(&s.errors), six.echo(&s.echoes), six.order(&s.disorder), six.neighbor(&s.neighbors))
	}
	if err = cmp.Or(err, c.bucket(&s.errors)); err != nil {
		return nil, fmt.Errorf("over IPv6: %w", err)
	}
	return s, nil
}

// usual are messages as RFC 4443, RFC 4861 and RFC 8200 have them.
func (s *over6) usual(label labelling) {
	h := ipHeader{ttl: plainTTL, label: label}
	s.errors = errors6{ipHeader: h, kind: packet.ICMPv6Unreachable, code: packet.ICMPv6CodePortUnrea, quote: wholeQuote}
	s.disorder = disorder{ipHeader: h, kind: packet.ICMPv6ParamProblem, code: codeUnknownHeader, quote: wholeQuote}
	s.echoes = echoes{ipHeader: h, code: codeSet}
	s.echoes.copies.tos = taken
	s.neighbors.ttl = 255
}

// carry brings over what the host does over IPv4.
func (s *over6) carry(i *instance, label labelling) {
	c := carrier{label: label}
	s.replies = i.carried(label)
	s.errors.ipHeader, s.errors.silent = c.header(i.unreachable.ipHeader), i.unreachable.silent
	s.disorder.ipHeader = s.errors.ipHeader
	s.echoes.ipHeader, s.echoes.silent = c.header(i.echoes.ipHeader), i.echoes.silent
	s.echoes.code, s.echoes.value = i.echoes.code, i.echoes.value
	s.echoes.copies.tos = i.echoes.copies.tos
}

// expr is what the record says of an attribute over IPv6; nil if nothing.
func (c *chooser6) expr(t ipv6.Test, attr string) *expr.Expr { return c.r.Test(t).Expr(attr) }

// silent reports whether a test that the record has is not answered.
func (c *chooser6) silent(t ipv6.Test) bool {
	r := c.expr(t, "R")
	return r == nil || !r.Match("Y")
}

// name6 is the name of an attribute in errors.
func name6(t ipv6.Test, attr string) string { return t.String() + ": " + attr }

// text picks a value, as that of chooser does.
func (c *chooser6) text(t ipv6.Test, attr string, preferred ...string) (string, error) {
	return textOf(c.expr(t, attr), name6(t, attr), preferred...)
}

// number picks a number of at most most: the first of those preferred if nothing is told.
func (c *chooser6) number(t ipv6.Test, attr string, most uint64, preferred ...uint64) (uint64, error) {
	e := c.expr(t, attr)
	if e == nil && len(preferred) > 0 {
		return preferred[0], nil
	}
	return numberOf(e, name6(t, attr), most, nil, preferred...)
}

// labellings are the letters of SEQ6's FL.
var labellings = map[string]labelling{"Z": labelNone, "S": labelSame, "F": labelFlow, "C": labelHost}

// chooseLabel chooses how connections are labelled.
func (c *chooser6) chooseLabel() error {
	if c.expr(ipv6.TestSEQ, "FL") == nil {
		return nil
	}
	letter, err := c.text(ipv6.TestSEQ, "FL")
	label, ok := labellings[letter]
	if err == nil && !ok {
		err = fmt.Errorf("SEQ6: FL: %q is not Z, S, C or F", letter)
	}
	c.label = label
	return err
}

// header chooses what a test tells of the header of an answer; usual is taken where the
// record leaves the choice.
func (c *chooser6) header(t ipv6.Test, usual ipHeader) (h ipHeader, err error) {
	h = usual
	limit, err1 := c.hopLimit(t, usual.ttl)
	class, err2 := c.number(t, "TC", 0xff, uint64(usual.tos))
	h.ttl, h.tos = limit, uint8(class)
	if h.tos != 0 {
		h.copies.tos = own
	}
	if c.expr(t, "FL") == nil {
		return h, cmp.Or(err1, err2)
	}
	likeliest := map[labelling]string{labelNone: "Z", labelSame: "S", labelFlow: "O", labelHost: "O"}[c.label]
	letter, err3 := c.text(t, "FL", likeliest)
	switch {
	case letter == likeliest:
		h.label = c.label
	case letter == "O":
		h.label = labelFlow
	default:
		h.label = labellings[letter]
	}
	return h, cmp.Or(err1, err2, err3)
}

// hopLimit chooses that of a test: the usual one if it can be.
func (c *chooser6) hopLimit(t ipv6.Test, usual uint8) (uint8, error) {
	exact, guess := c.expr(t, "HL"), c.expr(t, "HLG")
	fits := func(n int) bool {
		return (exact == nil || exact.Match(hex(uint64(n)))) && (guess == nil || guess.Match(hex(method.GuessTTL(uint8(n)))))
	}
	for _, n := range [...]int{int(usual), 64, 128, 255} {
		if fits(n) {
			return uint8(n), nil
		}
	}
	for n := 255; n > 0; n-- {
		if fits(n) {
			return uint8(n), nil
		}
	}
	return 0, fmt.Errorf("%s: no hop limit from 1 to 255 shows %v and HLG %v", name6(t, "HL"), exact, guess)
}
