package gen1

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl/method"
)

func TestParse(t *testing.T) {
	p, err := Parse(windowsPrint)
	if err != nil || p.String() != windowsPrint {
		t.Errorf("%v, %s", err, p)
	}
	for text, want := range map[string]string{
		"T1(Resp=N)\n\nT1(Resp=N)": "gen1: line 3: T1 stands twice",
		"SEQ(SP=1)":                "gen1: line 1: there is no test SEQ; want one of TSeq T1 T2 T3 T4 T5 T6 T7 PU",
		"T1(R=N)":                  `gen1: line 1: T1 has no attribute "R"; want one of Resp DF W ACK Flags Ops`,
		"PU(Resp=N)\nT1(Resp=N":    "gen1: line 2: method: T1: closing parenthesis is missing",
		"x\nT1(Resp=N)\nT2()":      `gen1: line 1: method: "x" is not a test line like SEQ(...)`,
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

// Section 4.4.
func TestInfo(t *testing.T) {
	i := Info{Version: "0.9", Platform: "linux", OpenTCP: 80, Time: time.Date(2026, 11, 3, 10, 0, 0, 0, time.UTC)}
	const want = "SInfo(V=0.9%P=linux%D=11/3%Tm=6AE9B0A0%O=80%C=-1)"
	if got := i.Line().String(); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	i.ClosedTCP, i.MAC = 81, "00163E"
	text := i.Line().String() + "\nT1(Resp=N)\n"
	if p, err := Parse(text); err != nil || p.String() != text {
		t.Errorf("%v, %s", err, p)
	}
}

func TestLooks(t *testing.T) {
	for text, want := range map[string][2]bool{
		"TSeq(Class=TR)":             {true, false},
		"PU(DF=N)":                   {true, false},
		"T1(Resp=N)":                 {true, false},
		"T4(DF=N%W=0%Flags=R)":       {true, false},
		"T2(R=N)":                    {false, true},
		"T4(DF=N%W=0%S=A)":           {false, true},
		"T4(DF=N%W=0)":               {false, false},
		"T1(DF=N%W=0)":               {true, false},
		"T4()":                       {false, false},
		"T1(Resp=Y%R=Y)":             {false, true},
		"OPS(O1=M5B4)":               {false, true},
		"T1(R=Y%DF=Y%W=5%S=O%Resp=)": {false, true},
	} {
		l, err := method.ParseLine(text)
		if first, second := Looks(l); err != nil || [2]bool{first, second} != want {
			t.Errorf("%s: %v %v, want %v", text, first, second, want)
		}
	}
}

// FuzzParse: what can be read is written so that it reads the same.
func FuzzParse(f *testing.F) {
	f.Add(windowsPrint)
	f.Add("T1(Resp=Y)\n\nT1(Resp=N)")
	f.Add("SInfo(V=3.81%P=i686%D=4/1%Tm=40%O=80%C=1)\nT1(Ops=)")
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
