package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl/method"
	"whorl/method/gen2"
)

func print(t *testing.T, text string) []method.Line {
	t.Helper()
	f, err := gen2.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return f.First()
}

func TestDifferences(t *testing.T) {
	tests := []struct {
		name         string
		ours, theirs string
		want         []difference
	}{
		{"equal", "SEQ(SP=104%TI=Z)T2(R=N)", "SEQ(SP=104%TI=Z)T2(R=N)", nil},
		{"random numbers", "SEQ(SP=104%GCD=1%ISR=10A%TS=21)", "SEQ(SP=F3%GCD=3%ISR=FE%TS=1F)", nil},
		{"counted and random", "SEQ(SP=11%GCD=FA00%ISR=9C%TS=A)", "SEQ(SP=104%GCD=1%ISR=10A%TS=21)", []difference{
			{"SEQ.SP", "11", "104"}, {"SEQ.GCD", "FA00", "1"}, {"SEQ.ISR", "9C", "10A"}, {"SEQ.TS", "A", "21"},
		}},
		{"clocks", "SEQ(TS=A)", "SEQ(TS=8)", []difference{{"SEQ.TS", "A", "8"}}},
		{"no timestamps", "SEQ(TS=U)", "SEQ(TS=U)", nil},
		{"value", "T5(R=Y%DF=Y%O=)", "T5(R=Y%DF=N%O=M5B4)", []difference{{"T5.DF", "Y", "N"}, {"T5.O", "", "M5B4"}}},
		{"absent on either side", "T5(R=N)U1(R=Y%T=40)", "T5(R=N%W=0)U1(R=Y%TG=40)", []difference{
			{"U1.T", "40", absent}, {"T5.W", absent, "0"}, {"U1.TG", absent, "40"},
		}},
		{"whole test", "T5(R=N)", "T5(R=N)IE(R=N)", []difference{{"IE.R", absent, "N"}}},
	}
	for _, c := range tests {
		got := differences(print(t, c.ours), print(t, c.theirs))
		if d := cmp.Diff(c.want, got, cmp.AllowUnexported(difference{})); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}

func TestKnown(t *testing.T) {
	list, err := readKnown("# comment\n\nlinux*\tSEQ.II\t-\t*\tsometimes: an echo was lost\nlwip\tU1.UN\t0\t[0-9]*\tlow half only\n")
	if err != nil {
		t.Fatal(err)
	}
	want := []known{
		{line: 3, target: "linux*", attr: "SEQ.II", ours: "-", theirs: "*", sometimes: true, reason: "an echo was lost"},
		{line: 4, target: "lwip", attr: "U1.UN", ours: "0", theirs: "[0-9]*", reason: "low half only"},
	}
	if d := cmp.Diff(want, list, cmp.AllowUnexported(known{})); d != "" {
		t.Error(d)
	}
	tests := []struct {
		target string
		diff   difference
		want   bool
	}{
		{"linux-ttl-128", difference{"SEQ.II", "-", "RI"}, true},
		{"linux-ttl-128", difference{"SEQ.II", "I", "RI"}, false},
		{"linux", difference{"SEQ.CI", "-", "Z"}, false},
		{"gvisor", difference{"SEQ.II", "-", "RI"}, false},
		{"lwip", difference{"U1.UN", "0", "5"}, true},
		{"lwip", difference{"U1.UN", "0", "-"}, false},
	}
	for _, c := range tests {
		l := ledger{known: list}
		if got := len(l.settle(c.target, []difference{c.diff})) == 0; got != c.want {
			t.Errorf("%s %v: explained %v", c.target, c.diff, got)
		}
	}
	for _, c := range []struct{ text, want string }{
		{"a\tb\tc\td", "line 1: 4 fields"},
		{"\na\tb\tc\td\tsometimes: ", "line 2: no reason"},
		{"a\t[\tc\td\twhy", `line 1: "["`},
	} {
		if _, err := readKnown(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: error %v, want one with %q", c.text, err, c.want)
		}
	}
}

func TestDifferencesFile(t *testing.T) {
	list, err := readKnown(differencesFile)
	if err != nil {
		t.Fatal(err)
	}
	all, err := subjects(targetsFile, "6.18")
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range list {
		if !slices.ContainsFunc(all, func(s subject) bool { return k.about(s.name) }) {
			t.Errorf("line %d: no target is called %s", k.line, k.target)
		}
	}
	absentEcho := difference{"SEQ.II", absent, "I"}
	if l := (ledger{known: list}); len(l.settle("nat", []difference{absentEcho})) != 0 {
		t.Errorf("%v is not explained", absentEcho)
	}
}
