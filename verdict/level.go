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
	members []int // all its records
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
			out = append(out, family{class: r.families.names[n], share: sum, members: r.families.members[n]})
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
	name       string
	generation string
	cpe        []string
	share      float64
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
	return answer{name: f.name(), share: f.share}
}

// single reports whether a name claims one minor version of a kernel of which no
// answer to a probe tells one from the next.
func single(name string) bool {
	s, ok := osdb.Versions(name)
	return ok && s.Lo == s.Hi && s.Family == "Linux"
}

// name is vendor and family, without saying one word twice.
func (f family) name() string { return joinName(f.class.Vendor, f.class.Family) }

// deviceType is what a record says of the devices of the family.
func (f family) deviceType(e *osdb.Entry) string {
	for _, c := range e.Classes {
		if c.Vendor == f.class.Vendor && c.Family == f.class.Family {
			return c.DeviceType
		}
	}
	return ""
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
			first := whorl.Class{}
			if len(c.entry.Classes) > 0 {
				first = c.entry.Classes[0]
			}
			out = answer{c.entry.Name, first.Generation, first.CPE, s}
		}
	}
	return out
}

// inside calls a record that is first of another family by its class in this one, if the
// family is as sure without it: then it tells the version alone. "FreeBSD 6.X (Junos, Mac
// OS X 10.4)" is an Apple macOS 10.4.X to who knows that it is a Darwin. all are the
// shares of all records; other answers stay.
func (f family) inside(a answer, all []float64, threshold float64) answer {
	e := f.of[0].entry
	i := f.first(e)
	if a.name != e.Name || i <= 0 || f.share-all[f.of[0].place] < threshold {
		return a
	}
	c := e.Classes[i]
	a.name, a.generation, a.cpe = strings.TrimSpace(joinName(c.Vendor, c.Family)+" "+c.Generation), c.Generation, c.CPE
	return a
}

// first is the place of the first class of a record that is of the family or descends
// from it, or -1.
func (f family) first(e *osdb.Entry) int {
	return slices.IndexFunc(e.Classes, func(c whorl.Class) bool {
		return slices.ContainsFunc(classesOf(&osdb.Entry{Name: e.Name, Classes: []whorl.Class{c}}), func(o whorl.Class) bool {
			return o.Vendor == f.class.Vendor && o.Family == f.class.Family
		})
	})
}

// byVersions is the range that covers the versions of the likeliest records, as far as
// their names tell any.
func (f family) byVersions() answer {
	var span osdb.Span
	told, covered := 0.0, 0.0
	type spanned struct {
		osdb.Span
		share float64
	}
	var all []spanned
	for _, c := range f.of {
		s, ok := osdb.Versions(c.entry.Name)
		if !ok || len(all) > 0 && s.Family != all[0].Family {
			continue
		}
		all = append(all, spanned{s, c.share})
		told += c.share
	}
	if told < f.share/2 {
		return answer{}
	}
	for i, s := range all {
		switch {
		case i == 0:
			span = s.Span
		case covered >= covering*told && s.share < all[0].share/4:
			continue
		}
		covered += s.share
		if osdb.CompareVersions(s.Lo, span.Lo) < 0 {
			span.Lo = s.Lo
		}
		if osdb.CompareVersions(s.Hi, span.Hi) > 0 {
			span.Hi = s.Hi
		}
	}
	name := span.Family + " " + span.Lo
	if span.Lo != span.Hi {
		name += " - " + span.Hi
	}
	return answer{name: name, share: f.share * covered / told}
}

// byGenerations lists the generations of the likeliest records.
func (f family) byGenerations() answer {
	var list []string
	passed, covered := 0.0, 0.0 // by all records, by those with a generation
	for _, c := range f.of {
		if passed >= covering*f.share {
			break
		}
		passed += c.share
		told := false
		for _, class := range c.entry.Classes {
			if class.Vendor != f.class.Vendor || class.Family != f.class.Family || class.Generation == "" {
				continue
			}
			told = true
			if !slices.Contains(list, class.Generation) {
				list = append(list, class.Generation)
			}
		}
		if told {
			covered += c.share
		}
	}
	if len(list) == 0 || len(list) > maxGenerations {
		return answer{}
	}
	slices.SortFunc(list, func(a, b string) int {
		return cmp.Or(osdb.CompareVersions(a, b), cmp.Compare(a, b))
	})
	generations := strings.Join(list, "|")
	return answer{name: f.name() + " " + generations, generation: generations, share: covered}
}
