package verdict

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"whorl"
	"whorl/osdb"
)

// candidate is one record and its share of the probability.
type candidate struct {
	entry *osdb.Entry
	place int // among all references
	share float64
}

// family is what is known of one vendor and family: its records, the likeliest first.
type family struct {
	class whorl.Class // vendor and family only
	share float64
	of    []candidate
}

// byFamily sums up shares, the likeliest family first. An entry counts for every family
// that it has a class of: an access point that runs Linux is a Linux too.
func byFamily(entries []*osdb.Entry, shares []float64) []family {
	index := map[[2]string]int{}
	var out []family
	for i, e := range entries {
		for _, c := range classesOf(e) {
			key := [2]string{c.Vendor, c.Family}
			at, ok := index[key]
			if !ok {
				at = len(out)
				index[key] = at
				out = append(out, family{class: c})
			}
			out[at].share += shares[i]
			if shares[i] > 0 {
				out[at].of = append(out[at].of, candidate{e, i, shares[i]})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b family) int { return cmp.Compare(b.share, a.share) })
	return out
}

// classesOf are the different vendors and families of an entry, and those that they
// descend from; its name stands for one that has no class.
func classesOf(e *osdb.Entry) (out []whorl.Class) {
	add := func(vendor, family string) {
		if !slices.ContainsFunc(out, func(o whorl.Class) bool { return o.Vendor == vendor && o.Family == family }) {
			out = append(out, whorl.Class{Vendor: vendor, Family: family})
		}
	}
	for _, c := range e.Classes {
		add(c.Vendor, c.Family)
		if up, ok := lineage[[2]string{c.Vendor, c.Family}]; ok {
			add(up[0], up[1])
		}
	}
	if strings.Contains(e.Name, "(Linux") { // Nmap's way to tell what a device runs
		add("Linux", "Linux")
	}
	if out == nil {
		add("", e.Name)
	}
	return out
}

// lineage tells which system a vendor's is made from, where that is public knowledge:
// the stack is the same one.
var lineage = map[[2]string][2]string{
	{"Google", "Android"}:               {"Linux", "Linux"},
	{"MikroTik", "RouterOS"}:            {"Linux", "Linux"},
	{"Synology", "DiskStation Manager"}: {"Linux", "Linux"},
	{"Aerohive", "HiveOS"}:              {"Linux", "Linux"},
	{"VyOS", "VyOS"}:                    {"Linux", "Linux"},
	{"Apple", "Mac OS X"}:               {"Apple", "Darwin"},
	{"Apple", "OS X"}:                   {"Apple", "Darwin"},
	{"Apple", "macOS"}:                  {"Apple", "Darwin"},
	{"Apple", "iOS"}:                    {"Apple", "Darwin"},
	{"Apple", "Apple TV"}:               {"Apple", "Darwin"},
	{"Sun", "Solaris"}:                  {"", "Solaris"},
	{"Oracle", "Solaris"}:               {"", "Solaris"},
	{"Sun", "OpenSolaris"}:              {"", "Solaris"},
	{"OpenIndiana", "OpenIndiana"}:      {"", "Solaris"},
	{"Joyent", "SmartOS"}:               {"", "Solaris"},
	{"illumos", "illumos"}:              {"", "Solaris"},
	{"Nexenta", "NexentaStor"}:          {"", "Solaris"},
	{"Microsoft", "Windows Phone"}:      {"Microsoft", "Windows"},
	{"Microsoft", "Windows Mobile"}:     {"Microsoft", "Windows"},
}

const (
	// covering is how much of a family's probability a range of versions has to cover.
	covering = 0.9
	// maxGenerations is how many generations a name lists before it names the family alone.
	maxGenerations = 5
)

// answer is a name at the deepest level that is sure enough.
type answer struct {
	name       string
	generation string
	cpe        []string
	share      float64
}

// refine shares the probability of the family out anew by the scores that tell its
// versions apart, the likeliest record first.
func (f *family) refine(scores []float64) {
	of := make([]float64, len(f.of))
	for i, c := range f.of {
		of[i] = scores[c.place]
	}
	inside, _ := shares(of, math.Inf(-1))
	for i := range f.of {
		f.of[i].share = f.share * inside[i]
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
	covered := 0.0
	for _, c := range f.of {
		if covered >= covering*f.share {
			break
		}
		covered += c.share
		for _, class := range c.entry.Classes {
			if class.Vendor == f.class.Vendor && class.Family == f.class.Family && class.Generation != "" && !slices.Contains(list, class.Generation) {
				list = append(list, class.Generation)
			}
		}
	}
	if len(list) == 0 || len(list) > maxGenerations {
		return answer{}
	}
	slices.SortFunc(list, func(a, b string) int {
		return cmp.Or(osdb.CompareVersions(a, b), cmp.Compare(a, b))
	})
	return answer{name: f.name() + " " + strings.Join(list, "|"), generation: strings.Join(list, "|"), share: covered}
}
