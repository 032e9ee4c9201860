package persona

import (
	"errors"
	"time"
)

// bucket bounds how many errors leave over IPv6 (RFC 4443 section 2.4 (f)), where a record
// tells it (BU6 of package deep): so many at once, and then one each period. It is full
// again when none was due for a while.
type bucket struct {
	most   int // 0: no limit
	period time.Duration
	credit time.Duration // periods' worth of errors that may leave
	last   time.Time     // when one was due
}

// bucketRest is how long a bucket takes to be full again, whatever its period: what a record
// says of it begins with a full one. It is longer than the pauses between datagrams of BU6.
const bucketRest = 500 * time.Millisecond

// take reports whether one more may leave.
func (b *bucket) take(now time.Time) bool {
	full := time.Duration(b.most) * b.period
	idle := max(now.Sub(b.last), 0)
	if b.last = now; idle > bucketRest {
		b.credit = full
	} else {
		b.credit = min(b.credit+idle, full)
	}
	if b.credit < b.period {
		return false
	}
	b.credit -= b.period
	return true
}

// The datagrams of BU6 after the burst.
const (
	laterSize = 10
	laterTime = 660 * time.Millisecond // when the last of them leave, after the burst
)

// bucket chooses what BU6 says. Between a burst and what follows it a bucket cannot have
// been filled more than twice.
func (c *chooser) bucket(u *errors6) error {
	n, l := c.deep.Expr("BU6", "N"), c.deep.Expr("BU6", "L")
	switch {
	case n == nil && l == nil:
		return nil
	case u.silent:
		return errors.New("BU6 tells of errors, and U1_6 gets none")
	}
	most, err := numberOf(n, "BU6: N", burstSize, []uint64{0}, burstSize-1)
	if err != nil {
		return err
	}
	usual := uint64(2) // Linux before 6.18.15, by a /64
	if most == burstSize {
		usual = laterSize
	}
	later, err := numberOf(l, "BU6: L", min(2*most, laterSize), nil, usual)
	if most < burstSize || later < laterSize {
		u.limit.most = int(most)
		u.limit.period = 2 * laterTime / time.Duration(2*later+1)
	}
	return err
}
