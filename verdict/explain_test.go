package verdict

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl"
	"whorl/method"
)

// linuxPrint is a kernel of today behind a router, seen over a tunnel if mss is not 5B4.
func linuxPrint(t *testing.T, mss, window, ecnWindow string) []method.Line {
	t.Helper()
	var out []method.Line
	for s := range strings.FieldsSeq("SEQ(SP=107%GCD=1%ISR=109%TI=Z%CI=Z%II=I%TS=22) " +
		"OPS(O1=MmssST11NWA%O2=MmssST11NWA%O3=MmssNNT11NWA%O4=MmssST11NWA%O5=MmssST11NWA%O6=MmssST11) " +
		"WIN(W1=win%W2=win%W3=win%W4=win%W5=win%W6=win) ECN(R=Y%DF=Y%T=40%W=ecn%O=MmssNNSNWA%CC=Y%Q=) " +
		"T1(R=Y%DF=Y%T=40%S=O%A=S+%F=AS%RD=0%Q=) T2(R=N) T3(R=N) T4(R=Y%DF=Y%T=40%W=0%S=A%A=Z%F=R%O=%RD=0%Q=) " +
		"U1(R=Y%DF=N%T=40%IPL=164%UN=0%RIPL=G%RID=G%RIPCK=G%RUCK=G%RUD=G) IE(R=Y%DFI=N%T=40%CD=S)") {
		l, err := method.ParseLine(strings.NewReplacer("mss", mss, "win", window, "ecn", ecnWindow).Replace(s))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, l)
	}
	return out
}

func explainedHost(t *testing.T, j *Judge, lines []method.Line) *whorl.Host {
	t.Helper()
	h := hostOf(lines)
	j.Judge(h)
	j.Explain(h, 1)
	if len(h.Verdicts) == 0 {
		t.Fatal("no verdict")
	}
	return h
}

func evidenceOf(h *whorl.Host, test, attr string) (whorl.Evidence, bool) {
	ev := h.Verdicts[0].Evidence
	i := slices.IndexFunc(ev, func(e whorl.Evidence) bool { return e.Test == test && e.Attr == attr })
	if i < 0 {
		return whorl.Evidence{}, false
	}
	return ev[i], true
}

func TestDecisive(t *testing.T) {
	j := ours(t)
	h := explainedHost(t, j, linuxPrint(t, "5B4", "FE88", "FAF0"))
	v := h.Verdicts[0]
	if v.Family != "Linux" || v.Decisive == nil {
		t.Fatalf("%s, decisive %v; want a Linux with a difference", v.Name, v.Decisive)
	}
	d := v.Decisive
	if other, ok := j.places[keyOf(d.Source)]; !ok || d.Name == "" || j.kin(j.places[keyOf(v.Source)], other) {
		t.Errorf("compared with %q at %v, want another family and where it stands", d.Other, d.Source)
	}
	if d.Test != "WIN" || d.Got != "FE88" || d.There == d.Want || d.Weight < leastDecisive {
		t.Errorf("the difference is %+v, want a window", d)
	}
	if want := "window 65160 = 45 x 1448; there window "; !strings.HasPrefix(d.Words, want) {
		t.Errorf("words %q, want %q...", d.Words, want)
	}
	if len(h.Next) > 0 {
		t.Errorf("a host with a name needs no steps: %v", h.Next)
	}
	for _, o := range h.Verdicts[1:] {
		if o.Decisive != nil || len(o.Evidence) > 0 {
			t.Errorf("%s is explained; only the first was to be", o.Name)
		}
	}
}

// What two records share cannot tell them apart, however well it fits.
func TestNotDecisive(t *testing.T) {
	text := `Fingerprint One 1.0
Class A | One | 1.X | router
SEQ(TI=Z)
WIN(W1=1000)
T1(R=Y%DF=Y%T=3B-45%TG=40%S=O%A=S+%F=AS%RD=0%Q=)

Fingerprint Two 1.0
Class B | Two | 1.X | router
SEQ(TI=Z)
WIN(W1=1000)
T1(R=Y%DF=Y%T=3B-45%TG=40%S=O%A=S+%F=AS%RD=0%Q=)
`
	j := NewJudges(records(t, text), Options{}).New()
	h := hostOf([]method.Line{mustLine(t, "SEQ(TI=Z)"), mustLine(t, "WIN(W1=1000)"), mustLine(t, "T1(R=Y%DF=Y%T=40%S=O%A=S+%F=AS%RD=0%Q=)")})
	d := j.difference(0, 1, targetOf(h))
	if d.Other != "Two 1.0" || d.Test != "" || d.Weight != 0 || d.Words != "" {
		t.Errorf("twins differ in %+v", d)
	}
}

