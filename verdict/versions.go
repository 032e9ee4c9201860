package verdict

import (
	"slices"
	"strings"

	"whorl"
	"whorl/osdb"
)

// spanned is a record and the versions that it tells of.
type spanned struct {
	candidate
	osdb.Span
}

// spanOf is the range of versions that a record tells of the family: that of its name, and
// the generations of the same system that the name tells of elsewhere ("Solaris 9 or 10").
// Of a record whose name tells of another family it is that of the generations in this one.
// ok is false if no class of the family has a generation of that name: numbers of models are no
// versions. "2.6.39 or newer" ends with the newest that records of ours know.
func (f family) spanOf(e *osdb.Entry) (s osdb.Span, ok bool) {
	s, versions := osdb.Versions(e.Name)
	i := slices.IndexFunc(e.Classes, func(c whorl.Class) bool { return calls(s, c) })
	if !versions || i < 0 {
		return s, false
	}
	foreign := !f.has(e.Classes[i])
	if !foreign && strings.Contains(e.Name, s.Hi+" or newer") {
		s, ok = f.upToNewest(s)
	}
	for _, c := range e.Classes {
		switch {
		case !numbered(c) || !f.has(c):
		case foreign:
			s, ok, foreign = osdb.Span{Family: joinName(c.Vendor, c.Family), Lo: c.Generation, Hi: c.Generation}, true, false
		case calls(s, c):
			ok = true
			if !s.Meets(c.Generation) {
				s = hull(s, osdb.Span{Lo: c.Generation, Hi: c.Generation})
			}
		}
	}
	return s, ok
}

// upToNewest is a range that ends with the newest version in the name of a record of ours; ok
// is false if none has a newer one.
func (f family) upToNewest(s osdb.Span) (_ osdb.Span, ok bool) {
	for _, e := range f.entries {
		if !own(e) {
			continue
		}
		if o, known := osdb.Versions(e.Name); known && o.Family == s.Family && osdb.CompareVersions(s.Hi, o.Hi) < 0 {
			s.Hi, ok = o.Hi, true
		}
	}
	return s, ok
}

// calls reports whether a range is one of the system of a class, by the words of its name.
func calls(s osdb.Span, c whorl.Class) bool {
	return s.Family == c.Family || s.Family == joinName(c.Vendor, c.Family)
}

// numbered reports whether the generation of a class is a number and nothing else: 2.6.X, 11.
func numbered(c whorl.Class) bool {
	return c.Generation != "" && strings.Trim(strings.TrimSuffix(strings.ToUpper(c.Generation), ".X"), "0123456789.") == ""
}

// hull is the least range with all versions of both.
func hull(a, b osdb.Span) osdb.Span {
	if osdb.CompareVersions(b.Lo, a.Lo) < 0 {
		a.Lo = b.Lo
	}
	if osdb.CompareVersions(b.Hi, a.Hi) > 0 {
		a.Hi = b.Hi
	}
	return a
}

// byVersions is the range that covers the versions of the likeliest records, as far as
// their names tell any. Generations of Windows are no numbers.
func (f family) byVersions() answer {
	if f.class.Family == "Windows" {
		return answer{}
	}
	told, covered := 0.0, 0.0
	var all []spanned
	for _, c := range f.of {
		s, ok := f.spanOf(c.entry)
		if !ok || len(all) > 0 && s.Family != all[0].Family {
			continue
		}
		all = append(all, spanned{c, s})
		told += c.share
	}
	if len(all) == 0 || told < f.share/2 {
		return answer{}
	}
	var a answer
	span := all[0].Span
	for _, s := range all {
		if covered >= covering*told && s.share < all[0].share/4 {
			continue
		}
		covered += s.share
		span, a.of = hull(span, s.Span), append(a.of, s.candidate)
	}
	a.name, a.share = span.Family+" "+span.Lo, f.share*covered/told
	if span.Lo != span.Hi {
		a.name += " - " + span.Hi
	}
	a.classes = f.known(a.of, func(c whorl.Class) bool { return calls(span, c) && numbered(c) && span.Meets(c.Generation) })
	if len(a.classes) == 0 {
		return answer{}
	}
	a.system = a.classes[0]
	return a
}

// known are the classes of records that are picked, and of each other generation that any
// record knows of the same system and that is picked one class: a range has no holes.
func (f family) known(of []candidate, pick func(whorl.Class) bool) []whorl.Class {
	all := classesIn(of, pick)
	if len(all) == 0 {
		return all
	}
	for _, e := range f.entries {
		for _, c := range e.Classes {
			told := func(o whorl.Class) bool {
				return systemOf(o) == systemOf(c) && strings.EqualFold(o.Generation, c.Generation)
			}
			if c.Generation != "" && systemOf(c) == systemOf(all[0]) && pick(c) && !slices.ContainsFunc(all, told) {
				all = append(all, c)
			}
		}
	}
	inOrder(all)
	return all
}
