package ipv6

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl/method"
	"whorl/method/expr"
	"whorl/method/gen2"
)

func lines(t testing.TB, text string) method.Lines {
	t.Helper()
	ls, err := method.ParseLines(text, "test", func(method.Line) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	return ls
}

// Names follow one rule, and what is carried over is named and worth the same.
func TestForms(t *testing.T) {
	for n, f := range Tests {
		if f.Like < gen2.NumTests && Test(n) < TestIE1 {
			name := f.Like.String()
			if strings.ContainsAny(name[len(name)-1:], "0123456789") {
				name += "_"
			}
			if f.Name != name+"6" {
				t.Errorf("%s is like %v", f.Name, f.Like)
			}
		}
		for _, a := range f.Attrs {
			if !a.Carried {
				continue
			}
			i, ok := gen2.Tests[f.Like].Attr(a.Name)
			if !ok || gen2.Tests[f.Like].Attrs[i].Points != a.Points {
				t.Errorf("%s.%s is not carried over from %v", f.Name, a.Name, f.Like)
			}
		}
		if m, ok := TestNamed(f.Name); !ok || m != Test(n) || m.String() != f.Name {
			t.Errorf("%s is found as %v", f.Name, m)
		}
	}
	if Has("SEQ") || Has("T1") || !Has("T1_6") {
		t.Error("tests of other methods belong to this one")
	}
}

func TestReference(t *testing.T) {
	text := "SEQ6(SP=FD-113%FL=F|C)\nT2_6(R=N)\nT3_6()\nECN6(HL=3B-45%CC=Y)\nNS6(R=Y|N%NF=S|SO)\n"
	r, errs := NewReference(lines(t, "T2(R=N)\n"+text+"SynRcvd(G=1)\n"))
	if len(errs) > 0 || r.Lines().String() != text {
		t.Errorf("%v: %s", errs, r.Lines())
	}
	for _, c := range []struct {
		test Test
		r    string
	}{{TestT2, "N"}, {TestT3, "N"}, {TestECN, "Y"}, {TestNS, "Y|N"}} {
		if x := r.Test(c.test).Expr("R"); x == nil || x.String() != c.r {
			t.Errorf("%v: R is %v, want %s", c.test, x, c.r)
		}
	}
	if r.Test(TestSEQ).Expr("R") != nil || r.Test(TestU1).Expr("R") != nil || len(r.Test(TestU1).Terms()) > 0 {
		t.Error("something is said of nothing")
	}
}

func TestReferenceErrors(t *testing.T) {
	for text, want := range map[string]string{
		"SEQ6(TI=Z)":               `ipv6: SEQ6: unknown attribute "TI"`,
		"SEQ6(SP=5-)":              `ipv6: SEQ6: SP: expr: "5-": "5-" is no comparison; want A-F, >A or <A in hexadecimal, upper case`,
		"T4_6(R=N%W=0)":            "ipv6: T4_6: says that there is no answer and what it contains; write R=Y or leave the values out",
		"NS6(R=Y)\nOPS6()\nNS6()":  "ipv6: NS6: stands twice, only the first is used",
		"T4_6(DF=Y%HL=40%W=0|FF7)": `ipv6: T4_6: unknown attribute "DF"`,
	} {
		var all []method.Line
		for line := range strings.Lines(text) {
			all = append(all, lines(t, line)...)
		}
		if _, errs := NewReference(all); len(errs) != 1 || errs[0].Error() != want {
			t.Errorf("%s: %v, want %s", text, errs, want)
		}
	}
	if _, errs := NewTest(method.Line{Test: "SEQ"}); len(errs) != 1 || !errors.Is(errs[0], ErrTest) {
		t.Errorf("%v", errs)
	}
	// What is not understood does not become silence.
	r, _ := NewReference(lines(t, "T4_6(DF=Y)"))
	if s, _ := r.Score(lines(t, "T4_6(R=Y%W=0)")); s.Den != 0 {
		t.Errorf("%v points are compared", s)
	}
}

// Points of what agrees and of what could be compared.
func TestScore(t *testing.T) {
	seen := lines(t, linuxPrint)
	whole, errs := NewReference(seen)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	sum := 0
	for _, l := range seen {
		n, _ := TestNamed(l.Test)
		for _, a := range l.Attrs {
			i, _ := Tests[n].Attr(a.Name)
			sum += Tests[n].Attrs[i].Points
		}
	}
	if s, ev := whole.Score(seen); s.Num != sum || s.Den != sum || s.Accuracy() != 1 || len(ev) == 0 {
		t.Errorf("%v of %d points", s, sum)
	}
	for _, c := range []struct {
		record   string
		num, den int
	}{
		{"T2_6(R=N)", 80, 80},
		{"T2_6(HL=3B-45%W=0)", 0, 80}, // R=Y is implied, and nothing else was seen
		{"T4_6(HL=3B-45%W=1)", 115, 140},
		{"ECN6(CC=N%Q=)", 120, 220},
		{"SEQ6(SP=0-9%FL=Z)", 25, 65},
		{"SynRcvd(G=1)", 0, 0},
	} {
		r, errs := NewReference(lines(t, c.record))
		if s, _ := r.Score(seen); s != (gen2.Score{Num: c.num, Den: c.den}) || len(errs) > 0 {
			t.Errorf("%s: %v, want %d of %d; %v", c.record, s, c.num, c.den, errs)
		}
	}
	r, _ := NewReference(lines(t, "T4_6(W=1)"))
	_, ev := r.Score(seen)
	if last := ev[len(ev)-1]; last.Method != "ipv6" || last.Test != "T4_6" || last.Attr != "W" || last.Want != "1" || last.Got != "0" || last.Agrees || last.Points != 25 {
		t.Errorf("%+v", last)
	}
}

// What TCP alone decides is what an IPv4 record of the same stack says.
func TestCarried(t *testing.T) {
	want := `SEQ(SP=0%GCD=186A0%ISR=9F%TS=A)
OPS(O1=M5A0ST11NWA%O2=M5A0ST11NWA%O3=M5A0NNT11NWA%O4=M5A0ST11NWA%O5=M5A0ST11NWA%O6=M5A0ST11)
WIN(W1=FB04%W2=FB04%W3=FB04%W4=FB04%W5=FB04%W6=FB04)
ECN(R=Y%W=FD20%O=M5A0NNSNWA%CC=Y%Q=)
T1(R=Y%S=O%A=S+%F=AS%RD=0%Q=)
T2(R=N)
T3(R=N)
T4(R=Y%W=0%S=A%A=Z%F=R%O=%RD=0%Q=)
T5(R=Y%W=0%S=Z%A=S+%F=AR%O=%RD=0%Q=)
T6(R=Y%W=0%S=A%A=Z%F=R%O=%RD=0%Q=)
T7(R=Y%W=0%S=Z%A=S+%F=AR%O=%RD=0%Q=)
U1(R=Y%UN=0%RUCK=G%RUD=G)
IE(CD=S)
`
	got := Carried(lines(t, linuxPrint))
	if d := cmp.Diff(want, got.String()); d != "" {
		t.Error(d)
	}
	record, errs := gen2.NewReference(lines(t, `ECN(R=Y%DF=Y%T=3B-45%TG=40%CC=Y%Q=)
T4(R=Y%DF=Y%T=3B-45%TG=40%W=0%S=A%A=Z%F=R%O=%RD=0%Q=)
IE(R=Y|N%DFI=N%CD=S)`))
	if s := record.Score(got, gen2.DefaultPoints(), expr.Whorl); len(errs) > 0 || s.Accuracy() != 1 || s.Den != 220+245+100 {
		t.Errorf("%v, %v", s, errs)
	}
}

func FuzzReference(f *testing.F) {
	f.Add("SEQ6(SP=FD-113%FL=F|C)")
	f.Add("T4_6(R=Y|N%HL=3B-45%W=>0)")
	for line := range strings.Lines(linuxPrint) {
		f.Add(line)
	}
	seen := lines(f, linuxPrint)
	f.Fuzz(func(t *testing.T, text string) {
		l, err := method.ParseLine(text)
		if err != nil {
			return
		}
		r, errs := NewReference([]method.Line{l})
		r.Score(seen)
		if len(errs) > 0 {
			return
		}
		again, errs := NewReference(r.Lines())
		if d := cmp.Diff(r.Lines(), again.Lines()); len(errs) > 0 || d != "" {
			t.Fatalf("%v %s", errs, d)
		}
	})
}
