package verdict

import (
	"cmp"
	"math"
	"slices"

	"whorl"
	"whorl/method"
	"whorl/method/gen1"
	"whorl/osdb"
)

// firstGen is what records say of Nmap's first generation. Records share expressions: each
// different one of an attribute is compared with an observation once.
type firstGen struct {
	of       []gen1.Reference // by entry that tells of the second generation
	records  []*osdb.Entry    // of all databases, those with tests of the first
	places   map[recordKey]int
	prior    []float64       // of records, natural logarithms
	families groups          // of records
	said     []saying        // by attribute that any record tells of
	partial  map[string]bool // families of which not all records of ours tell of the first, by name
}

// saying is what records say of one attribute.
type saying struct {
	test, attr string
	exprs      []gen1.Expr // the different ones
	counts     []int       // how many records have each
	of         []int       // by record: which; -1: says nothing
}

func newFirstGen(set osdb.Set, entries []*osdb.Entry) *firstGen {
	g := &firstGen{of: make([]gen1.Reference, len(entries)), places: map[recordKey]int{}, partial: map[string]bool{}}
	for i, e := range entries {
		g.of[i] = e.Gen1
		if own(e) && e.Gen1 == nil {
			for _, c := range classesOf(e) {
				g.partial[joinName(c.Vendor, c.Family)] = true
			}
		}
	}
	for _, e := range set.Entries() {
		if e.Gen1 == nil {
			continue
		}
		if _, twice := g.places[keyOf(e.Source)]; !twice {
			g.places[keyOf(e.Source)] = len(g.records)
		}
		g.records, g.prior = append(g.records, e), append(g.prior, prevalence(e)/foreignPrevalence)
	}
	g.families = groupBy(g.records, classesOf)
	index := map[[2]string]int{}
	for i, e := range g.records {
		for _, t := range e.Gen1 {
			for _, term := range t.Terms {
				g.saying(index, t.Name, term.Attr).add(i, len(g.records), term.Expr)
			}
		}
	}
	return g
}

// saying is that of an attribute, made if there is none.
func (g *firstGen) saying(index map[[2]string]int, test, attr string) *saying {
	n, ok := index[[2]string{test, attr}]
	if !ok {
		n = len(g.said)
		index[[2]string{test, attr}] = n
		g.said = append(g.said, saying{test: test, attr: attr})
	}
	return &g.said[n]
}

func (c *saying) add(record, records int, e gen1.Expr) {
	if c.of == nil {
		c.of = slices.Repeat([]int{-1}, records)
	}
	n := slices.IndexFunc(c.exprs, func(o gen1.Expr) bool { return o.String() == e.String() })
	if n < 0 {
		n = len(c.exprs)
		c.exprs, c.counts = append(c.exprs, e), append(c.counts, 0)
	}
	c.of[record] = n
	c.counts[n]++
}

// seenGen1 is the first-generation observation of a host: the first with something that
// can be read, without what boxes in the path answer. Nil if there is none.
func seenGen1(h *whorl.Host) gen1.Print {
	for _, o := range h.Observations {
		if o.Method != "gen1" {
			continue
		}
		if p, _ := gen1.Parse(o.Print); len(p) > 0 {
			return withoutBoxes(p, h.Boxes)
		}
	}
	return nil
}

// sameAnswers are the tests of the first generation that a box answers if it answers one
// of the second.
func sameAnswers(test string) []string {
	switch test {
	case "SEQ.TI":
		return []string{"TSeq"}
	case "OPS", "T1":
		return []string{"TSeq", "T1"}
	case "T1.W", "WIN":
		return []string{"T1"}
	case "T2", "T3", "T4", "T5", "T6", "T7":
		return []string{test}
	case "U1":
		return []string{"PU"}
	}
	return nil
}

func withoutBoxes(p gen1.Print, boxes []whorl.Box) gen1.Print {
	return slices.DeleteFunc(p, func(l method.Line) bool {
		return slices.ContainsFunc(boxes, func(b whorl.Box) bool {
			return slices.ContainsFunc(b.LeftOut, func(test string) bool { return slices.Contains(sameAnswers(test), l.Test) })
		})
	})
}

// Likelihoods of the first generation, set by hand: attributes of one stack depend on
// each other, and the records are of many hands.
const (
	gen1Drift  = 0.05 // a host differs from the record of its own system in an attribute
	gen1Ops    = 0.01 // ... in TCP options, which hardly anything in the path changes
	gen1Silent = 0.3  // ... in silence: a filter drops the probe or its answer
	gen1Temper = 0.7  // attributes that depend on each other
	// gen1Unknown is how much likelier, as a natural logarithm, a host of no record is
	// beforehand than one of all records together.
	gen1Unknown = 2
)

