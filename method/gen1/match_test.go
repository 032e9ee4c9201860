package gen1

import (
	"fmt"
	"testing"
	"whorl/method/methodtest"

	"github.com/google/go-cmp/cmp"

	"whorl"
)

func parse(t testing.TB, text string) Print {
	t.Helper()
	p, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// score compares what was seen with the lines of a record.
func score(record, seen Print) (Points, []whorl.Evidence) {
	r, _ := NewReference(record)
	return r.Score(seen)
}

// silence is what a dropping firewall leaves of a host: T2 and T4 to T7 and PU do not
// come back.
const silence = "T2(Resp=N)\nT4(Resp=N)\nT5(Resp=N)\nT6(Resp=N)\nT7(Resp=N)\nPU(Resp=N)\n"

// Section 7, the first fixture: the print of a Windows behind a dropping firewall, and two
// references written by hand that allow it, one as a small device has it and one as a
// Windows. Both are perfect, and neither can be told from the other.
func TestFirstFixture(t *testing.T) {
	const open = "(Resp=Y%DF=Y%W=FAF0%ACK=S++%Flags=AS%Ops=MNWNNT)\n"
	seen := parse(t, "TSeq(Class=RI%gcd=1%SI=5937%IPID=I%TS=0)\nT1"+open+"T3"+open+silence)
	const closed = "T4(DF=N%W=0%ACK=O%Flags=R%Ops=)\nT5(DF=N%W=0%ACK=S++%Flags=AR%Ops=)\nT6(DF=N%W=0%ACK=O%Flags=R%Ops=)\nT7(DF=N)\nPU(DF=N)\n"
	device := parse(t, "TSeq(Class=RI%gcd=<6%SI=<A000&>500%IPID=I%TS=0)\nT1(DF=Y%W=FAF0|2017%ACK=S++%Flags=AS%Ops=MNWNNT)\n"+
		"T2(Resp=N)\nT3(Resp=Y%DF=Y%W=FAF0|2017%ACK=S++%Flags=AS%Ops=MNWNNT)\n"+closed)
	windows := parse(t, "TSeq(Class=RI%gcd=<6%SI=<23726&>590%IPID=I%TS=0)\nT1(DF=Y%W=402E|FAF0%ACK=S++%Flags=AS%Ops=MNWNNT)\n"+
		"T2(Resp=N)\nT3(Resp=Y%DF=Y%W=402E|FAF0%ACK=S++%Flags=AS%Ops=MNWNNT)\n"+closed)
	for name, r := range map[string]Print{"device": device, "Windows": windows} {
		if p, _ := score(r, seen); p != (Points{17, 17}) || !p.Perfect() {
			t.Errorf("%s: %+v, want 17 of 17", name, p)
		}
	}
	// A reference that asks for answers is held against the silence.
	patched := parse(t, "TSeq(Class=RI%gcd=<6%SI=<23726&>590%IPID=I%TS=0)\nT1(DF=Y%W=402E%ACK=S++%Flags=AS%Ops=MNWNNT)\n"+
		"T2(Resp=Y%DF=N)\nT3(Resp=Y%DF=Y%W=FAF0%ACK=S++%Flags=AS%Ops=MNWNNT)\n")
	p, evidence := score(patched, seen)
	if p != (Points{15, 17}) || p.Perfect() || p.Accuracy() < Threshold || p.Accuracy() > 0.89 {
		t.Errorf("%+v", p)
	}
	for _, e := range evidence {
		if !e.Agrees && e != (whorl.Evidence{Method: "gen1", Test: e.Test, Attr: e.Attr, Want: e.Want, Got: e.Got}) ||
			!e.Agrees && e.Test+e.Attr != "T1W" && e.Test+e.Attr != "T2Resp" {
			t.Errorf("%+v", e)
		}
	}
}

// Section 7, the second fixture: 9 of 9 and 8 of 8 are both perfect, and a T that was cut
// off makes it 8 of 9.
func TestSecondFixture(t *testing.T) {
	seen := func(ops string) Print {
		return parse(t, "TSeq(Class=TR%TS=100HZ)\nT1(Resp=Y%DF=Y%W=E000%ACK=S++%Flags=AS%Ops="+ops+")\nT3(Resp=N)\n"+silence)
	}
	nine := parse(t, "TSeq(Class=TR%IPID=I%TS=100HZ)\nT1(DF=Y%W=E000%ACK=S++%Flags=AS%Ops=MNWNNT)\nT2(Resp=N)\nT3(DF=Y%W=E000)\nPU(Resp=N)\n")
	eight := parse(t, "TSeq(Class=TR%IPID=RD%TS=100HZ|2HZ)\nT1(DF=Y%W=E000|4000%ACK=S++%Flags=AS%Ops=MNWNNT)\nT2(Resp=N)\nT4(DF=Y%W=0)\n")
	for _, c := range []struct {
		r    Print
		ops  string
		want Points
	}{{nine, "MNWNNT", Points{9, 9}}, {eight, "MNWNNT", Points{8, 8}}, {nine, "MNWNN", Points{8, 9}}} {
		if p, _ := score(c.r, seen(c.ops)); p != c.want {
			t.Errorf("%s: %+v, want %+v", c.ops, p, c.want)
		}
	}
}

// Section 4.3: what one side alone has is not compared.
func TestScore(t *testing.T) {
	for _, c := range []struct {
		record, seen string
		want         Points
	}{
		{"T3(Resp=N)", "T3(Resp=Y%DF=Y%W=0%ACK=O%Flags=R%Ops=)", Points{0, 1}},
		{"T4(DF=N%W=0)", "T4(Resp=N)", Points{}},
		{"T4(DF=N%W=0)", "", Points{}},
		{"", "T4(Resp=N)", Points{}},
		{"T1(Ops=%Flags=)", "T1(Resp=Y%DF=Y%W=0%ACK=O%Flags=%Ops=M)", Points{1, 2}},
	} {
		p, evidence := score(parse(t, c.record), parse(t, c.seen))
		if p != c.want || len(evidence) != p.Compared {
			t.Errorf("%s, seen %s: %+v, %d pieces of evidence; want %+v", c.record, c.seen, p, len(evidence), c.want)
		}
	}
	if (Points{}).Accuracy() != 0 || (Points{}).Perfect() {
		t.Error("nothing compared is something")
	}
}

// What stands in a record and cannot be understood is reported, and the rest is used.
func TestReference(t *testing.T) {
	r, errs := NewReference(methodtest.Lines(t, "TSeq(Class=RI%SI=<5&>9|3) T1(R=Y%W=5) T1(DF=Y) SEQ(SP=1) PU(ULEN=134)"))
	want := []string{
		`gen1: TSeq: SI: expression "<5&>9|3": has both | and &; write one of them`,
		`gen1: T1: unknown attribute "R"=Y`,
		"gen1: T1: stands twice, only the first is used",
	}
	if d := cmp.Diff(want, texts(errs)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff("TSeq(Class=RI)\nT1(W=5)\nPU(ULEN=134)\n", r.Lines().String()); d != "" {
		t.Error(d)
	}
	if r.Test("T1").Expr("W") == nil || r.Test("T1").Expr("DF") != nil || r.Test("T2").Expr("DF") != nil {
		t.Error("attributes are not where they should be")
	}
}

func texts(errs []error) (out []string) {
	for _, err := range errs {
		out = append(out, err.Error())
	}
	return out
}

func ExampleReference_Score() {
	lines, _ := Parse("T1(DF=Y%W=402E|FAF0%Ops=MNWNNT)\nT3(Resp=Y)")
	record, _ := NewReference(lines)
	seen, _ := Parse("T1(Resp=Y%DF=Y%W=FAF0%ACK=S++%Flags=AS%Ops=MNW)\nT3(Resp=Y)")
	points, evidence := record.Score(seen)
	fmt.Println(points.Passed, "of", points.Compared)
	for _, e := range evidence {
		fmt.Println(e.Test, e.Attr, e.Want, e.Got, e.Agrees)
	}
	// Output:
	// 3 of 4
	// T1 DF Y Y true
	// T1 W 402E|FAF0 FAF0 true
	// T1 Ops MNWNNT MNW false
	// T3 Resp Y Y true
}
