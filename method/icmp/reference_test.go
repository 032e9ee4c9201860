package icmp

import (
	"strings"
	"testing"

	"whorl/method"
)

// lines reads tests, one a line.
func lines(t testing.TB, text string) (out []method.Line) {
	t.Helper()
	for s := range strings.Lines(text) {
		l, err := method.ParseLine(strings.TrimSpace(s))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, l)
	}
	return out
}

// linuxRecord is what the record of Linux says (lab/up linux).
func linuxRecord(t testing.TB) Reference {
	return NewReference(lines(t, "SEQ(SP=1)\nU1(R=Y|N%DF=N%T=3B-45%TG=40%IPL=164%UN=0%RIPL=G%RID=G%RIPCK=G%RUCK=G%RUD=G)\nIE(R=Y|N%DFI=N%T=3B-45%TG=40%CD=S)\nQU(IPL=240%TOS=C0)"))
}

func TestCompare(t *testing.T) {
	for _, tt := range []struct{ print, differs string }{
		{"U1(R=Y%DF=N%T=40%IPL=80-164%RID=G)\nHeard(N=1%TTL=40)", ""},
		{"U1(R=Y%DF=N%TG=40%IPL=38%RID=G)\nQU(IPL=38%TOS=0)\nHeard(N=1%TTL=40)", "U1.IPL QU.IPL QU.TOS"},
		{"U1(IPL=38-164)\nHeard(N=1%TTL=40)", ""},
		{"U1(IPL=165-200)\nHeard(N=1%TTL=40)", "U1.IPL"},
		{"U1(T=80)\nHeard(N=1%TTL=80)", "U1.T"},
		{"IE(DFI=Y|S)\nHeard(N=1%TTL=40)", "IE.DFI"},
		{"IE(DFI=N|S)\nEC(ID=S)\nHeard(N=1%TTL=40)", ""},
	} {
		p, err := Parse(tt.print)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, d := range linuxRecord(t).Compare(&p) {
			if !d.Agrees {
				got = append(got, d.Test+"."+d.Attr)
				if d.Cost <= 0 {
					t.Errorf("%s: %+v costs nothing", tt.print, d)
				}
			}
		}
		if s := strings.Join(got, " "); s != tt.differs {
			t.Errorf("%s: %s, want %s", tt.print, s, tt.differs)
		}
	}
}

func TestHolds(t *testing.T) {
	r := NewReference(lines(t, "U1(DF=N%IPL=39-164%TG=80|FF)"))
	for text, want := range map[string]bool{
		"U1(DF=N%IPL=64-164%TG=80)\nHeard(N=1%TTL=80)": true,
		"U1(DF=N%IPL=B0%TG=FF)\nHeard(N=1%TTL=80)":     true,
		"U1(DF=N%IPL=38-164%TG=80)\nHeard(N=1%TTL=80)": false,
		"U1(DF=N|Y%IPL=B0%TG=80)\nHeard(N=1%TTL=80)":   false,
		"U1(DF=N%TG=80)\nHeard(N=1%TTL=80)":            false,
		"IE(TG=80)\nHeard(N=1%TTL=80)":                 false,
	} {
		p, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Holds(&p); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}
