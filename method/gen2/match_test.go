package gen2

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl"
	"whorl/method"
	"whorl/method/expr"
	"whorl/method/methodtest"
)

const (
	someRecord = `SEQ(SP=FD-113%GCD=1-6%ISR=104-10E%TI=Z%TS=A) OPS(R=N) T1(R=Y%DF=Y%T=3B-45%TG=40%S=O%Q=)
		T2(R=N) T3() U1(DF=N%T=3B-45%TG=40%IPL=164) IE(R=Y%CD=S)`
	someHost = `IE(R=Y%DFI=N%T=40%CD=Z) SEQ(SP=105%GCD=1%ISR=110%TI=Z) OPS(O1=M5B4) T1(R=Y%DF=Y%T=40%S=O%A=S+%Q=)
		T2(R=Y%W=0) T3(R=N) U1(R=N)`
)

func TestScore(t *testing.T) {
	r, seen := mustReference(t, someRecord), methodtest.Lines(t, someHost)
	p := DefaultPoints()
	score, ev := r.Explain(seen, p, expr.Whorl)
	var got strings.Builder
	for _, e := range ev {
		fmt.Fprintf(&got, "%s.%s %s %s %d %v\n", e.Test, e.Attr, e.Want, e.Got, e.Points, e.Agrees)
	}
	want := `SEQ.SP FD-113 105 25 true
SEQ.GCD 1-6 1 75 true
SEQ.ISR 104-10E 110 25 false
SEQ.TI Z Z 100 true
T1.R Y Y 100 true
T1.DF Y Y 20 true
T1.T 3B-45 40 15 true
T1.S O O 20 true
T1.Q   20 true
T2.R N Y 80 false
T3.R N N 80 true
U1.R Y N 50 false
IE.R Y Y 50 true
IE.CD S Z 100 false
`
	if d := cmp.Diff(want, got.String()); d != "" {
		t.Error(d)
	}
	for m, want := range map[expr.Meaning]Score{
		expr.Whorl:    {505, 760},
		expr.NmapHEAD: {505, 760},
		expr.Nmap793:  {425, 630}, // neither T3.R nor U1.R
	} {
		if got := r.Score(seen, p, m); got != want {
			t.Errorf("%v: %v, want %v", m, got, want)
		}
	}
	if (score != Score{505, 760}) {
		t.Errorf("Explain: %v", score)
	}
}

func TestAccuracy(t *testing.T) {
	for s, want := range map[Score]whorl.Fraction{{0, 0}: 0, {3165, 3265}: 3165.0 / 3265, {7, 7}: 1} {
		if got := s.Accuracy(); got != want {
			t.Errorf("%v: %v, want %v", s, got, want)
		}
	}
	if s := (*Reference)(nil).Score(methodtest.Lines(t, someHost), DefaultPoints(), expr.Whorl); s != (Score{}) {
		t.Errorf("no record: %v", s)
	}
}

// The order of tests and attributes is irrelevant, and leaving out a test never
// adds points.
func TestScoreLaws(t *testing.T) {
	r, seen, p := mustReference(t, someRecord), methodtest.Lines(t, someHost), DefaultPoints()
	want := r.Score(seen, p, expr.Whorl)
	rng := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		mixed := methodtest.Lines(t, someHost)
		rng.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		for _, l := range mixed {
			rng.Shuffle(len(l.Attrs), func(i, j int) { l.Attrs[i], l.Attrs[j] = l.Attrs[j], l.Attrs[i] })
		}
		if got := r.Score(mixed, p, expr.Whorl); got != want {
			t.Fatalf("%v scores %v, want %v", mixed, got, want)
		}
		less := mixed[1:]
		if got := r.Score(less, p, expr.Whorl); got.Num > want.Num || got.Den > want.Den {
			t.Fatalf("without %v: %v, with it %v", mixed[0], got, want)
		}
	}
}

func TestPoints(t *testing.T) {
	p := DefaultPoints()
	for _, l := range p.Lines() {
		if errs := new(Points).Set(l); len(errs) > 0 {
			t.Error(errs)
		}
	}
	var got []string
	for _, l := range methodtest.Lines(t, `IE(R=60%DFI=x%T=501%TG=0%CD=1%ZZ=5) T9(R=1) WIN(W1=1%W2=2%W3=3%W4=4%W5=5)`) {
		for _, err := range p.Set(l) {
			got = append(got, err.Error())
		}
	}
	want := []string{
		`gen2: MatchPoints: IE: DFI=x: want a number from 0 to 500`,
		`gen2: MatchPoints: IE: T=501: want a number from 0 to 500`,
		`gen2: MatchPoints: IE: unknown attribute "ZZ"`,
		`gen2: MatchPoints: T9: no such test`,
		`gen2: MatchPoints: WIN: W6 is missing; it counts 15`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	text := fmt.Sprint(p.Lines()[TestWIN], p.Lines()[TestIE])
	if d := cmp.Diff("WIN(W1=1%W2=2%W3=3%W4=4%W5=5%W6=15) IE(R=60%DFI=40%T=15%TG=0%CD=1)", text); d != "" {
		t.Error(d)
	}
}

func ExampleReference_Explain() {
	record, _ := method.ParseLine("T5(DF=Y%T=3B-45%W=0)")
	seen, _ := method.ParseLine("T5(R=Y%DF=N%T=40%W=0)")
	r, _ := NewReference([]method.Line{record})
	score, ev := r.Explain([]method.Line{seen}, DefaultPoints(), expr.Whorl)
	for _, e := range ev {
		fmt.Printf("%s.%s: want %s, got %s: %v\n", e.Test, e.Attr, e.Want, e.Got, e.Agrees)
	}
	fmt.Printf("%d of %d points, %d %%\n", score.Num, score.Den, score.Accuracy().Percent())
	// Output:
	// T5.R: want Y, got Y: true
	// T5.DF: want Y, got N: false
	// T5.T: want 3B-45, got 40: true
	// T5.W: want 0, got 0: true
	// 140 of 160 points, 87 %
}
