package persona

import (
	"errors"
	"fmt"
	"time"

	"whorl/method/gen2"
)

// limit bounds how many ICMP errors leave at once (RFC 1812 section 4.3.2.8), where a
// record tells it (BU of package deep).
type limit struct {
	most  int // in one burst; 0: no limit
	n     int // errors of this burst
	since time.Time
}

// burstTime is how long a burst lasts that counts as one.
const burstTime = 200 * time.Millisecond

// take reports whether one more may leave.
func (l *limit) take(now time.Time) bool {
	if l.most == 0 {
		return true
	}
	if now.Sub(l.since) > burstTime {
		l.since, l.n = now, 0
	}
	l.n++
	return l.n <= l.most
}

// The datagrams of package deep, which records speak of.
const (
	longLen   = 568 // IP total length of Q1
	burstSize = 7   // Q1 and B1-B6
)

// quotes chooses size and TOS of errors as QU says, which sends a longer packet than
// U1. Where U1 is quoted whole the size is a limit; else it is that of all errors.
func (c *chooser) quotes(u *unreachable) error {
	if e := c.deep.Expr("QU", "TOS"); e != nil {
		tos, err := numberOf(e, "QU: TOS", 0xff, nil, 0)
		if u.tos = uint8(tos); err != nil {
			return err
		}
	}
	e := c.deep.Expr("QU", "IPL")
	if e == nil {
		return nil
	}
	ipl, err := numberOf(e, "QU: IPL", longLen+errorLen, nil, uint64(u.quote+errorLen))
	const whole = probeLen + errorLen
	switch {
	case err != nil:
		return fmt.Errorf("%w: an answer is not longer than its probe and %d bytes", err, errorLen)
	case ipl >= whole && c.allows(gen2.TestU1, "IPL", hex(uint64(whole))), c.allows(gen2.TestU1, "IPL", hex(ipl)):
		u.quote = int(ipl) - errorLen
		return nil
	}
	return fmt.Errorf("QU: IPL: no limit shows %X for %d bytes and what U1 has for %d", ipl, longLen, probeLen)
}

// bursts chooses how many errors leave at once.
func (c *chooser) bursts(u *unreachable) error {
	e := c.deep.Expr("BU", "N")
	if e == nil {
		return nil
	}
	n, err := numberOf(e, "BU: N", burstSize, []uint64{0})
	if n < burstSize {
		u.limit.most = int(n)
	}
	return err
}

// noErrors refuses what a record says of errors that do not come.
func (c *chooser) noErrors() error {
	if c.deep.Expr("QU", "IPL") != nil || c.deep.Expr("BU", "N") != nil {
		return errors.New("QU and BU tell of errors, and U1 gets none")
	}
	return nil
}
