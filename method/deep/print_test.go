package deep

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl"
)

func TestParse(t *testing.T) {
	p, err := Parse(linuxPrint)
	if err != nil || p.String() != linuxPrint {
		t.Errorf("%v, %s", err, p)
	}
	for text, want := range map[string]string{
		"AE(R=Y)\n\nAE(R=N)":   "deep: line 3: AE stands twice",
		"SEQ(SP=1)":            "deep: line 1: there is no test SEQ; want one of CLK ISN4 AE AN AB MD5 AO EC RT QU BU",
		"AE(R=Y)\nCLK(HZ=64":   "deep: line 2: method: CLK: closing parenthesis is missing",
		"x\nAE(R=Y)\nMD5(R=N)": `deep: line 1: method: "x" is not a test line like SEQ(...)`,
	} {
		p, err := Parse(text)
		if err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
		if text[0] == 'x' && len(p) != 2 {
			t.Errorf("%q: the rest is lost: %s", text, p)
		}
	}
}

// FuzzParse: what can be read is written so that it reads the same.
func FuzzParse(f *testing.F) {
	f.Add(linuxPrint)
	f.Add("AE(R=Y)\n\nAE(R=N)")
	f.Add("BU(N=)")
	f.Fuzz(func(t *testing.T, text string) {
		p, _ := Parse(text)
		again, err := Parse(p.String())
		if err != nil {
			t.Fatalf("%q is written as %q: %v", text, p, err)
		}
		if d := cmp.Diff(p, again); d != "" {
			t.Error(d)
		}
	})
}

func TestScore(t *testing.T) {
	seen, _ := Parse("CLK(HZ=3E8%OFF=S)\nAE(R=Y%B=0%O=N)\nAO(R=N)\nBU(N=5)")
	// An expression that cannot be read, a test of another method, a test and an
	// attribute that were not seen: none of them is evidence.
	record, err := Parse("CLK(OFF=P)\nAE(R=Y%B=0|1%TG=40)\nAO(R=Y%F=AS)\nEC(R=Y)\nBU(N=1-6)")
	if err != nil {
		t.Fatal(err)
	}
	want := []whorl.Evidence{
		{Method: "deep", Test: "CLK", Attr: "OFF", Want: "P", Got: "S"},
		{Method: "deep", Test: "AE", Attr: "R", Want: "Y", Got: "Y", Agrees: true},
		{Method: "deep", Test: "AE", Attr: "B", Want: "0|1", Got: "0", Agrees: true},
		{Method: "deep", Test: "AO", Attr: "R", Want: "Y", Got: "N"},
		{Method: "deep", Test: "BU", Attr: "N", Want: "1-6", Got: "5", Agrees: true},
	}
	if d := cmp.Diff(want, Score(record, seen)); d != "" {
		t.Error(d)
	}
}

func ExampleScore() {
	record, _ := Parse("AE(R=Y%B=0)")
	seen, _ := Parse("AE(R=Y%B=1%O=N)")
	for _, e := range Score(record, seen) {
		fmt.Println(e.Test, e.Attr, e.Want, e.Got, e.Agrees)
	}
	// Output:
	// AE R Y Y true
	// AE B 0 1 false
}
