package gen1

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Prints are found in all the shapes that people have.
func TestFind(t *testing.T) {
	const two = "TSeq(Class=TR%TS=100HZ) T1(Resp=N)"
	for _, c := range []struct{ name, text, want, problem string }{
		{"a test a line", "TSeq(Class=TR%TS=100HZ)\nT1(Resp=N)\n", "1: " + two, ""},
		{"behind each other", "TSeq(Class=TR%TS=100HZ)T1(Resp=N)", "1: " + two, ""},
		{"a slide", "Interesting:\n  TSeq(Class=TR%TS=100HZ), T1(Resp=N)\nmore", "2: " + two, ""},
		{"broken into lines", "TSeq(Class=TR%\n   TS=100HZ)\r\nT1(Resp=N)", "1: " + two, ""},
		{"Nmap's output", "No exact OS matches\nTCP/IP fingerprint:\nSInfo(V=3.81%C=-1)\nTSeq(Class=TR)\n\nUptime 3 days", "3: SInfo(V=3.81%C=-1) TSeq(Class=TR)", ""},
		{"XML", `<osfingerprint fingerprint="TSeq(Class=TR%TS=100HZ)&#xa;T1(Resp=N)&#xa;" />`, "1: " + two, ""},
		{"a mail", "> TSeq(Class=TR%TS=100HZ)\n> T1(Resp=N)\n", "1: " + two, ""},
		{"several attempts", "TSeq(Class=TR%TS=100HZ)\nTSeq(Class=RI)\nT1(Resp=N)\nT1(Resp=Y)", "1: " + two, ""},
		{"two hosts", "TSeq(Class=TR)\nT1(Resp=N)\nTSeq(Class=TR)\nT1(Resp=N)", "1: TSeq(Class=TR) T1(Resp=N); 3: TSeq(Class=TR) T1(Resp=N)", ""},
		{"words between", "T1(Resp=N)\nB:\nT2(Resp=N)", "1: T1(Resp=N); 3: T2(Resp=N)", ""},
		{"the second generation", "SEQ(SP=1)\nT1(R=N)\nT4(DF=N%W=0)\nU1(R=N)", "", ""},
		{"of either, within", "T2(Resp=N)\nT4(DF=N%W=0)", "1: T2(Resp=N) T4(DF=N%W=0)", ""},
		{"both", "SEQ(SP=1)\nT1(R=N)\nTSeq(Class=TR)\nT1(Resp=N)", "3: TSeq(Class=TR) T1(Resp=N)", ""},
		{"no end", "TSeq(Class=TR\nT2(Resp=N)", "2: T2(Resp=N)", "gen1: line 1: TSeq(Class=TR...: closing parenthesis is missing"},
		{"another attribute", "T1(Resp=Y%X=1)\nT2(Resp=N)", "2: T2(Resp=N)", `gen1: line 1: T1 has no attribute "X"; want one of Resp DF W ACK Flags Ops`},
		{"prose", "the test T1 (SYN) and PU are sent", "", ""},
	} {
		found, problems := Find(c.text)
		var got, bad []string
		for _, f := range found {
			got = append(got, fmt.Sprintf("%d: %s", f.Line, strings.TrimSpace(strings.ReplaceAll(f.String(), "\n", " "))))
		}
		for _, p := range problems {
			bad = append(bad, p.Error())
		}
		if d := cmp.Diff(c.want, strings.Join(got, "; ")); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
		if d := cmp.Diff(c.problem, strings.Join(bad, "; ")); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

// FuzzFind: what is found can be read again, and stands where it says.
func FuzzFind(f *testing.F) {
	f.Add("SInfo(V=3.81%C=-1)\nTSeq(Class=TR%\nTS=100HZ)T1(Resp=N)")
	f.Add("T1(Resp=Y\nT1(R=N)PU(")
	f.Fuzz(func(t *testing.T, text string) {
		found, problems := Find(text)
		lines := strings.Count(text, "\n") + 1
		for _, p := range problems {
			if p.Line < 1 || p.Line > lines {
				t.Errorf("%v of %d lines", p, lines)
			}
		}
		for _, l := range found {
			again, err := Parse(l.String())
			if d := cmp.Diff(l.Print, again); err != nil || d != "" || l.Line < 1 || l.Lines[len(l.Lines)-1] > lines {
				t.Fatalf("line %d, %v of %d: %v, %s", l.Line, l.Lines, lines, err, d)
			}
		}
	})
}
