package verdict

import (
	"bytes"
	"math"
	"math/rand/v2"
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

// trained is the model that is part of the program.
func trained(t testing.TB) *Model {
	t.Helper()
	m, err := ParseModel(bytes.NewReader(data.Model), "model.txt")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestScoresEqualPlain(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 1))
	m := trained(t)
	for _, set := range []osdb.Set{embedded(t), toy(t)} {
		refs, p := NewReferences(set), newPlain(set)
		w := NewWeigher(refs, m)
		for range 100 {
			seen := subject(r, withGen2(set))
			o := Observe(seen)
			for _, by := range []*Weights{&m.Family, &m.Version} {
				got := w.Scores(o, by)
				for i, e := range refs.Entries {
					if want := p.score(e, seen, by); !near(got[i], want) {
						t.Fatalf("%v of %v: %v, plain %v", seen, e.Source, got[i], want)
					}
				}
			}
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
	m := trained(b)
	list := hosts(withGen2(set), 4096)
	w := NewWeigher(NewReferences(set), m)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		w.Scores(Observe(list[i%len(list)]), &m.Family)
	}
}

// withGen2 leaves out records that the second generation knows nothing of.
func withGen2(set osdb.Set) (out osdb.Set) {
	for _, d := range set {
		c := *d
		c.Entries = nil
		for _, e := range d.Entries {
			if e.Gen2 != nil {
				c.Entries = append(c.Entries, e)
			}
		}
		if len(c.Entries) > 0 {
			out = append(out, &c)
		}
	}
	return out
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
