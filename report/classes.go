package report

import (
	"slices"
	"strings"

	"whorl"
)

// classBlock is what stands after "Device type", "Running" and "OS CPE".
type classBlock struct {
	types, running, cpes []string
	guessing             bool // no class is of a perfect match
	old                  bool // in the words of Nmap 3.8, which knew no CPE
}

// rankedClass is a class with the accuracy of the match that brought it.
type rankedClass struct {
	whorl.Class
	accuracy whorl.Fraction
}

// classes collects the classes of the matches. Nmap prints nothing at all if one
// of the lists grows too long, which among guesses is usual; here the list is cut,
// but for what our own answer covers.
func (v *nmapView) classes(guess bool) classBlock {
	var b classBlock
	var families []family
	ranked := v.rankedClasses()
	perfect, covered := 0, 0
	if v.sure {
		covered = len(classesOf(v.matches[0]))
	}
	for i, c := range ranked {
		if c.accuracy < 1 && (!guess || i >= max(maxGuesses, covered) || c.accuracy <= ranked[0].accuracy-nearBest) {
			break
		}
		if c.accuracy == 1 {
			perfect++
		}
		if i < covered || len(b.types) < maxColumn {
			b.types = addOnce(b.types, c.DeviceType)
		}
		for _, cpe := range c.CPE {
			if i < covered || len(b.cpes) < maxColumn {
				b.cpes = addOnce(b.cpes, cpe)
			}
		}
		families = addFamily(families, c)
	}
	b.guessing = perfect == 0
	for i, f := range families {
		b.running = append(b.running, f.phrase(i >= perfect))
	}
	return b
}

// same reports whether a class is of one system, whatever CPE it has.
func (k *rankedClass) same(c whorl.Class) bool {
	return k.Vendor == c.Vendor && k.Family == c.Family && k.Generation == c.Generation && k.DeviceType == c.DeviceType
}

// rankedClasses is every class of the matches once, best first; classes of
// guesses only if no match is perfect.
func (v *nmapView) rankedClasses() []rankedClass {
	if v.overflow {
		return nil
	}
	var all []rankedClass
	for _, m := range v.matches {
		if v.perfect > 0 && m.Accuracy < 1 {
			break
		}
		for _, c := range classesOf(m) {
			if len(all) < maxMatches && !slices.ContainsFunc(all, func(k rankedClass) bool { return k.same(c) }) {
				all = append(all, rankedClass{c, m.Accuracy})
			}
		}
	}
	return all
}

func classesOf(v *whorl.Verdict) []whorl.Class {
	if len(v.Classes) > 0 || v.Family == "" {
		return v.Classes
	}
	return []whorl.Class{{Vendor: v.Vendor, Family: v.Family, Generation: v.Generation, DeviceType: v.DeviceType, CPE: v.CPE}}
}

// family is one entry of the Running line: Linux 5.X|6.X.
type family struct {
	name        string
	generations []string
	accuracy    whorl.Fraction // of its first class
}

func addFamily(families []family, c rankedClass) []family {
	name := c.Family
	if c.Vendor != c.Family {
		name = strings.TrimSpace(c.Vendor + " " + c.Family)
	}
	i := slices.IndexFunc(families, func(f family) bool { return f.name == name })
	switch {
	case i < 0 && len(families) < maxColumn && name != "":
		families = append(families, family{name: name, accuracy: c.accuracy})
		i = len(families) - 1
	case i < 0:
		return families
	}
	f := &families[i]
	if c.Generation != "" && !slices.Contains(f.generations, c.Generation) && !slices.Contains(f.generations, c.Generation+".X") {
		f.generations = append(f.generations, c.Generation)
	}
	return families
}

func (f family) phrase(guessed bool) string {
	s := f.name
	if len(f.generations) > 0 {
		s += " " + strings.Join(f.generations, "|")
	}
	if guessed {
		s += " (" + percent(f.accuracy) + ")"
	}
	return s
}

func addOnce(list []string, s string) []string {
	if s == "" || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}
