package main

import (
	"cmp"
	"maps"
	"slices"

	"whorl"
	"whorl/method/syn"
	"whorl/osdb"
)

// judge names hosts by their handshakes alone.
type judge struct {
	candidates []syn.Candidate
	entries    []*osdb.Entry // of the candidates
	known      map[sighting]syn.Ranking
}

// commonHost is how much more common hosts of these families are than those of any other.
const commonHost = 10

func common(family string) bool { return family == "Linux" || family == "Windows" || family == "Apple" }

func newJudge(set osdb.Set) *judge {
	j := &judge{known: map[sighting]syn.Ranking{}}
	for _, e := range set.Entries() {
		r := e.Passive()
		if len(r) == 0 || len(e.Classes) == 0 {
			continue
		}
		c := syn.Candidate{Family: familyOf(e.Classes), Prior: 1, Reference: r}
		if common(c.Family) {
			c.Prior = commonHost
		}
		j.candidates, j.entries = append(j.candidates, c), append(j.entries, e)
	}
	return j
}

// familyOf is what counts as one answer: the common family of a record, if it has one, as
// appliances that run Linux do, and else the first.
func familyOf(classes []whorl.Class) string {
	for _, c := range classes {
		if f := family(c); common(f) {
			return f
		}
	}
	return family(classes[0])
}

// family is that of one class. Android runs Linux, and Apple's systems share one kernel.
func family(c whorl.Class) string {
	switch {
	case c.Vendor == "Apple":
		return "Apple"
	case c.Family == "Android":
		return "Linux"
	case c.Family == "embedded":
		return c.Vendor + " " + c.DeviceType
	}
	return c.Family
}

// answer is what is said of one host.
type answer struct {
	family string         // empty: none
	names  []string       // records that the packets do not tell apart, the likeliest first
	gens   []string       // their generations
	sure   float64        // probability of the family
	box    bool           // something between that ends handshakes itself, and no host
	shown  string         // the signature that decided
	rank   []syn.Share    // of that signature
	seen   map[string]int // answers by number of packets; empty name: none
}

// name says what a host is by all that it showed: the answer that most of its packets
// have, if it is more than two thirds of those that have one.
func (j *judge) name(seen map[sighting]int) (a answer) {
	a.seen = map[string]int{}
	total := 0
	first := map[string]sighting{}
	for _, s := range slices.SortedFunc(maps.Keys(seen), func(a, b sighting) int { return cmp.Compare(a.String(), b.String()) }) {
		r, ok := j.known[s]
		if !ok {
			r = syn.Rank(j.candidates, s.Signature, s.Offer)
			j.known[s] = r
		}
		family := ""
		if share, ok := r.Answer(); ok {
			family = share.Family
			total += seen[s]
		}
		if n, ok := first[family]; !ok || seen[s] > seen[n] {
			first[family] = s
		}
		a.seen[family] += seen[s]
	}
	a.shown = first[""].Observed(first[""].Offer.MSS).String()
	a.rank = j.known[first[""]].Families
	for family, n := range a.seen {
		if family != "" && n*3 > total*2 {
			a.decide(j, first[family], family)
		}
	}
	return a
}

func (a *answer) decide(j *judge, s sighting, family string) {
	r := j.known[s]
	a.family, a.sure, a.rank = family, r.Families[0].Probability, r.Families
	a.shown = s.Observed(s.Offer.MSS).String()
	for _, ranked := range r.Families[0].Records {
		e := j.entries[ranked.Place]
		if !slices.Contains(a.names, e.Name) {
			a.names = append(a.names, e.Name)
		}
		for _, c := range e.Classes {
			a.gens = append(a.gens, c.Generation)
			a.box = a.box || c.DeviceType == "virtualization"
		}
	}
}
