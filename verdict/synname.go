package verdict

import (
	"slices"
	"strings"

	"whorl"
)

// named is the verdict about a family, at the level of detail that is sure enough, or by
// its likeliest record if it is an alternative.
func (j *Handshakes) named(f *family, headline bool) whorl.Verdict {
	e := f.of[0].entry
	a := f.byName()
	if headline {
		a = j.detail(f)
	}
	v := verdictOf(e, whorl.RuleWhorl)
	if a.name != e.Name {
		v.Name, v.Generation, v.CPE = a.name, a.generation, a.cpe
		v.Vendor, v.Family, v.DeviceType = f.class.Vendor, f.class.Family, f.deviceType(e)
	}
	v.Confidence = whorl.Fraction(min(a.share, surest))
	return v
}

// detail is the deepest name that is sure enough. Generations of Windows are no numbers,
// so they are listed, or told from the oldest to the newest.
func (j *Handshakes) detail(f *family) answer {
	if f.class.Family != "Windows" {
		a := f.deepest(j.threshold)
		if a.generation == "" && a.name != f.name() {
			a.generation = f.generations()
		}
		return a
	}
	for _, a := range []answer{f.byName(), f.byGenerations(), f.byAge()} {
		if a.share >= j.threshold {
			return a
		}
	}
	return answer{name: f.name(), share: f.share}
}

// windowsAges are the generations of Windows from the oldest to the newest.
var windowsAges = []string{"98", "NT 4.0", "2000", "XP", "2003", "Vista", "2008", "7", "8", "2012", "8.1", "10", "2016", "11", "2019", "2022"}

// byAge tells the oldest and the newest generation that the likeliest records are named by.
func (f *family) byAge() answer {
	oldest, newest, passed := len(windowsAges), -1, 0.0
	for _, c := range f.of {
		if passed >= covering*f.share {
			break
		}
		age := slices.Index(windowsAges, c.entry.Classes[0].Generation)
		if age < 0 {
			return answer{}
		}
		oldest, newest, passed = min(oldest, age), max(newest, age), passed+c.share
	}
	return answer{name: f.name() + " " + windowsAges[oldest] + " - " + windowsAges[newest], generation: f.generations(), share: passed}
}

// generations lists those of all records of the family.
func (f *family) generations() string {
	var list []string
	for _, c := range f.of {
		for _, class := range c.entry.Classes {
			if class.Vendor == f.class.Vendor && class.Family == f.class.Family && class.Generation != "" && !slices.Contains(list, class.Generation) {
				list = append(list, class.Generation)
			}
		}
	}
	return strings.Join(list, "|")
}
