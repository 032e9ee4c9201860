package verdict

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"whorl/data"
	"whorl/osdb"
)

// embedded is the database that is part of the program.
func embedded(t testing.TB) osdb.Set {
	t.Helper()
	set, problems := osdb.Load(osdb.Config{Embedded: data.Files})
	for _, p := range problems {
		t.Error(p)
	}
	return set
}

// some is every nth record.
func some(set osdb.Set, n int) osdb.Set {
	i := 0
	return filter(set, func(*osdb.Entry) bool { i++; return i%n == 0 })
}

func filter(set osdb.Set, keep func(*osdb.Entry) bool) (out osdb.Set) {
	for _, d := range set {
		c := *d
		c.Entries = slices.DeleteFunc(slices.Clone(d.Entries), func(e *osdb.Entry) bool { return !keep(e) })
		if len(c.Entries) > 0 {
			out = append(out, &c)
		}
	}
	return out
}

// withGen2 leaves out records that the second generation knows nothing of.
func withGen2(set osdb.Set) osdb.Set {
	return filter(set, func(e *osdb.Entry) bool { return e.Gen2 != nil })
}

func TestScoresEqualPlain(t *testing.T) {
	t.Run("toy", func(t *testing.T) { equalPlain(t, toy(t), 200) })
	t.Run("embedded", func(t *testing.T) { equalPlain(t, withGen2(embedded(t)), 200) })
	t.Run("nmap-os-db", func(t *testing.T) { equalPlain(t, some(installed(t), 40), 200) })
}

func equalPlain(t *testing.T, set osdb.Set, n int) {
	r := rand.New(rand.NewPCG(5, 1))
	m := Embedded()
	refs, p := NewReferences(set), newPlain(set)
	w := NewWeigher(refs, m)
	for range n {
		seen := subject(r, set)
		o := Observe(seen)
		for _, by := range []*Weights{&m.Family, &m.Version} {
			for range 2 { // computed and remembered
				got := w.Scores(o, by)
				for range 10 {
					i := r.IntN(len(refs.Entries))
					if want := p.score(refs.Entries[i], seen, by); !near(got[i], want) {
						t.Fatalf("%v of %v: %v, plain %v", seen, refs.Entries[i].Source, got[i], want)
					}
				}
			}
		}
	}
}

// The laws of the likelihood, for hosts that are like no record and like one.
func TestLikelihoodLaws(t *testing.T) {
	set := withGen2(embedded(t))
	refs, m := NewReferences(set), Embedded()
	w := NewWeigher(refs, m)
	r := rand.New(rand.NewPCG(6, 1))
	for range 200 {
		seen := subject(r, set)
		scores := slices.Clone(w.Scores(Observe(seen), &m.Family))
		r.Shuffle(len(seen), func(i, j int) { seen[i], seen[j] = seen[j], seen[i] })
		for _, l := range seen {
			r.Shuffle(len(l.Attrs), func(i, j int) { l.Attrs[i], l.Attrs[j] = l.Attrs[j], l.Attrs[i] })
		}
		if !slices.Equal(scores, w.Scores(Observe(seen), &m.Family)) {
			t.Fatalf("%v: the order of lines or attributes matters", seen)
		}
		sum := 0.0
		rest := shares(scores, scores, w.unknown())
		for _, p := range scores {
			sum += p
		}
		if !near(sum+rest, 1) || rest <= 0 {
			t.Fatalf("%v: shares sum up to %v, %v of it unknown", seen, sum+rest, rest)
		}
	}
}

// What agrees never lowers a record against one where it does not, alone or with others.
func TestAgreementNeverLowers(t *testing.T) {
	refs, m := NewReferences(withGen2(embedded(t))), Embedded()
	for i := range Features {
		for _, by := range []*Weights{&m.Family, &m.Version} {
			for _, c := range refs.features[i].claims[1:] {
				if yes, no := by.feature(i).ratio(true, &c), by.feature(i).ratio(false, &c); yes < 0 || no > 0 {
					t.Errorf("%v %v: %v if it agrees, %v if not", Features[i], c.expr, yes, no)
				}
			}
		}
	}
}

func TestSilentRecordsAreOut(t *testing.T) {
	set := toy(t)
	refs, m := NewReferences(set), NewModel()
	w := NewWeigher(refs, m)
	refs.Prior[3] = 50
	scores := w.Scores(Observe(joined("SEQ(TI=Z)T1(R=Y)")), &m.Family)
	for i, e := range refs.Entries {
		if out := math.IsInf(scores[i], -1); out != (e.Name == "Only pings") {
			t.Errorf("%s: %v", e.Name, scores[i])
		}
	}
	for i, s := range w.Scores(Observe(nil), &m.Family) {
		if !math.IsInf(s, -1) {
			t.Errorf("nothing was seen: %s: %v", refs.Entries[i].Name, s)
		}
	}
}

