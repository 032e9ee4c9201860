package verdict

import (
	"fmt"
	"strings"

	"whorl"
	"whorl/method/syn"
)

// How often SYNs of an address show two lines that take turns, of one host and of two.
var (
	byClocks   = chance{0.001, 0.5} // of timestamps: a host has one clock for a peer, or one for each connection
	byCounters = chance{0.002, 0.4} // of IP IDs: the same of counters, but IDs are few
)

// How many of the SYNs may be of a line where timestamps or IDs are drawn at random: fewer
// than one in a thousand, and one in twenty, were.
const mostByChance, mostIDsByChance = 0.1, 0.6

// alikeBox tells that several machines of one system use the address, as behind a NAT:
// clocks or counters of SYNs to one server take turns. Source ports are no evidence, as
// they are drawn at random, and distances are not, as paths of different length are.
func alikeBox(v *whorl.Verdict, w *witnesses) []whorl.Box {
	b := whorl.Box{Kind: whorl.BoxShared}
	hosts := 0
	for _, s := range w.several {
		chance, least := byClocks, mostByChance
		if s.Counters {
			chance, least = byCounters, mostIDsByChance
		}
		if len(s.N) < 2 || s.Turns < syn.FewestTurns || float64(s.Fits) < least*float64(s.SYNs) {
			continue
		}
		b.Weight += chance.differs()
		b.Evidence = append(b.Evidence, severalWords(&s))
		hosts = max(hosts, len(s.N))
	}
	if !proves(b.Weight) {
		return nil
	}
	for range hosts {
		b.Behind = append(b.Behind, whorl.Behind{Name: v.Name, Confidence: v.Confidence})
	}
	return []whorl.Box{b}
}

// severalWords say what was seen.
func severalWords(s *syn.Several) string {
	what, lines := "timestamps", "clocks"
	if s.Counters {
		what, lines = "IP IDs", "counters"
	}
	var n []string
	for _, k := range s.N {
		n = append(n, fmt.Sprint(k))
	}
	return fmt.Sprintf("%s of its SYNs are of %d %s that take turns (%s connections, %d turns): machines, or containers, of one system",
		what, len(s.N), lines, strings.Join(n, ", "), s.Turns)
}
