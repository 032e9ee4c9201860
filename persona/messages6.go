package persona

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"whorl/method/ipv6"
	"whorl/packet"
)

// The probes that lines for IPv6 speak of, bytes after the fixed header.
const (
	u1Len  = 8 + 300 // datagram
	ie1Len = 8 + 120 // echo request, without its extension header
	ie2Len = 32 + 8  // echo request with its extension headers
	ie2At  = 56      // where RFC 8200 has an error point to that tells of their order
)

// errors chooses how closed UDP ports are answered.
func (c *chooser6) errors(u *errors6) (err error) {
	const t = ipv6.TestU1
	if c.r.Test(t) == nil {
		return nil
	}
	if u.silent = c.silent(t); u.silent {
		return nil
	}
	var err1, err2, err3 error
	u.ipHeader, err = c.header(t, u.ipHeader)
	u.kind, u.code, err1 = c.failure(t, u.kind, u.code)
	u.quote, err2 = c.quoted(t, u1Len)
	rest, err3 := c.number(t, "UN", 1<<32-1, 0)
	u.rest = uint32(rest)
	err = cmp.Or(err, err1, err2, err3, c.altered(u))
	if err == nil && u.quote < header6+8 {
		err = fmt.Errorf("%s: %X is too short to quote the ports", name6(t, "PL"), u.quote+8)
	}
	return err
}

// altered chooses what becomes of what is quoted of a datagram.
func (c *chooser6) altered(u *errors6) error {
	const t = ipv6.TestU1
	number := func(attr string, most uint64) (v uint64, own bool, err error) {
		e := c.expr(t, attr)
		if e == nil || e.Match("G") {
			return 0, false, nil
		}
		v, err = numberOf(e, name6(t, attr), most, nil, 0)
		return v, true, err
	}
	length, own1, err1 := number("RPL", 0xffff)
	label, own2, err2 := number("RFL", 1<<20-1)
	sum, own3, err3 := number("RUCK", 0xffff)
	if own1 {
		u.length = changeTo(uint16(length), u1Len)
	}
	if own3 {
		u.udpSum = change{changeSet, uint16(sum)}
	}
	u.relabelled, u.relabel = own2, uint32(label)
	e := c.expr(t, "RUD")
	if u.spoilt = e != nil && !e.Match("G"); u.spoilt && u.quote <= header6+8 {
		err3 = cmp.Or(err3, errors.New("U1_6: RUD: I, but no data is quoted"))
	}
	return cmp.Or(err1, err2, err3)
}

// failure chooses type and code of an error.
func (c *chooser6) failure(t ipv6.Test, kind, code uint8) (k, v uint8, err error) {
	et, err1 := c.number(t, "ET", packet.ICMPv6EchoRequest-1, uint64(kind))
	ec, err2 := c.number(t, "EC", 0xff, uint64(code))
	return uint8(et), uint8(ec), cmp.Or(err1, err2)
}

// quoted chooses how many bytes of a packet an error quotes at most, by what it quotes of one
// with so many after the fixed header.
func (c *chooser6) quoted(t ipv6.Test, sent uint64) (int, error) {
	whole := 8 + header6 + sent
	n, err := c.number(t, "PL", whole, whole)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%w: an error is not longer than its probe and its own headers", err)
	case n == whole:
		return wholeQuote, nil
	case n < 8:
		return 0, fmt.Errorf("%s: %X is less than a header", name6(t, "PL"), n)
	}
	return int(n) - 8, nil
}

// echo chooses how echo requests are answered.
func (c *chooser6) echo(e *echoes) (err error) {
	const t = ipv6.TestIE1
	if c.r.Test(t) == nil {
		return nil
	}
	if e.silent = c.silent(t); e.silent {
		return nil
	}
	e.ipHeader, err = c.header(t, e.ipHeader)
	cd := c.expr(t, "CD")
	switch length := c.expr(t, "PL"); {
	case err != nil:
	case c.expr(t, "ET") != nil && cd == nil:
		return errors.New("IE1_6: ET: an error in place of an echo reply")
	case length != nil && !length.Match(hex(uint64(ie1Len))):
		return fmt.Errorf("%s: %v, but a reply is as long as its request, %X", name6(t, "PL"), length, ie1Len)
	case cd == nil:
	case cd.Match("S"):
		e.code = codeSame
	case cd.Match("Z"):
		e.code, e.value = codeSet, 0
	default:
		n, wrong := numberOf(cd, name6(t, "CD"), 0xff, []uint64{0})
		e.code, e.value, err = codeSet, uint8(n), wrong
	}
	return err
}

// order chooses what becomes of extension headers in a forbidden order.
func (c *chooser6) order(d *disorder) (err error) {
	const t = ipv6.TestIE2
	if c.r.Test(t) == nil {
		return nil
	}
	if d.silent = c.silent(t); d.silent {
		return nil
	}
	if d.passed = c.expr(t, "ET") == nil && c.expr(t, "CD") != nil; d.passed {
		return nil // the reply is that to any echo request
	}
	var err1, err2, err3 error
	d.ipHeader, err = c.header(t, d.ipHeader)
	d.kind, d.code, err1 = c.failure(t, d.kind, d.code)
	d.quote, err2 = c.quoted(t, ie2Len)
	at, err3 := c.number(t, "EP", header6+ie2Len, ie2At)
	d.shift = int(at) - ie2At
	return cmp.Or(err, err1, err2, err3)
}

// neighbor chooses how a solicitation without the option of a hardware address is answered.
func (c *chooser6) neighbor(v *neighbors) error {
	const (
		t     = ipv6.TestNS
		alone = 8 + 16 // bytes of an advertisement, and of the option
		more  = 8
	)
	if c.r.Test(t) == nil {
		return nil
	}
	if v.silent = c.silent(t); v.silent {
		return nil
	}
	h, err := c.header(t, ipHeader{ttl: 255})
	if err == nil && h.ttl != 255 {
		err = fmt.Errorf("%s: nobody believes an advertisement with less than FF", name6(t, "HL"))
	}
	v.ipHeader = h
	length, err1 := c.number(t, "PL", alone+more, alone)
	v.told = length == alone+more
	if err1 == nil && length != alone && !v.told {
		err1 = fmt.Errorf("%s: %X is no length of an advertisement", name6(t, "PL"), length)
	}
	flags, err2 := c.text(t, "NF", "S")
	if err2 == nil && !strings.Contains(flags, "S") {
		err2 = fmt.Errorf("%s: %q: an answer to a solicitation has S", name6(t, "NF"), flags)
	}
	v.router, v.override = strings.Contains(flags, "R"), strings.Contains(flags, "O")
	return cmp.Or(err, err1, err2)
}
