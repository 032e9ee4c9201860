package verdict

import (
	"slices"
	"strings"

	"whorl"
)

// The generations of Windows are no numbers: they are told from the oldest to the newest,
// those of servers beside the others.

// windowsAges are the generations of Windows from the oldest to the newest.
var windowsAges = []string{"3.X", "95", "NT", "NT 4.0", "98", "Me", "2000", "XP", "2003", "Vista", "2008", "7", "8", "2012", "8.1", "10", "2016", "2019", "11", "2022", "2025"}

// isServer reports whether a generation of Windows is of servers alone.
func isServer(generation string) bool {
	return strings.HasPrefix(generation, "20") && generation != "2000"
}

// byAge tells the oldest and the newest generation of the likeliest records of Windows.
func (f family) byAge() answer {
	if f.class.Family != "Windows" {
		return answer{}
	}
	a := answer{system: f.class}
	for _, c := range f.of {
		if a.share >= covering*f.share {
			break
		}
		a.of, a.share = append(a.of, c), a.share+c.share
	}
	var sides [2][]string // desktops, servers
	for _, c := range classesIn(a.of, f.isClass) {
		if !slices.Contains(windowsAges, c.Generation) {
			return answer{}
		}
		side := &sides[0]
		if isServer(c.Generation) {
			side = &sides[1]
		}
		*side = append(*side, c.Generation)
	}
	var ages [2]ageSpan
	for i, list := range sides {
		slices.SortFunc(list, olderFirst("Windows"))
		ages[i] = spanOfAges(list)
	}
	if ages == ([2]ageSpan{}) { // phones alone
		return answer{}
	}
	switch a.name = f.name(); {
	case len(sides[0]) == 0:
		a.name += " Server " + ages[1].String()
	case len(sides[1]) == 0:
		a.name += " " + ages[0].String()
	default:
		a.name += " " + ages[0].String() + " (Server " + ages[1].String() + ")"
	}
	a.classes = f.known(a.of, func(c whorl.Class) bool {
		if isServer(c.Generation) {
			return f.isClass(c) && ages[1].contains(c.Generation)
		}
		return f.isClass(c) && ages[0].contains(c.Generation)
	})
	return a
}

// ageSpan is a span of generations of Windows, both included; empty strings hold none.
type ageSpan struct{ oldest, newest string }

func spanOfAges(sorted []string) (s ageSpan) {
	if len(sorted) > 0 {
		s = ageSpan{sorted[0], sorted[len(sorted)-1]}
	}
	return s
}

func (s ageSpan) String() string {
	if s.oldest == s.newest {
		return s.oldest
	}
	return s.oldest + " - " + s.newest
}

// contains reports whether a generation that is one of windowsAges is within the span.
func (s ageSpan) contains(generation string) bool {
	at := slices.Index(windowsAges, generation)
	return at >= 0 && slices.Index(windowsAges, s.oldest) <= at && at <= slices.Index(windowsAges, s.newest)
}
