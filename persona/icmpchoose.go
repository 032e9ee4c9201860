package persona

import (
	"cmp"
	"errors"
	"fmt"
	"math/bits"

	"whorl/method/gen2"
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
