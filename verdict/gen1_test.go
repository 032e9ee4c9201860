package verdict

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl"
	"whorl/method"
	"whorl/osdb"
)

// slideRecords are two records, made up, that allow the host of the slides: as a small
// device has it, and as a Windows.
const slideRecords = `# Made up for a test.
Fingerprint Nokia M1122 DSL Router
TSeq(Class=RI%gcd=<6%SI=<A000&>500%IPID=I%TS=0)
T1(DF=Y%W=FAF0|2017%ACK=S++%Flags=AS%Ops=MNWNNT)
T2(Resp=N)
T3(Resp=Y%DF=Y%W=FAF0|2017%ACK=S++%Flags=AS%Ops=MNWNNT)
T4(DF=N%W=0%ACK=O%Flags=R%Ops=)

Fingerprint Microsoft Windows Me, 2000 or XP
Class Microsoft | Windows | NT/2K/XP | general purpose
TSeq(Class=RI%gcd=<6%SI=<23726&>590%IPID=I%TS=0)
T1(DF=Y%W=402E|FAF0%ACK=S++%Flags=AS%Ops=MNWNNT)
T2(Resp=N)
T3(Resp=Y%DF=Y%W=402E|FAF0%ACK=S++%Flags=AS%Ops=MNWNNT)
T4(DF=N%W=0%ACK=O%Flags=R%Ops=)
T7(Resp=Y)
`

// slide is what Nmap saw of that host in 2003.
const slide = `TSeq(Class=RI%gcd=1%SI=5937%IPID=I%TS=0)
T1(Resp=Y%DF=Y%W=FAF0%ACK=S++%Flags=AS%Ops=MNWNNT)
T2(Resp=N)
T3(Resp=Y%DF=Y%W=FAF0%ACK=S++%Flags=AS%Ops=MNWNNT)
T4(Resp=N)
T5(Resp=N)
T6(Resp=N)
T7(Resp=N)
PU(Resp=N)
`

// judgedGen1 is a host of that print, judged by the records and ours.
func judgedGen1(t *testing.T, records, print string, o Options) *whorl.Host {
	t.Helper()
	db, problems := osdb.Read(strings.NewReader(records), "old", "old.txt")
	for _, p := range problems {
		t.Error(p)
	}
	set := osdb.Set{db}
	if !o.NmapOnly {
		set = append(embeddedSet(t), db)
	}
	h := &whorl.Host{Observations: []whorl.Observation{{Method: "gen1", Print: print}}}
	j := NewJudges(set, o).New()
	j.Judge(h)
	j.Explain(h, 2)
	return h
}

func embeddedSet(t *testing.T) osdb.Set {
	t.Helper()
	return embeddedJudge(t).set
}

