package gen2

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl/method"
	"whorl/method/expr"
	"whorl/method/methodtest"
)

func mustReference(t testing.TB, text string) *Reference {
	t.Helper()
	r, errs := NewReference(methodtest.Lines(t, text))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return r
}

func TestForms(t *testing.T) {
	most, attrs := 0, 0
	for i, f := range Tests {
		if got, ok := TestNamed(f.Name); !ok || got != Test(i) || got.String() != f.Name {
			t.Errorf("%s is found as %v", f.Name, got)
		}
		most = max(most, len(f.Attrs))
		attrs += len(f.Attrs)
		seen := map[string]bool{}
		for _, a := range f.Attrs {
			if seen[a.Name] || a.Points <= 0 || a.Points > MaxPoints {
				t.Errorf("%s: %v", f.Name, a)
			}
			seen[a.Name] = true
		}
	}
	if most != MaxAttrs || attrs*MaxPoints > math.MaxUint16 {
		t.Errorf("%d attributes at most, %d in all", most, attrs)
	}
	if _, ok := TestNamed("T8"); ok {
		t.Error("T8 is a test")
	}
}

func TestStatesAndImpliedR(t *testing.T) {
	for _, c := range []struct {
		line  string
		state State
		want  string // terms compared
		old   string // terms compared by 7.93
	}{
		{"T2()", Empty, "R=N", ""},
		{"T2(R=N)", Silent, "R=N", "R=N"},
		{"T2(R=Y)", Filled, "R=Y", "R=Y"},
		{"T2(R=Y|N%DF=N)", Filled, "R=Y|N DF=N", "R=Y|N DF=N"},
		{"U1(T=40%DF=N)", Filled, "R=Y DF=N T=40", "DF=N T=40"},
		{"OPS()", Empty, "", ""},
		{"OPS(R=N)", Silent, "", ""},
		{"WIN(W1=0)", Filled, "W1=0", "W1=0"},
	} {
		r := mustReference(t, c.line)
		l := methodtest.Lines(t, c.line)[0]
		n, _ := TestNamed(l.Test)
		test := r.Test(n)
		if test.State() != c.state {
			t.Errorf("%s: state %d, want %d", c.line, test.State(), c.state)
		}
		for m, want := range map[expr.Meaning]string{expr.Whorl: c.want, expr.NmapHEAD: c.want, expr.Nmap793: c.old} {
			var got []string
			for _, term := range test.Terms(m) {
				got = append(got, Tests[n].Attrs[term.Attr].Name+"="+term.Expr.String())
			}
			if d := cmp.Diff(want, strings.Join(got, " ")); d != "" {
				t.Errorf("%s, %v: %s", c.line, m, d)
			}
		}
	}
	if s := new(Reference).Test(TestT2).State(); s != Absent {
		t.Errorf("no test: state %d", s)
	}
}

func TestReferenceReportsAndKeeps(t *testing.T) {
	r, errs := NewReference(methodtest.Lines(t, `IE(CD=S%ZZ=1%DFI=5-) T9(R=N) T1(R=N) T1(R=Y) T3(R=N%DF=Y) SEQ(R=N%SP=1) OPS(R=Y)`))
	var got []string
	for _, err := range errs {
		got = append(got, err.Error())
	}
	want := []string{
		`gen2: IE: unknown attribute "ZZ"`,
		`gen2: IE: DFI: expr: "5-": "5-" is no comparison; want A-F, >A or <A in hexadecimal, upper case`,
		`gen2: T9: no such test`,
		`gen2: T1: stands twice, only the first is used`,
		`gen2: T3: says that there is no answer and what it contains; write R=Y or leave the values out`,
		`gen2: SEQ: says that there is no answer and what it contains; write R=Y or leave the values out`,
		`gen2: OPS: unknown attribute "R"`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	text := "SEQ(R=N%SP=1)\nOPS(R=Y)\nT1(R=N)\nT3(R=N%DF=Y)\nIE(CD=S%ZZ=1%DFI=5-)\n"
	if d := cmp.Diff(text, r.String()); d != "" {
		t.Error(d)
	}
}

// FuzzReference: writing a record and reading it again gives the same record.
func FuzzReference(f *testing.F) {
	f.Add("SEQ(SP=FD-113|120%GCD=1-6%TI=Z)\nOPS(O1=M[5B4|578]ST11)\nT2()\nT3(R=N)\nU1(DF=N)\nIE(R=Y%CD=S)")
	f.Add("SEQ(R=N)\nT1(XX=1%R=%R=Y)\nT1()\nIE(CD=5-)")
	f.Fuzz(func(t *testing.T, text string) {
		read := func(text string) *Reference {
			var ls []method.Line
			for s := range strings.Lines(text) {
				if l, err := method.ParseLine(strings.TrimSpace(s)); err == nil {
					ls = append(ls, l)
				}
			}
			r, _ := NewReference(ls)
			return r
		}
		r := read(text)
		again := read(r.String())
		if d := cmp.Diff(r.String(), again.String()); d != "" {
			t.Error(d)
		}
		for n := range NumTests {
			if a, b := r.Test(n).State(), again.Test(n).State(); a != b {
				t.Errorf("%v: state %d, read again %d", n, a, b)
			}
		}
	})
}

func ExampleNewReference() {
	l, _ := method.ParseLine("T5(W=0|1000%DF=Y)")
	r, _ := NewReference([]method.Line{l})
	fmt.Print(r)
	for _, term := range r.Test(TestT5).Terms(expr.Whorl) {
		fmt.Println(Tests[TestT5].Attrs[term.Attr].Name, term.Expr)
	}
	// Output:
	// T5(DF=Y%W=0|1000)
	// R Y
	// DF Y
	// W 0|1000
}
