package deep

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	p, err := Parse(linuxPrint)
	if err != nil || p.String() != linuxPrint {
		t.Errorf("%v, %s", err, p)
	}
	for text, want := range map[string]string{
		"AE(R=Y)\n\nAE(R=N)":   "deep: line 3: AE stands twice",
		"SEQ(SP=1)":            "deep: line 1: there is no test SEQ; want one of CLK ISN4 AE AN MD5 AO EC RT QU BU BU6",
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
	f.Add("BU6(N=6%L=A)")
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
