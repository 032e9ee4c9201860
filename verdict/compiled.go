package verdict

import (
	"iter"

	"whorl/method"
	"whorl/method/expr"
	"whorl/method/gen2"
	"whorl/osdb"
)

// Compiled is a set of databases prepared for comparing many observations. It is
// only read; any number of matchers share it.
//
// Of 5,678 records with 540,000 attributes in nmap-os-db, only 15,000 lines and
// 14,000 attributes are different. So an observed value is tried once on each
// different expression; the points of a line are a sum over its attributes; the
// points of a record are a sum over its lines. What a value or a line scored is
// remembered for the next host.
type Compiled struct {
	entries []*osdb.Entry
	meaning expr.Meaning
	tests   [gen2.NumTests]table
}

// table is one test in all records.
type table struct {
	lineOf  []uint32 // of each entry; line 0 is the one of records without the test
	lines   int
	columns []column // one for each attribute of the test
}

// column is one attribute in all lines of a test.
type column struct {
	predicateOf []uint32 // of each line; predicate 0 is for lines without the attribute
	predicates  []predicate
}

type predicate struct {
	expr   expr.Expr
	points uint16
}

// points are possible points in the upper 16 bits and agreed ones in the lower.
// Both stay below 16 bits in any sum, see [gen2.MaxPoints].
type points uint32

func (p points) score() gen2.Score { return gen2.Score{Num: int(p & 0xffff), Den: int(p >> 16)} }

// Compile prepares the databases for comparisons with that meaning of expressions.
func Compile(set osdb.Set, m expr.Meaning) *Compiled {
	c := &Compiled{meaning: m, entries: make([]*osdb.Entry, 0, set.Len())}
	var build [gen2.NumTests]builder
	for t := range build {
		build[t] = newBuilder(&c.tests[t], gen2.Test(t), m, set.Len())
	}
	for d, e := range set.Entries() {
		c.entries = append(c.entries, e)
		for t := range build {
			build[t].add(e.Gen2.Test(gen2.Test(t)), &d.Points)
		}
	}
	return c
}

// builder fills a table and finds what is equal in it.
type builder struct {
	*table
	test       gen2.Test
	meaning    expr.Meaning
	known      map[lineKey]uint32
	predicates []map[predicateKey]uint32
}

type lineKey struct {
	line   *gen2.ReferenceTest // shared by the records of a database
	points *gen2.Points
}

type predicateKey struct {
	text   string
	points uint16
}

func newBuilder(t *table, test gen2.Test, m expr.Meaning, entries int) builder {
	attrs := len(gen2.Tests[test].Attrs)
	t.lineOf = make([]uint32, 0, entries)
	t.lines = 1
	t.columns = make([]column, attrs)
	b := builder{t, test, m, map[lineKey]uint32{}, make([]map[predicateKey]uint32, attrs)}
	for i := range attrs {
		t.columns[i] = column{predicateOf: []uint32{0}, predicates: []predicate{{}}}
		b.predicates[i] = map[predicateKey]uint32{}
	}
	return b
}

func (b *builder) add(line *gen2.ReferenceTest, p *gen2.Points) {
	n := uint32(0)
	if line != nil {
		var ok bool
		if n, ok = b.known[lineKey{line, p}]; !ok {
			n = uint32(b.lines)
			b.known[lineKey{line, p}] = n
			b.addLine(line, p)
		}
	}
	b.lineOf = append(b.lineOf, n)
}

func (b *builder) addLine(line *gen2.ReferenceTest, p *gen2.Points) {
	b.lines++
	for i := range b.columns {
		b.columns[i].predicateOf = append(b.columns[i].predicateOf, 0)
	}
	for _, term := range line.Terms(b.meaning) {
		c, known := &b.columns[term.Attr], b.predicates[term.Attr]
		key := predicateKey{term.Expr.String(), p[b.test][term.Attr]}
		n, ok := known[key]
		if !ok {
			n = uint32(len(c.predicates))
			known[key] = n
			c.predicates = append(c.predicates, predicate{term.Expr, key.points})
		}
		c.predicateOf[len(c.predicateOf)-1] = n
	}
}

// Bounds on what a matcher remembers: lines per test and values per attribute. With
// nmap-os-db that is at most 14 MB. When one is reached, that memory starts anew.
const (
	maxLines  = 64
	maxValues = 128
	maxKey    = 256 // bytes of a line or value worth remembering
)

// Matcher compares observations with a compiled set. It remembers what it has
// computed and so must be used by one goroutine at a time.
type Matcher struct {
	*Compiled
	sums  []points // of each entry, for the last observation
	tests [gen2.NumTests]memory
	kinds map[string][]points // of each entry for all tests but SEQ, by their lines
	key   []byte
}

