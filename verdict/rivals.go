package verdict

import (
	"slices"
	"strings"

	"whorl"
)

// A record of several systems ("FreeBSD 6.X, Juniper JUNOS or Apple macOS 10.4") speaks for all of them,
// and its probability counts for each. So a name that is put together from records names the
// others too, unless its family is as sure without the records of these.

// others are the systems that records are of beside those of some classes, and without which
// the family is not sure enough: its kin, and those of other families. What a device runs is
// no other system than the device. all are the shares of all records.
func (f family) others(of []candidate, known []whorl.Class, all []float64, threshold float64) (kin, rivals [][2]string) {
	for _, c := range of {
		for _, class := range c.entry.Classes {
			system := systemOf(class)
			isKnown := func(o whorl.Class) bool { return systemOf(o) == system }
			switch {
			case (class.Family == "embedded") != (f.class.Family == "embedded"), slices.ContainsFunc(known, isKnown):
			case f.share-f.sharedWith(system, all) >= threshold:
			case rootOf(system) != rootOf(systemOf(f.class)):
				if !slices.Contains(rivals, system) {
					rivals = append(rivals, system)
				}
			case !slices.Contains(kin, system):
				kin = append(kin, system)
			}
		}
	}
	return kin, rivals
}

// rootOf is the system that another descends from, or itself.
func rootOf(system [2]string) [2]string {
	if up, ok := lineage[system]; ok {
		return up
	}
	return system
}

// sharedWith is the share of the records of the family that are of another system too.
func (f family) sharedWith(system [2]string, all []float64) (sum float64) {
	for _, place := range f.members {
		if slices.ContainsFunc(f.entries[place].Classes, func(c whorl.Class) bool { return systemOf(c) == system }) {
			sum += all[place]
		}
	}
	return sum
}

// mostRivals is how many other systems a name has; what more share tells none of them.
const mostRivals = 3

// manyAnswer is why a host has no name then.
const manyAnswer = "systems of many vendors answer like this; the nearest are listed"

// beside names the others too: "Apple macOS 10.8 - 10.12 (iOS 10.X)", "FreeBSD 5.X - 6.X or
// Apple macOS 10.4.X". ok is false if they are too many.
func (f family) beside(a answer, all []float64, threshold float64) (_ answer, ok bool) {
	kin, rivals := f.others(a.of, a.classes, all, threshold)
	if len(rivals) > mostRivals {
		return a, false
	}
	if asides := a.take(kin, a.system.Vendor); len(asides) > 0 {
		a.name += " (" + strings.Join(asides, ", ") + ")"
	}
	if names := a.take(rivals, ""); len(names) > 0 {
		a.name = either(append([]string{a.name}, names...), false)
		a.system = whorl.Class{}
	}
	return a, true
}

// take adds the classes of other systems to those that a name covers, without a version if it
// has none, and gives their names: a vendor is left out if it is known.
func (a *answer) take(systems [][2]string, vendor string) (names []string) {
	a.classes = slices.Clone(a.classes)
	versions := slices.ContainsFunc(a.classes, func(c whorl.Class) bool { return c.Generation != "" })
	for _, system := range systems {
		name := system[1]
		if system[0] != vendor {
			name = joinName(system[0], system[1])
		}
		var generations []string
		for _, c := range classesIn(a.of, func(c whorl.Class) bool { return systemOf(c) == system }) {
			if !versions {
				c = ofNoVersion(c)
			}
			a.classes, generations = addClass(a.classes, c), addOnce(generations, c.Generation)
		}
		slices.SortFunc(generations, olderFirst(system[1]))
		switch n := len(generations); {
		case n == 1:
			name += " " + generations[0]
		case n > 1:
			name += " " + generations[0] + " - " + generations[n-1]
		}
		names = append(names, name)
	}
	return names
}
