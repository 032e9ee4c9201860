package persona

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"whorl/method/gen2"
	"whorl/packet"
)

// segment chooses what all TCP tests tell of an answer, but for options and window
// of S1-S6 and for the TTL.
func (c *chooser) segment(s *segment, t gen2.Test) error {
	s.silent = c.silent(t)
	if s.options == nil {
		s.options = none
	}
	if s.silent && t != gen2.TestT1 {
		return nil
	}
	get := func(attr string, into func(string) error, preferred ...string) error {
		v, err := c.text(t, attr, preferred...)
		if err == nil {
			err = into(v)
		}
		if err != nil && !strings.HasPrefix(err.Error(), t.String()+":") {
			err = fmt.Errorf("%s: %s: %w", t, attr, err)
		}
		return err
	}
	flags, seq, ack := usual(t)
	err := cmp.Or(
		get("DF", func(v string) error { s.df = v == "Y"; return nil }, c.usualDF(t)),
		get("F", func(v string) (err error) { s.flags, err = parseFlags(v); return err }, flags),
		get("S", func(v string) (err error) { s.seq, err = parseRelation(v, "A"); return err }, seq...),
		get("A", func(v string) (err error) { s.ack, err = parseRelation(v, "S"); return err }, ack...),
		get("Q", s.quirks, ""),
		get("RD", s.carry, "0"),
	)
	if t == gen2.TestT1 {
		return err
	}
	w, werr := uint64(0), error(nil) // of resets, if nothing is told
	if c.expr(t, "W") != nil {
		w, werr = c.number(t, "W", 0xffff, nil)
	}
	s.window = uint16(w)
	return cmp.Or(err, werr, c.plainOptions(s, t))
}

// usual is what to take, where a reference leaves the choice, for an answer's flags
// and numbers: of S1 what opens a connection, of the others the first alternative.
func usual(t gen2.Test) (flags string, seq, ack []string) {
	switch t {
	case gen2.TestT1, gen2.TestECN:
		return "AS", []string{"O"}, []string{"S+"}
	case gen2.TestT4, gen2.TestT6:
		return "R", []string{"A"}, nil
	}
	return "AR", nil, []string{"S+"}
}

// usualDF is the bit of T1 for the other tests.
func (c *chooser) usualDF(t gen2.Test) string {
	if v, err := c.text(gen2.TestT1, "DF"); err == nil && v != "" && t != gen2.TestT1 {
		return v
	}
	return "N"
}

func parseFlags(s string) (f packet.Flags, err error) {
	const letters = "FSRPAUE"
	for _, l := range s {
		bit := strings.IndexRune(letters, l)
		if bit < 0 {
			return 0, fmt.Errorf("%q: no flag is written %q", s, l)
		}
		f |= 1 << bit
	}
	return f, nil
}

func parseRelation(s, letter string) (relation, error) {
	switch s {
	case "Z", "":
		return zero, nil
	case letter:
		return same, nil
	case letter + "+":
		return next, nil
	case "O":
		return other, nil
	}
	return 0, fmt.Errorf("%q is not Z, %s, %s+ or O", s, letter, letter)
}

// quirks are a reserved bit and an urgent pointer without its flag.
func (s *segment) quirks(v string) error {
	for _, l := range v {
		switch l {
		case 'R':
			s.reserved = 8
		case 'U':
			s.urgent = 1
		default:
			return fmt.Errorf("%q: no quirk is written %q", v, l)
		}
	}
	return nil
}

// carry gives a reset its data, by their checksum.
func (s *segment) carry(v string) error {
	sum, err := strconv.ParseUint(v, 16, 32)
	switch {
	case err != nil:
		return fmt.Errorf("%q is not a checksum of 32 bits", v)
	case sum == 0:
		return nil
	case !s.flags.Has(packet.RST):
		return fmt.Errorf("%s: only data of a reset are looked at, and F is %v", v, s.flags)
	}
	s.data = withCRC(uint32(sum))
	return nil
}
