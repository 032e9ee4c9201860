package verdict

import (
	"math"

	"whorl/method/expr"
	"whorl/method/gen2"
	"whorl/osdb"
)

// References are the records of some databases prepared for the likelihood. They are
// only read after they are made.
//
// Records share lines, and lines share expressions, as in [Compiled]: what is said of a
// host is computed for each different expression of an attribute, summed up for each
// different line of a test, then for each record.
type References struct {
	Entries  []*osdb.Entry
	Prior    []float64 // of each entry, natural logarithm; 0 for all unless set
	Sharpen  float64   // factor on all scores; 1 unless set
	tests    [gen2.NumTests]refTest
	features []refFeature // as Features
	families groups       // with those that they descend from
	own      []bool       // by entry: of a database kept by this project or the user
	believed []bool       // by entry: it may say how a system is by itself
	orders   orders       // of TCP options
}

// refTest is one test in all records.
type refTest struct {
	lineOf []uint32 // by entry; line 0 is the one of records without the test
	lines  int
	attrs  []refAttr
}

// refAttr is one attribute in all lines of a test.
type refAttr struct {
	exprOf []uint32 // by line; expression 0 is the one of lines that do not say
	exprs  int
}

// refFeature is one feature in all records.
type refFeature struct {
	of     []uint32 // by expression of its attribute; claim 0 is that of expression 0
	claims []refClaim
}

// refClaim is one different thing that records say of a feature.
type refClaim struct {
	claim
	logRare   float64 // how often the value of a random system agrees, natural logarithm
	logCommon float64 // how often it does not
}

// NewReferences prepares records. What is rare is learned from the records themselves.
func NewReferences(set osdb.Set) *References {
	r := &References{Sharpen: 1, features: make([]refFeature, len(Features))}
	for _, e := range set.Entries() {
		if e.Gen2 != nil {
			r.Entries = append(r.Entries, e)
		}
	}
	r.Prior = make([]float64, len(r.Entries))
	r.families = groupBy(r.Entries, classesOf)
	for _, e := range r.Entries {
		r.own = append(r.own, own(e))
	}
	r.believed = r.believable()
	shown := make([]order, len(r.Entries))
	for t := range r.tests {
		r.addTest(gen2.Test(t), shown)
	}
	r.orders = newOrders(shown)
	return r
}

// addTest finds what is equal in one test of all records, and adds the facts of its option
// texts to what each record has shown.
func (r *References) addTest(t gen2.Test, shown []order) {
	tab := &r.tests[t]
	tab.lineOf = make([]uint32, len(r.Entries))
	known := map[*gen2.ReferenceTest]uint32{nil: 0} // a database shares its lines
	lines := []*gen2.ReferenceTest{nil}
	var uses []int // of each line
	uses = append(uses, 0)
	for i, e := range r.Entries {
		l := e.Gen2.Test(t)
		n, ok := known[l]
		if !ok {
			n = uint32(len(lines))
			known[l] = n
			lines, uses = append(lines, l), append(uses, 0)
		}
		tab.lineOf[i] = n
		uses[n]++
	}
	tab.lines = len(lines)
	facts := make([]order, tab.lines)
	tab.attrs = make([]refAttr, len(gen2.Tests[t].Attrs))
	for i := range tab.attrs {
		exprs, of := attribute(lines, i)
		tab.attrs[i] = refAttr{of, len(exprs)}
		if isOptions(t, i) {
			said := ordersOf(exprs)
			for line, n := range of {
				facts[line] |= said[n]
			}
		}
		counts := make([]int, len(exprs))
		for line, n := range of {
			counts[n] += uses[line]
		}
		for f := featuresOf[t][i].first; f < featuresOf[t][i].end; f++ {
			r.features[f] = newFeature(Features[f].Aspect, exprs, counts)
		}
	}
	for i, n := range tab.lineOf {
		shown[i] |= facts[n]
	}
}

// attribute gives the different expressions that lines have for an attribute, and which
// one each line has.
func attribute(lines []*gen2.ReferenceTest, attr int) (exprs []expr.Expr, of []uint32) {
	exprs, of = make([]expr.Expr, 1), make([]uint32, len(lines))
	known := map[string]uint32{}
	for line, l := range lines {
		e, ok := said(l, attr)
		if !ok {
			continue
		}
		n, ok := known[e.String()]
		if !ok {
			n = uint32(len(exprs))
			known[e.String()] = n
			exprs = append(exprs, e)
		}
		of[line] = n
	}
	return exprs, of
}

// expressionOf is what a record says of an attribute.
func expressionOf(r *gen2.Reference, f Feature) (expr.Expr, bool) {
	return said(r.Test(f.Test), f.Attr)
}

func said(l *gen2.ReferenceTest, attr int) (expr.Expr, bool) {
	for _, term := range l.Terms(expr.Whorl) {
		if term.Attr == attr {
			return term.Expr, true
		}
	}
	return expr.Expr{}, false
}

// newFeature brings expressions to an aspect. counts is how many records have each.
func newFeature(a Aspect, exprs []expr.Expr, counts []int) refFeature {
	f := refFeature{of: make([]uint32, len(exprs)), claims: make([]refClaim, 1)}
	known := map[string]uint32{}
	total := 0
	for i, e := range exprs[1:] {
		total += counts[i+1]
		c := a.claim(e)
		n, ok := known[c.expr.String()]
		if !ok {
			n = uint32(len(f.claims))
			known[c.expr.String()] = n
			f.claims = append(f.claims, refClaim{claim: c})
		}
		f.of[i+1] = n
	}
	shown := shownBy(a, exprs, counts)
	for i := range f.claims[1:] {
		c := &f.claims[i+1]
		hits := 0.0
		for j := range shown {
			if c.agrees(&shown[j].sight) {
				hits += shown[j].systems
			}
		}
		// Two imaginary systems, one that agrees and one that does not, keep it from 0 and 1.
		rare := (hits + 1) / (float64(total) + 2)
		c.logRare, c.logCommon = math.Log(rare), math.Log(1-rare)
	}
	return f
}

// shown is a value and how many random systems show it.
type shown struct {
	sight
	systems float64
}

// shownBy are the values that systems show, one system for each record: of several
// alternatives it shows each in part.
func shownBy(a Aspect, exprs []expr.Expr, counts []int) (out []shown) {
	known := map[string]int{}
	for i, e := range exprs[1:] {
		alts := e.Alternatives()
		for _, alt := range alts {
			v, ok := alt.Example()
			if !ok {
				continue
			}
			s := a.sight(v)
			n, ok := known[s.text]
			if !ok {
				n = len(out)
				known[s.text] = n
				out = append(out, shown{sight: s})
			}
			out[n].systems += float64(counts[i+1]) / float64(len(alts))
		}
	}
	return out
}