func TestShares(t *testing.T) {
	inf := math.Inf(-1)
	for _, c := range []struct {
		scores  []float64
		unknown float64
		want    []float64
		rest    float64
	}{
		{[]float64{0, 0}, 0, []float64{1. / 3, 1. / 3}, 1. / 3},
		{[]float64{math.Log(3), 0, inf}, inf, []float64{.75, .25, 0}, 0},
		{[]float64{1000, 0}, inf, []float64{1, 0}, 0},
		{[]float64{inf, inf}, -4, []float64{0, 0}, 1},
		{[]float64{inf}, inf, []float64{0}, 0},
		{nil, 0, nil, 1},
	} {
		rest := shares(c.scores, c.scores, c.unknown)
		if !near(rest, c.rest) || !slices.EqualFunc(c.scores, c.want, near) {
			t.Errorf("%v, %v; want %v, %v", c.scores, rest, c.want, c.rest)
		}
	}
}

// What is explained adds up to the score.
func TestExplanationAddsUp(t *testing.T) {
	set := withGen2(embedded(t))
	refs, m := NewReferences(set), Embedded()
	refs.Sharpen = fewSharpen
	w := NewWeigher(refs, m)
	r := rand.New(rand.NewPCG(7, 1))
	for range 50 {
		o := Observe(subject(r, set))
		for i, want := range slices.Clone(w.Scores(o, &m.Family)) {
			sum := 0.0
			for _, test := range w.explain(i, o) {
				for _, weight := range test {
					sum += weight
				}
			}
			if !math.IsInf(want, -1) && !near(sum, want) {
				t.Fatalf("%v: %v, score %v", refs.Entries[i].Source, sum, want)
			}
		}
	}
}

// Whatever hosts send, a weigher's memory has its bounds.
func TestWeigherMemoryIsBounded(t *testing.T) {
	m := NewModel()
	w := NewWeigher(NewReferences(toy(t)), m)
	for i := range 2000 {
		w.Scores(Observe(joined(fmt.Sprintf("SEQ(SP=%X)", i))), &m.Family)
		w.Scores(Observe(joined("SEQ(SP="+strings.Repeat("1", 300+i)+")")), &m.Family)
		w.Scores(Observe(joined(fmt.Sprintf("T1(T=%X)", i))), &m.Family)
	}
	for test, mem := range w.lines[&m.Family] {
		if n := len(mem.sums) + len(mem.free); n > maxLineScores+1 {
			t.Errorf("test %d: %d lines", test, n)
		}
	}
	for i, values := range w.agreed {
		if len(values) > maxAgreed {
			t.Errorf("%v: %d values", Features[i], len(values))
		}
	}
}

func near(a, b float64) bool { return a == b || math.Abs(a-b) < 1e-9*max(1, math.Abs(a)) }

func BenchmarkNewReferences(b *testing.B) {
	set := append(embedded(b), installed(b)...)
	for b.Loop() {
		NewReferences(set)
	}
}

func BenchmarkScores(b *testing.B) {
	set := append(embedded(b), installed(b)...)
	m := Embedded()
	list := hosts(withGen2(set), 4096)
	w := NewWeigher(NewReferences(set), m)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		w.Scores(Observe(list[i%len(list)]), &m.Family)
	}
}

// BenchmarkPlainScore is one record of many that [BenchmarkScores] weighs at once.
func BenchmarkPlainScore(b *testing.B) {
	set := withGen2(embedded(b))
	m := Embedded()
	list, p := hosts(set, 64), newPlain(set)
	for i := 0; b.Loop(); i++ {
		p.score(p.entries[i%len(p.entries)], list[i%len(list)], &m.Family)
	}
}

func toy(t testing.TB) osdb.Set {
	return records(t, `Fingerprint Alpha 1.0
Class A | Alpha | 1.X | general purpose
SEQ(SP=FD-107%GCD=1%ISR=FA-108%TI=Z%TS=A)
OPS(O1=M5B4ST11NW[7|A]|M5B4ST11%O2=M[5B4|578]ST11)
WIN(W1=FE88%W2=>F000)
T1(R=Y%DF=Y%T=3B-45%S=O%A=S+%F=AS%RD=0%Q=)
T2(R=N)

Fingerprint Alpha 2.0
Class A | Alpha | 2.X | general purpose
SEQ(SP=>F0%GCD=1-6%ISR=FA-108|120%TI=I%TS=A)
OPS(O1=M5B4ST11NW[0-9]%O2=M5B4ST11)
WIN(W1=7120%W2=7120)
T1(R=Y%DF=Y%T=3B-45%S=O%A=S+%F=AS%RD=0%Q=)
T2(R=N)

Fingerprint Beta 5
Class B | Beta | 5 | router
SEQ(SP=0-5%GCD=FA00|1-3%ISR=FA-108%TI=I%TS=U)
OPS(O1=M5B4NW8NNS%O2=M5B4)
WIN(W1=FFFF%W2=2000)
T1(R=Y%DF=N%T=7B-85%S=O%A=S+%F=AS%RD=0%Q=)
T2(R=Y%DF=N%T=7B-85%W=0%S=Z%A=S%F=AR%O=%RD=0%Q=)

Fingerprint Only pings
IE(R=Y%DFI=N%T=3B-45%CD=Z)
`)
}
