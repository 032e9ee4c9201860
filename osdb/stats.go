package osdb

import (
	"cmp"
	"maps"
	"slices"

	"whorl/method/expr"
	"whorl/method/gen2"
)

// Stats count what a set of databases holds.
type Stats struct {
	Entries   int
	Names     int     // different names
	Databases []Count // entries of each file
	Families  []Count // entries with a class of that family, most first
	Tests     []Count // entries with that test of gen2
	Extra     []Count // tests of other methods
	// Lines and attributes of gen2, and how many of them are different.
	Lines, DistinctLines int
	Attrs, Predicates    int
}

// Count is how often something occurs.
type Count struct {
	Name string
	N    int
}

// Stats counts.
func (s Set) Stats() Stats {
	out := Stats{Entries: s.Len()}
	names, lines, predicates := map[string]bool{}, map[string]bool{}, map[string]bool{}
	families, extra := map[string]int{}, map[string]int{}
	out.Tests = make([]Count, gen2.NumTests)
	for t := range gen2.NumTests {
		out.Tests[t].Name = t.String()
	}
	for _, d := range s {
		out.Databases = append(out.Databases, Count{d.File, len(d.Entries)})
	}
	for _, e := range s.Entries() {
		names[e.Name] = true
		for family := range familiesOf(e) {
			families[family]++
		}
		for _, l := range e.Extra {
			extra[l.Test]++
		}
		for _, t := range e.Gen1 {
			extra[mark+t.Name]++
		}
		if e.Gen2 == nil {
			continue
		}
		for t := range gen2.NumTests {
			test := e.Gen2.Test(t)
			if test == nil {
				continue
			}
			out.Tests[t].N++
			out.Lines++
			lines[test.Line().String()] = true
			for _, term := range test.Terms(expr.Nmap793) {
				out.Attrs++
				predicates[gen2.Tests[t].Attrs[term.Attr].Name+"="+term.Expr.String()] = true
			}
		}
	}
	out.Names, out.DistinctLines, out.Predicates = len(names), len(lines), len(predicates)
	out.Families, out.Extra = counts(families), counts(extra)
	return out
}

func familiesOf(e *Entry) map[string]bool {
	m := map[string]bool{}
	for _, c := range e.Classes {
		m[c.Family] = true
	}
	return m
}

// counts puts the most frequent first.
func counts(m map[string]int) (out []Count) {
	for _, name := range slices.Sorted(maps.Keys(m)) {
		out = append(out, Count{name, m[name]})
	}
	slices.SortStableFunc(out, func(a, b Count) int { return cmp.Compare(b.N, a.N) })
	return out
}
