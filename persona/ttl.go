package persona

import (
	"fmt"
	"slices"

	"whorl/method"
	"whorl/method/gen2"
)

// headers are the tests that tell a TTL, with the headers that it belongs to.
func (i *instance) headers() map[gen2.Test][]*ipHeader {
	m := map[gen2.Test][]*ipHeader{
		gen2.TestECN: {&i.segments[gen2.ECN].ipHeader},
		gen2.TestU1:  {&i.unreachable.ipHeader},
		gen2.TestIE:  {&i.echoes.ipHeader},
	}
	for p := gen2.S1; p <= gen2.S6; p++ {
		m[gen2.TestT1] = append(m[gen2.TestT1], &i.segments[p].ipHeader)
	}
	for p := gen2.T2; p <= gen2.T7; p++ {
		m[test(p)] = []*ipHeader{&i.segments[p].ipHeader}
	}
	return m
}

// usualTTLs are initial TTLs in the order of how usual they are.
var usualTTLs = []uint64{64, 128, 255, 32, 60, 30}

// maxTTLLoss is about the TTL of U1, 51 to 64, from which it has to be taken.
const maxTTLLoss = 54

// ttls chooses the TTL of every answer. T is the TTL sent plus what the quoted TTL
// lacks: if references want more than 255 the stack has counted one hop
// too many when it quoted.
func (c *chooser) ttls(i *instance) error {
	headers := i.headers()
	var failed error
	for loss := range maxTTLLoss {
		if failed = c.ttlsWith(headers, loss); failed == nil {
			i.unreachable.ttlLoss = loss
			return nil
		}
	}
	return failed
}

func (c *chooser) ttlsWith(headers map[gen2.Test][]*ipHeader, loss int) error {
	var before []uint64
	for t := range gen2.NumTests {
		hs := headers[t]
		if hs == nil {
			continue
		}
		ttl, err := c.ttl(t, loss, before)
		if err != nil {
			return err
		}
		before = append([]uint64{ttl}, before...)
		for _, h := range hs {
			h.ttl = uint8(ttl)
		}
	}
	return nil
}

// ttl chooses one: as the other answers have it if possible, else a usual one.
func (c *chooser) ttl(t gen2.Test, loss int, before []uint64) (uint64, error) {
	try := slices.Concat(before, usualTTLs)
	known := !c.silent(gen2.TestU1) // the distance is
	e, guess := c.expr(t, "T"), c.expr(t, "TG")
	fits := func(ttl uint64) bool {
		if known && e != nil {
			return e.Match(hex(ttl + uint64(loss)))
		}
		return guess == nil || known || guess.Match(hex(method.GuessTTL(uint8(ttl))))
	}
	// Where the reference gives both, take what fits both.
	for _, ttl := range try {
		if fits(ttl) && (e == nil || e.Match(hex(ttl+uint64(loss)))) {
			return ttl, nil
		}
	}
	for ttl := uint64(255); ttl > 0; ttl-- {
		if fits(ttl) {
			return c.middle(ttl, fits), nil
		}
	}
	return 0, fmt.Errorf("%s: T: no TTL from 1 to 255 shows %v", t, e)
}

// middle is the middle of the run of fitting values that ends with hi.
func (c *chooser) middle(hi uint64, fits func(uint64) bool) uint64 {
	lo := hi
	for lo > 1 && fits(lo-1) {
		lo--
	}
	return lo + (hi-lo)/2
}
