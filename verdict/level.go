package verdict

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"whorl"
	"whorl/osdb"
)

// family is what is known of one vendor and family: its records, the likeliest first.
type family struct {
	class   whorl.Class // vendor and family only
	share   float64
	entries []*osdb.Entry // all references
	members []int         // all its records
	of      []candidate
}

// candidate is one record and its share of the probability.
type candidate struct {
	entry *osdb.Entry
	place int // among all references
	share float64
}

// byFamily sums up the shares of entries: the families with at least that share, and
// the likeliest in any case, in order.
func (r *References) byFamily(shares []float64, least float64) (out []family) {
	sums := r.families.sums(shares)
	if len(sums) == 0 {
		return nil
	}
	least = min(least, slices.Max(sums))
	for n, sum := range sums {
		if sum >= least && sum > 0 {
			out = append(out, family{class: r.families.names[n], share: sum, entries: r.Entries, members: r.families.members[n]})
		}
	}
	slices.SortStableFunc(out, func(a, b family) int { return cmp.Compare(b.share, a.share) })
	return out
}

const (
	// covering is how much of a family's probability a range of versions has to cover.
	covering = 0.9
	// maxGenerations is how many generations a name lists before it names the family alone.
	maxGenerations = 5
	// negligible is a share of a family's probability that changes no answer.
	negligible = 1e-9
)

// answer is a name at the deepest level that is sure enough.
type answer struct {
	name    string
	system  whorl.Class   // vendor and family of the name; none: it is of several systems
	classes []whorl.Class // that the name covers
	of      []candidate   // records that it rests on
	share   float64
}

// refine shares the probability of the family out by the scores, one for each member,
// that tell its versions apart, the likeliest record first. Records with next to nothing
// are left out. The scores are overwritten.
func (f *family) refine(entries []*osdb.Entry, scores []float64) {
	shares(scores, scores, math.Inf(-1))
	f.of = nil
	for i, place := range f.members {
		if scores[i] > negligible {
			f.of = append(f.of, candidate{entries[place], place, f.share * scores[i]})
		}
	}
	slices.SortStableFunc(f.of, func(a, b candidate) int { return cmp.Compare(b.share, a.share) })
}

// deepest finds it: one record's name, a range of versions, a few generations, or the
// family alone.
func (f family) deepest(threshold float64) answer {
	if a := f.byName(); a.share >= threshold && !single(a.name) {
		return a
	}
	if a := f.byVersions(); a.share >= threshold && !single(a.name) {
		return a
	}
	if a := f.byGenerations(); a.share >= threshold {
		return a
	}
	if a := f.byAge(); a.share >= threshold {
		return a
	}
	return f.alone()
}

// single reports whether a name claims one minor version of a kernel of which no
// answer to a probe tells one from the next.
func single(name string) bool {
	s, ok := osdb.Versions(name)
	return ok && s.Lo == s.Hi && s.Family == "Linux"
}

// name is vendor and family, without saying one word twice.
func (f family) name() string { return joinName(f.class.Vendor, f.class.Family) }

// isClass reports whether a class is of the vendor and family.
func (f family) isClass(c whorl.Class) bool { return systemOf(c) == systemOf(f.class) }

// has reports whether a class is of the family, or its stack is.
func (f family) has(c whorl.Class) bool {
	return f.isClass(c) || systemOf(stackOf([]whorl.Class{c})) == systemOf(f.class)
}

func joinName(vendor, family string) string {
	if vendor == "" || vendor == family || strings.HasPrefix(family, vendor+" ") {
		return family
	}
	return vendor + " " + family
}

// byName is the likeliest name.
func (f family) byName() (out answer) {
	names := map[string]float64{}
	for _, c := range f.of {
		names[c.entry.Name] += c.share
	}
	for _, c := range f.of {
		if s := names[c.entry.Name]; s > out.share {
			out = answer{name: c.entry.Name, share: s}
		}
	}
	for _, c := range f.of {
		if c.entry.Name == out.name {
			out.of = append(out.of, c)
		}
	}
	if len(out.of) == 1 {
		out.classes = out.of[0].entry.Classes // the one it is named by stands first
	} else {
		out.classes = classesIn(out.of, func(whorl.Class) bool { return true })
	}
	if len(out.classes) > 0 {
		out.system = out.classes[0]
	}
	return out
}

// alone is the name of the family, without a version.
func (f family) alone() answer {
	a := answer{name: f.name(), system: f.class, share: f.share}
	passed := 0.0
	for _, c := range f.of {
		if passed >= covering*f.share {
			break
		}
		passed += c.share
		a.of = append(a.of, c)
	}
	for _, c := range classesIn(a.of, f.has) {
		a.classes = addClass(a.classes, ofNoVersion(c))
	}
	if len(a.classes) == 0 && f.class.Vendor != "" { // devices of which only the name says what they run
		a.classes = []whorl.Class{f.class}
	}
	return a
}

// inside calls a record that is first of another family by its class in this one, if the
// family is as sure without it: then it tells the version alone. "FreeBSD 6.X, Juniper JUNOS
// or Apple macOS 10.4" is an Apple macOS 10.4.X to who knows that it is a Darwin. all are the
// shares of all records; other answers stay.
func (f family) inside(a answer, all []float64, threshold float64) answer {
	e := f.of[0].entry
	i := f.first(e)
	if a.name != e.Name || i <= 0 || f.share-all[f.of[0].place] < threshold {
		return a
	}
	c := e.Classes[i]
	a.name, a.system, a.classes = strings.TrimSpace(joinName(c.Vendor, c.Family)+" "+c.Generation), c, []whorl.Class{c}
	return a
}

// first is the place of the first class of a record that is of the family or descends
// from it, or -1.
func (f family) first(e *osdb.Entry) int {
	return slices.IndexFunc(e.Classes, func(c whorl.Class) bool {
		return slices.ContainsFunc(classesOf(&osdb.Entry{Name: e.Name, Classes: []whorl.Class{c}}), f.isClass)
	})
}

// byGenerations lists the generations of the likeliest records.
func (f family) byGenerations() answer {
	a := answer{system: f.class}
	var list []string
	passed := 0.0 // by all records; by those with a generation: the share
	for _, c := range f.of {
		if passed >= covering*f.share {
			break
		}
		passed += c.share
		told := false
		for _, class := range c.entry.Classes {
			if f.isClass(class) && class.Generation != "" {
				list, told = addOnce(list, class.Generation), true
			}
		}
		if told {
			a.share += c.share
		}
		a.of = append(a.of, c)
	}
	if len(list) == 0 || len(list) > maxGenerations {
		return answer{}
	}
	slices.SortFunc(list, olderFirst(f.class.Family))
	a.name = f.name() + " " + strings.Join(list, "|")
	a.classes = classesIn(a.of, func(c whorl.Class) bool { return f.isClass(c) && c.Generation != "" })
	return a
}