// Nmap's rule has no weights: the difference is counted in points.
func TestDecisivePoints(t *testing.T) {
	text := `Fingerprint One 1.0
Class A | One | 1.X | router
SEQ(TI=Z%CI=Z%II=I%TS=A)
T1(R=Y%DF=Y)

Fingerprint Two 1.0
Class B | Two | 1.X | router
SEQ(TI=I%CI=Z%II=I%TS=A)
T1(R=Y%DF=Y)
`
	j := NewJudges(records(t, text), Options{NmapOnly: true}).New()
	h := explainedHost(t, j, []method.Line{mustLine(t, "SEQ(TI=Z%CI=Z%II=I%TS=A)"), mustLine(t, "T1(R=Y%DF=Y)")})
	v := h.Verdicts[0]
	if v.Name != "One 1.0" {
		t.Fatalf("the headline is %s", v.Name)
	}
	d := j.difference(0, 1, targetOf(h))
	want := whorl.Difference{Name: "One 1.0", Other: "Two 1.0", Source: d.Source, Method: "gen2", Test: "SEQ", Attr: "TI",
		Got: "Z", Want: "Z", There: "I", Words: "IP ID zero; there IP ID counts up", Points: 100}
	if diff := cmp.Diff(want, *d); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestEvidenceOnAPath(t *testing.T) {
	h := explainedHost(t, ours(t), linuxPrint(t, "508", "F4B3", "F507"))
	e, ok := evidenceOf(h, "WIN", "W1")
	if !ok || !e.Agrees || e.Common != "FE88" || e.GotWords != "window 62643" {
		t.Errorf("a window behind a tunnel: %+v", e)
	}
	if e, _ := evidenceOf(h, "SEQ", "TI"); !e.Agrees || e.Common != "" || e.WantWords != "" {
		t.Errorf("what the path leaves alone: %+v", e)
	}
	if e, _ := evidenceOf(h, "T4", "S"); e.GotWords != "sequence as acknowledged (ACK, open port)" {
		t.Errorf("words of T4.S: %+v", e)
	}
}

func TestMissing(t *testing.T) {
	h := hostOf(linuxPrint(t, "5B4", "FE88", "FAF0"))
	h.Observations[0].Print = "SCAN(V=1%OT=22%CT=%CU=1%G=N)\n" + h.Observations[0].Print
	j := ours(t)
	j.Judge(h)
	j.Explain(h, 1)
	e, ok := evidenceOf(h, "T5", "")
	if !ok || e.Missing != "no closed TCP port known" {
		t.Errorf("T5 is missing by the SCAN line: %+v", e)
	}
	h.Observations[0].Conditions.Unsettled = []string{"SEQ, OPS: late", "T5-T7: no closed TCP port found"}
	j.Explain(h, 1)
	if e, _ := evidenceOf(h, "T7", ""); e.Missing != "no closed TCP port found" {
		t.Errorf("T7 is missing by what was unsettled: %+v", e)
	}
	if e, ok := evidenceOf(h, "T4", ""); ok {
		t.Errorf("T4 was seen: %+v", e)
	}
	if e, ok := evidenceOf(h, "T1", "R"); !ok || e.Missing != "" {
		t.Errorf("T1 was seen: %+v", e)
	}
}

// Behind a firewall silence does not speak against anything.
func TestMissingBehindFirewall(t *testing.T) {
	lines := linuxPrint(t, "5B4", "FE88", "FAF0")[:7]
	lines = append(lines, mustLine(t, "T4(R=N)"), mustLine(t, "U1(R=N)"), mustLine(t, "IE(R=N)"))
	h := explainedHost(t, ours(t), lines)
	if e, ok := evidenceOf(h, "T4", "R"); !ok || e.Missing != silenced || e.Weight != 0 {
		t.Errorf("a silence that tells nothing: %+v", e)
	}
}

func mustLine(t *testing.T, text string) method.Line {
	t.Helper()
	l, err := method.ParseLine(text)
	if err != nil {
		t.Fatal(err)
	}
	return l
}
