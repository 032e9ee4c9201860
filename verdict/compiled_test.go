package verdict

import (
	"flag"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"whorl/method"
	"whorl/method/expr"
	"whorl/method/gen2"
	"whorl/osdb"
)

var subjects = flag.Int("subjects", 40, "observations to compare with all of nmap-os-db")

// subject makes up a host that fits a record, but for some tests that it has from
// another one and some values that it has from nowhere.
func subject(r *rand.Rand, set osdb.Set) (out []method.Line) {
	entry := func() *osdb.Entry {
		db := set[r.IntN(len(set))]
		return db.Entries[r.IntN(len(db.Entries))]
	}
	base := entry()
	for t := range gen2.NumTests {
		e := base
		if r.IntN(12) == 0 {
			e = entry()
		}
		if e.Gen2.Test(t) == nil || r.IntN(25) == 0 {
			continue
		}
		l := method.Line{Test: t.String()}
		for _, term := range e.Gen2.Test(t).Terms(expr.Whorl) {
			if r.IntN(60) > 0 {
				l.Set(gen2.Tests[t].Attrs[term.Attr].Name, valueOf(r, term.Expr))
			}
		}
		out = append(out, l)
	}
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

func valueOf(r *rand.Rand, e expr.Expr) string {
	switch alts := e.Alternatives(); r.IntN(200) {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("%X", r.Uint32()>>r.IntN(32))
	case 2:
		return fmt.Sprintf("%03X", r.IntN(256))
	default:
		a := alts[r.IntN(len(alts))]
		if lo, hi, ok := a.Bounds(); ok && a.Kind != expr.Literal {
			return fmt.Sprintf("%X", lo+r.Uint64N(min(hi-lo, 1<<16)+1))
		}
		v, _ := a.Example()
		return v
	}
}

// agree proves the matcher equal to the plain comparison: scores of all records
// and the list, for hosts seen once and again.
func agree(t *testing.T, set osdb.Set, meaning expr.Meaning, n int, r *rand.Rand) {
	t.Helper()
	m := Compile(set, meaning).Matcher()
	best, perfect := 0.0, 0
	for range n {
		seen := subject(r, set)
		list := slowly(set, seen, meaning)
		for range 2 {
			if got, want := listText(m.List(seen)), listText(list); got != want {
				t.Fatalf("%v: %v\ncompiled %s\nplain %s", meaning, seen, got, want)
			}
		}
		next, stop := iter.Pull2(m.Scores(seen))
		for d, e := range set.Entries() {
			entry, got, ok := next()
			if want := e.Gen2.Score(seen, &d.Points, meaning); !ok || entry != e || got != want {
				t.Fatalf("%v: %v of %v: compiled %v, plain %v", meaning, seen, e.Source, got, want)
			}
		}
		if _, _, more := next(); more {
			t.Fatal("more scores than records")
		}
		stop()
		if len(list.Matches) > 0 {
			best += float64(list.Matches[0].Accuracy) / float64(n)
		}
		perfect += min(list.Perfect(), 1)
	}
	t.Logf("%v: %d subjects, best match %.3f on average, %d perfect", meaning, n, best, perfect)
}

var meanings = []expr.Meaning{expr.Whorl, expr.NmapHEAD, expr.Nmap793}

func TestCompiledEqualsPlainOnNmapDatabase(t *testing.T) {
	set := installed(t)
	r := rand.New(rand.NewPCG(1, 1))
	for _, m := range meanings {
		agree(t, set, m, (*subjects+len(meanings)-1)/len(meanings), r)
	}
}

// Two databases with points of their own, groups, missing tests and records
// without any.
func TestCompiledEqualsPlain(t *testing.T) {
	first := records(t, `Fingerprint a
SEQ(SP=FD-113|120%GCD=1-6%TI=I|RD%TS=A)
OPS(O1=M[5B4|578]ST11NW[0-A]%O2=M5B4|M[578])
T1(R=Y|N%DF=N%S=O|O+%Q=)
T2()
T3(R=N)

Fingerprint b
SEQ(SP=<10|>F0%GCD=7|A-F)
OPS(R=N)
T2(R=N)
U1(DF=N%T=3B-45%IPL=164)
IE(CD=S|Z)

Fingerprint c
SynRcvd(G=1,3)

Fingerprint d
T2()
IE(DFI=N%CD=|S)
`)
	second := records(t, "MatchPoints\n"+strings.Join(points500(), "\n")+"\n\n"+first[0].Entries[0].String()+"\n"+first[0].Entries[1].String())
	set := osdb.Set{first[0], second[0]}
	r := rand.New(rand.NewPCG(2, 1))
	for _, m := range meanings {
		agree(t, set, m, 1000, r)
	}
}

// points500 are the highest points allowed, which must not overflow a sum.
func points500() (out []string) {
	for _, l := range gen2.DefaultPoints().Lines() {
		for i := range l.Attrs {
			l.Attrs[i].Value = fmt.Sprint(gen2.MaxPoints)
		}
		out = append(out, l.String())
	}
	return out
}

func TestPointsDoNotOverflow(t *testing.T) {
	all := strings.NewReplacer("="+fmt.Sprint(gen2.MaxPoints), "=N").Replace(strings.Join(points500(), "\n"))
	all = strings.ReplaceAll(all, "R=N", "R=Y")
	set := records(t, "MatchPoints\n"+strings.Join(points500(), "\n")+"\n\nFingerprint a\n"+all+"\n")
	for how, l := range listers(t, set, all, expr.Whorl) {
		if got, want := listText(l), "success 1\na 59500/59500\n"; got != want {
			t.Errorf("%s: %s", how, got)
		}
	}
}

// Whatever hosts send, a matcher's memory has its bounds.
func TestMatcherMemoryIsBounded(t *testing.T) {
	m := Compile(records(t, "Fingerprint a\nSEQ(SP=1-5%GCD=1)\n"), expr.Whorl).Matcher()
	for i := range 1000 {
		m.List([]method.Line{{Test: "SEQ", Attrs: []method.Attr{{Name: "SP", Value: fmt.Sprint(i)}}}})
		m.List([]method.Line{{Test: "SEQ", Attrs: []method.Attr{{Name: "SP", Value: strings.Repeat("1", 300+i)}}}})
	}
	for i := range 2 * maxLines {
		m.List([]method.Line{{Test: "T1", Attrs: []method.Attr{{Name: "T", Value: fmt.Sprint(i)}}}})
	}
	if mem := m.tests[gen2.TestSEQ]; len(mem.lines) > maxLines || len(mem.values[0]) > maxValues || len(m.kinds) > maxLines {
		t.Errorf("%d lines, %d values, %d kinds", len(mem.lines), len(mem.values[0]), len(m.kinds))
	}
}

// hosts are observations as they come from a network: few stacks, SEQ different
// every time.
func hosts(set osdb.Set, n int) (out [][]method.Line) {
	r := rand.New(rand.NewPCG(3, 1))
	var stacks [][]method.Line
	for len(stacks) < 16 {
		stacks = append(stacks, subject(r, set))
	}
	for i := range n {
		host := slices.Clone(stacks[i%len(stacks)])
		for j, l := range host {
			if l.Test == "SEQ" {
				host[j] = method.Line{Test: "SEQ", Attrs: []method.Attr{
					{Name: "SP", Value: fmt.Sprintf("%X", 0xf0+r.IntN(40))}, {Name: "GCD", Value: "1"},
					{Name: "ISR", Value: fmt.Sprintf("%X", 0x100+r.IntN(20))}, {Name: "TI", Value: "Z"},
					{Name: "CI", Value: "Z"}, {Name: "II", Value: "I"}, {Name: "TS", Value: "A"},
				}}
			}
		}
		out = append(out, host)
	}
	return out
}

func BenchmarkPlain(b *testing.B) {
	set := installed(b)
	list := hosts(set, 64)
	for i := 0; b.Loop(); i++ {
		slowly(set, list[i%len(list)], expr.Nmap793)
	}
}

func BenchmarkCompile(b *testing.B) {
	set := installed(b)
	for b.Loop() {
		Compile(set, expr.Nmap793)
	}
}

func BenchmarkCold(b *testing.B) {
	set := installed(b)
	list, c := hosts(set, 64), Compile(set, expr.Nmap793)
	for i := 0; b.Loop(); i++ {
		c.Matcher().List(list[i%len(list)])
	}
}

func BenchmarkWarm(b *testing.B) {
	set := installed(b)
	list, m := hosts(set, 4096), Compile(set, expr.Nmap793).Matcher()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		m.List(list[i%len(list)])
	}
}
