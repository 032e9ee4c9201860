package watch

import (
	"math"
	"slices"

	"whorl"
)

// score is how much evidence there is.
func (c *contact) score() int {
	n := c.points + pointsRelation*c.relations.count()
	if c.spread > 0 {
		n += 6 * c.ends.count() / c.spread
	}
	return n
}

// Scores that states begin with.
const (
	probableScore  = 6
	confirmedScore = 12
)

// judge gives the state that the evidence is enough for, empty if for none, and how sure
// it is that the class is right.
func (c *contact) judge() (s whorl.ContactState, sure whorl.Fraction) {
	if c.quiet != nil {
		return c.quiet.judge()
	}
	n := c.score()
	switch sure = certainty(n); {
	case n >= confirmedScore:
		return whorl.Confirmed, sure
	case n < probableScore:
		return "", sure
	case c.relations != 0 && c.isExact():
		return whorl.Confirmed, max(sure, certainty(confirmedScore))
	}
	return whorl.Probable, sure
}

// certainty is the confidence that points give, to a hundredth.
func certainty(points int) whorl.Fraction {
	const most = 0.99
	return whorl.Fraction(min(most, math.Round(100*(1-math.Pow(2, -float64(points)/3)))/100))
}

// isExact reports whether a TCP probe came byte for byte.
func (c *contact) isExact() bool {
	return slices.ContainsFunc(c.kinds, func(s seen) bool { return s.tier == exact && s.kind.points >= pointsTCP })
}

// tool names what sends such packets: only exact ones tell. What shows our own scanner
// counts more than what others send too. A scan of ports has no name if most of it
// is of packets that any tool sends: nmap -sT begins with packets of nmap -sS and -sA.
func (c *contact) tool() string {
	if c.quiet != nil {
		return c.quiet.tool
	}
	if c.ours() {
		return ourTool
	}
	best, most := "", 0
	for i := range c.kinds {
		s := &c.kinds[i]
		if s.tier != exact || s.kind.tool == "" && c.family != portScan || s.kind.points == 0 && s.kind.spread == 0 {
			continue
		}
		if s.count > most || s.count == most && best == "" {
			best, most = s.kind.tool, s.count
		}
	}
	if best == "" {
		return traits[c.family].like
	}
	return best
}

// ours reports whether a packet came that only our own scanner sends.
func (c *contact) ours() bool {
	return slices.ContainsFunc(c.kinds, func(s seen) bool { return s.signed || s.kind.ours && s.tier == exact })
}