// The host of the slides is a tie, although one record differs in what is silence.
func TestGen1Tie(t *testing.T) {
	h := judgedGen1(t, slideRecords, slide, Options{})
	head := h.Verdicts[0]
	if !strings.Contains(head.Name, "Nokia M1122 DSL Router") || !strings.Contains(head.Name, "Microsoft Windows") || head.Confidence < 0.9 || len(head.Classes) != 1 {
		t.Errorf("%+v", head)
	}
	var got []string
	for _, v := range h.Verdicts[1:] {
		got = append(got, fmt.Sprintf("%s %s %d/%d", v.Name, v.Rule, v.Passed, v.Compared))
	}
	want := []string{
		"Microsoft Windows Me, 2000 or XP whorl 17/18", "Nokia M1122 DSL Router whorl 17/17",
		"Nokia M1122 DSL Router gen1 17/17", "Microsoft Windows Me, 2000 or XP gen1 17/18",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	ev := h.Verdicts[1].Evidence
	i := slices.IndexFunc(ev, func(e whorl.Evidence) bool { return e.Test == "T7" && e.Attr == "Resp" })
	if i < 0 || ev[i].Missing != silenced || ev[i].Weight != 0 || ev[0].GotWords != "ISN grows at random" || ev[0].Weight <= 0 {
		t.Errorf("%+v", ev)
	}
}

// Nmap's rule alone lists by points, and ties in the order of the file.
func TestGen1ByPoints(t *testing.T) {
	h := judgedGen1(t, slideRecords, slide, Options{NmapOnly: true})
	if len(h.Verdicts) != 2 || h.Verdicts[0].Name != "Nokia M1122 DSL Router" || h.Verdicts[0].Accuracy != 1 || h.Verdicts[0].Rule != whorl.RuleGen1 {
		t.Errorf("%+v", h.Verdicts)
	}
	if ev := h.Verdicts[1].Evidence; len(ev) == 0 || ev[0].Points != 1 || ev[0].Weight != 0 {
		t.Errorf("%+v", ev)
	}
}

// The list has each name once, ten records, all that are perfect, and one more perfect one
// than Nmap could hold.
func TestGen1List(t *testing.T) {
	for _, c := range []struct{ perfect, near, want int }{{2, 20, 10}, {12, 5, 12}, {60, 0, 37}} {
		var b strings.Builder
		for i := range c.perfect {
			fmt.Fprintf(&b, "Fingerprint P%d\nT1(DF=Y%%W=FAF0)\n\nFingerprint P%d\nT1(DF=Y)\n\n", i, i)
		}
		for i := range c.near {
			fmt.Fprintf(&b, "Fingerprint N%d\nTSeq(Class=RI%%gcd=1%%IPID=I%%TS=0)\nT1(DF=N%%W=FAF0%%Flags=AS)\n\n", i)
		}
		h := judgedGen1(t, b.String(), slide, Options{NmapOnly: true})
		if len(h.Verdicts) != c.want {
			t.Errorf("%+v: %d", c, len(h.Verdicts))
		}
	}
}

// No name rests on too little, on what does not fit, or on a device whose stack others
// may have.
func TestGen1Unknown(t *testing.T) {
	device := strings.NewReplacer("Microsoft | Windows | NT/2K/XP", "Example | embedded |", "T7(Resp=Y)\n", "").Replace(slideRecords)
	for _, c := range []struct{ name, records, print, want string }{
		{"silence", slideRecords, "T1(Resp=N)\nPU(Resp=N)", "nothing answered"},
		{"resets alone", slideRecords, "T5(Resp=Y%DF=N%W=0%ACK=S++%Flags=AR%Ops=)", "too little answered"},
		{"another stack", slideRecords, strings.NewReplacer("MNWNNT", "M", "FAF0", "1111", "RI", "TR", "DF=Y", "DF=N").Replace(slide), "no record of the first generation fits"},
		{"a bought stack", device[strings.Index(device, "Fingerprint Micro"):], strings.Replace(slide, "DF=Y%W=FAF0%ACK=S++%Flags=AS%Ops=MNWNNT)\nT4", "DF=N%W=FAF0%ACK=S++%Flags=AS%Ops=MNWNNT)\nT4", 1), "others may have too"},
		{"no records", "", slide, "no record of the first generation fits"},
	} {
		h := judgedGen1(t, c.records, c.print, Options{})
		if v := h.Verdicts[0]; v.Name != whorl.Unknown || !strings.Contains(v.Source.Text, c.want) {
			t.Errorf("%s: %s, %s", c.name, v.Name, v.Source.Text)
		}
		if len(h.Next) == 0 || !strings.Contains(h.Next[len(h.Next)-1].Command, "whorl") {
			t.Errorf("%s: %+v", c.name, h.Next)
		}
	}
}

// A host without probes of the first generation is judged as if no record told of it.
func TestJudgedAsWithoutGen1(t *testing.T) {
	with, without := embeddedSet(t), osdb.Set{}
	for _, d := range with {
		bare := *d
		bare.Entries = nil
		for _, e := range d.Entries {
			now := *e
			now.Gen1 = nil
			bare.Entries = append(bare.Entries, &now)
		}
		without = append(without, &bare)
	}
	a, b := NewJudges(with, Options{}).New(), NewJudges(without, Options{}).New()
	for _, mss := range []string{"5B4", "586"} {
		x := whorl.Host{Observations: []whorl.Observation{{Method: "gen2", Print: printOf(linuxPrint(t, mss, "FE88", "FAF0"))}}}
		y := x
		a.Judge(&x)
		b.Judge(&y)
		a.Explain(&x, 3)
		b.Explain(&y, 3)
		if d := cmp.Diff(x.Verdicts, y.Verdicts); d != "" || len(x.Verdicts) == 0 {
			t.Errorf("%s: %s", mss, d)
		}
	}
}

// Beside the second generation, answers that differ move probability among the records
// that tell of the first; silence and what agrees say nothing.
func TestRegen(t *testing.T) {
	j := embeddedJudge(t)
	linux, gvisor, other := -1, -1, -1
	for i, e := range j.entries {
		switch {
		case e.Name == "Linux 6.1 - 7.3":
			linux = i
		case e.Name == "gVisor netstack":
			gvisor = i
		case e.Gen1 == nil && other < 0:
			other = i
		}
	}
	for _, c := range []struct {
		print string
		more  bool // of Linux than before
	}{
		{"T1(Resp=Y%DF=Y%W=FE88%ACK=S++%Flags=AS%Ops=MNNTNW)\nT3(Resp=N)\nT4(Resp=Y%DF=Y%W=0%ACK=O%Flags=R%Ops=)", true},
		{"T4(Resp=N)\nT5(Resp=N)\nPU(Resp=N)", false},
		{"", false},
	} {
		all := make([]float64, len(j.entries))
		all[linux], all[gvisor], all[other] = 0.4, 0.4, 0.2
		j.regen(all, seenGen1(&whorl.Host{Observations: []whorl.Observation{{Method: "gen1", Print: c.print}}}))
		sum := all[linux] + all[gvisor]
		if all[other] != 0.2 || sum > 0.8+1e-9 || sum < 0.8-1e-9 || c.more != (all[linux] > 0.5) || !c.more && all[linux] != 0.4 {
			t.Errorf("%q: Linux %.3f, gVisor %.3f, another %.3f", c.print, all[linux], all[gvisor], all[other])
		}
	}
}

// Tests that a box answers are not the host's.
func TestGen1BehindBoxes(t *testing.T) {
	h := &whorl.Host{Observations: []whorl.Observation{{Method: "gen1", Print: slide}}, Boxes: []whorl.Box{{LeftOut: testsOfOpen}}}
	if got := strings.Count(seenGen1(h).String(), "\n"); got != 4 { // T5 to T7 and PU
		t.Errorf("%d tests are left: %s", got, seenGen1(h))
	}
}

// printOf is the text of lines.
func printOf(lines []method.Line) string { return method.Lines(lines).String() }