// muted reports whether nothing but a port that accepts has answered: then silence says
// nothing of the stack.
func muted(seen gen1.Print) bool {
	for _, t := range []string{"T4", "T5", "T6", "T7", "PU"} {
		if l, ok := seen.Test(t); ok {
			if r, _ := l.Value("Resp"); r != "N" {
				return false
			}
		}
	}
	return true
}

// weights is what agreeing and differing with one seen value says for a record, natural
// logarithms. What agrees never speaks against one.
func (c *saying) weights(value string, mute bool) (matches []bool, agrees, differs float64) {
	matches = make([]bool, len(c.exprs))
	hits, total := 0, 0
	for i := range c.exprs {
		total += c.counts[i]
		if matches[i] = c.exprs[i].Match(value); matches[i] {
			hits += c.counts[i]
		}
	}
	silence := c.attr == "Resp" && value == "N"
	if silence && mute {
		return matches, 0, 0
	}
	// Two imaginary systems, one that agrees and one that does not, keep it from 0 and 1.
	rare := float64(hits+1) / float64(total+2)
	drift := gen1Drift
	switch {
	case silence:
		drift = gen1Silent
	case c.attr == "Ops":
		drift = gen1Ops
	}
	agrees = max(gen1Temper*math.Log((1-drift)/rare), 0)
	differs = min(gen1Temper*math.Log(drift/(1-rare)), 0)
	return matches, agrees, differs
}

// gen1Scores are how well each record explains an observation.
type gen1Scores struct {
	logs   []float64     // against a random stack, natural logarithm; minus infinity if it says nothing of what was seen
	points []gen1.Points // Nmap's
}

func (g *firstGen) scores(seen gen1.Print) gen1Scores {
	s := gen1Scores{make([]float64, len(g.records)), make([]gen1.Points, len(g.records))}
	mute := muted(seen)
	for i := range g.said {
		c := &g.said[i]
		l, _ := seen.Test(c.test)
		value, ok := l.Value(c.attr)
		if !ok {
			continue
		}
		matches, agrees, differs := c.weights(value, mute)
		for place, n := range c.of {
			if n < 0 {
				continue
			}
			p := &s.points[place]
			p.Compared++
			if matches[n] {
				p.Passed++
				s.logs[place] += agrees
			} else {
				s.logs[place] += differs
			}
		}
	}
	for place, p := range s.points {
		if s.logs[place] += g.prior[place]; p.Compared == 0 {
			s.logs[place] = math.Inf(-1)
		}
	}
	return s
}

// list is Nmap's list: records of at least [gen1.Threshold], best first, each name once,
// up to one more perfect one than it could hold.
func (g *firstGen) list(s gen1Scores) (out []whorl.Verdict) {
	var places []int
	for place, p := range s.points {
		if p.Compared > 0 && p.Accuracy() >= gen1.Threshold {
			places = append(places, place)
		}
	}
	slices.SortStableFunc(places, func(a, b int) int { return cmp.Compare(s.points[b].Accuracy(), s.points[a].Accuracy()) })
	names := map[string]bool{}
	for _, place := range places {
		p, e := s.points[place], g.records[place]
		if names[e.Name] {
			continue
		}
		if n := len(out); n > maxGen1 || n >= maxAlternatives && !p.Perfect() {
			break
		}
		names[e.Name] = true
		v := verdictOf(e, whorl.RuleGen1)
		count(&v, p)
		out = append(out, v)
	}
	return out
}

// maxGen1 is how many records the first generation could list.
const maxGen1 = 36

// shares are the probabilities of the families, that of a family being that of its best
// record: how many records tell of it says nothing, and a tie stays one. by are those
// records, by family.
func (g *firstGen) shares(s gen1Scores) (out []float64, by []int) {
	by = make([]int, len(g.families.names))
	best := slices.Repeat([]float64{math.Inf(-1)}, len(s.logs))
	for n, members := range g.families.members {
		by[n] = slices.MaxFunc(members, func(a, b int) int { return cmp.Compare(s.logs[a], s.logs[b]) })
		best[by[n]] = s.logs[by[n]]
	}
	shares(best, best, gen1Unknown+math.Log(float64(max(len(g.records), 1))))
	out = make([]float64, len(by))
	for n, place := range by {
		out[n] = best[place]
	}
	return out, by
}