// memory is what a matcher remembers of one test.
type memory struct {
	lines  map[string][]points // points of each line of the table, by observed line
	values []map[string][]points
}

// Matcher makes a matcher with nothing remembered.
func (c *Compiled) Matcher() *Matcher {
	m := &Matcher{Compiled: c, sums: make([]points, len(c.entries)), kinds: map[string][]points{}}
	for t := range m.tests {
		m.tests[t].lines = map[string][]points{}
		m.tests[t].values = make([]map[string][]points, len(c.tests[t].columns))
		for i := range m.tests[t].values {
			m.tests[t].values[i] = map[string][]points{}
		}
	}
	return m
}

// List compares an observation with all records and lists the best as Nmap does. Nmap
// itself uses one database; of several, the earlier wins between equals.
func (m *Matcher) List(seen []method.Line) List {
	l := newLister()
	for e, s := range m.Scores(seen) {
		if !l.add(e, s) {
			break
		}
	}
	return l.list
}

// Scores compares an observation with all entries: [gen2.Reference.Score] of each,
// in order. The sequence is valid until the next call.
func (m *Matcher) Scores(seen []method.Line) iter.Seq2[*osdb.Entry, gen2.Score] {
	var lines [gen2.NumTests]*method.Line
	for i := range seen {
		if t, ok := gen2.TestNamed(seen[i].Test); ok && lines[t] == nil {
			lines[t] = &seen[i]
		}
	}
	copy(m.sums, m.others(&lines))
	if l := lines[gen2.TestSEQ]; l != nil {
		m.add(m.sums, gen2.TestSEQ, l)
	}
	return func(yield func(*osdb.Entry, gen2.Score) bool) {
		for i, sum := range m.sums {
			if !yield(m.entries[i], sum.score()) {
				return
			}
		}
	}
}

// others gives the points of each entry for all tests but SEQ. They are remembered as a
// whole, as machines of one kind differ in nothing else.
func (m *Matcher) others(lines *[gen2.NumTests]*method.Line) []points {
	var key []byte
	for t, l := range lines {
		if l != nil && gen2.Test(t) != gen2.TestSEQ {
			key = append(l.AppendTo(key), '\n')
		}
	}
	if sums, ok := m.kinds[string(key)]; ok {
		return sums
	}
	sums := make([]points, len(m.entries))
	for t, l := range lines {
		if l != nil && gen2.Test(t) != gen2.TestSEQ {
			m.add(sums, gen2.Test(t), l)
		}
	}
	remember(m.kinds, string(key), sums, maxLines, maxKey*int(gen2.NumTests))
	return sums
}

// add adds the points of an observed line to those of each entry.
func (m *Matcher) add(sums []points, t gen2.Test, l *method.Line) {
	line, lineOf := m.line(t, l), m.Compiled.tests[t].lineOf
	sums = sums[:len(lineOf)] // one check for all
	for i, n := range lineOf {
		sums[i] += line[n]
	}
}

// line gives the points of each line of a table for an observed line.
func (m *Matcher) line(t gen2.Test, l *method.Line) []points {
	mem, tab := &m.tests[t], &m.Compiled.tests[t]
	m.key = l.AppendTo(m.key[:0])
	if p, ok := mem.lines[string(m.key)]; ok {
		return p
	}
	p := make([]points, tab.lines)
	for i, a := range gen2.Tests[t].Attrs {
		got, ok := l.Value(a.Name)
		if !ok {
			continue
		}
		value := m.value(t, i, got)
		for line, n := range tab.columns[i].predicateOf {
			p[line] += value[n]
		}
	}
	remember(mem.lines, string(m.key), p, maxLines, maxKey)
	return p
}

// value gives the points of each predicate of a column for an observed value.
func (m *Matcher) value(t gen2.Test, attr int, got string) []points {
	mem := m.tests[t].values[attr]
	if p, ok := mem[got]; ok {
		return p
	}
	predicates := m.Compiled.tests[t].columns[attr].predicates
	p := make([]points, len(predicates))
	for i, q := range predicates[1:] {
		p[i+1] = points(q.points) << 16
		if q.expr.MatchAs(m.meaning, got) {
			p[i+1] += points(q.points)
		}
	}
	remember(mem, got, p, maxValues, maxKey)
	return p
}

// remember keeps p for a key that is not longer than that, among at most limit others.
func remember(mem map[string][]points, key string, p []points, limit, longest int) {
	if len(key) > longest {
		return
	}
	if len(mem) >= limit {
		clear(mem)
	}
	mem[key] = p
}
