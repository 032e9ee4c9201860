package verdict

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// perfect is a database in which each of three families has two records that are alike,
// and no two families are.
func perfect() string {
	var b strings.Builder
	for i, family := range []string{"Alpha", "Beta", "Gamma"} {
		for range 2 {
			fmt.Fprintf(&b, "Fingerprint %s\nClass V | %s | 1 | t\nSEQ(SP=%d%%GCD=1%%TI=%c%%TS=%d)\nWIN(W1=%d%%W2=%d%%W3=%d)\nT1(R=Y%%DF=Y%%T=%d%%Q=)\nT5(R=Y%%W=%d)\n\n",
				family, family, 10+30*i, "IZR"[i], i, 1000+i, 2000+i, 3000+i, 40+i, i)
		}
	}
	return b.String()
}

func TestEvaluatePerfect(t *testing.T) {
	got := Evaluate(records(t, perfect()), NewModel(), EvalOptions{Seed: 1, Threshold: 0.5})[0]
	want := Right{Family: 1, Generation: 1}
	if got.Scenario != "clean" || got.Hosts != 6 || got.Own != want || got.Nmap != want || got.Wrong != 0 {
		t.Errorf("%+v", got)
	}
}

// A host whose family no other record has cannot be named rightly.
func TestEvaluateTheUnknown(t *testing.T) {
	set := records(t, perfect()+"Fingerprint Only\nClass V | Only | 1 | t\nSEQ(SP=99)\nT1(R=Y%DF=N%T=FF)\n")
	got := Evaluate(set, NewModel(), EvalOptions{Seed: 1, Threshold: 0.5, Only: func(e int) bool { return e == 6 }})
	for _, e := range got {
		if e.Hosts != 1 || e.Own != (Right{}) || e.Nmap != (Right{}) {
			t.Errorf("%+v", e)
		}
	}
	if n := len(got); n != len(Scenarios) {
		t.Errorf("%d scenarios", n)
	}
	for _, e := range Evaluate(nil, NewModel(), EvalOptions{}) {
		if e.Hosts != 0 || e.ECE != 0 {
			t.Errorf("nothing to judge: %+v", e)
		}
	}
}

func TestNormalised(t *testing.T) {
	got := Evaluation{Hosts: 4, Nmap: Right{2, 1}, Own: Right{3, 2}, Answered: 2, Wrong: 1,
		Bins: []Bin{{Said: 0.4, Right: 1, Hosts: 2}, {}, {Said: 1.8, Right: 2, Hosts: 2}}}.normalised()
	want := Evaluation{Hosts: 4, Nmap: Right{0.5, 0.25}, Own: Right{0.75, 0.5}, Answered: 0.5, Wrong: 0.5,
		ECE:  (0.6 + 0.2) / 4, // of each bin, share of hosts times |said - right|
		Bins: []Bin{{Said: 0.2, Right: 0.5, Hosts: 2}, {}, {Said: 0.9, Right: 1, Hosts: 2}}}
	if d := cmp.Diff(want, got, cmp.Comparer(near)); d != "" {
		t.Error(d)
	}
}

// With references that play hosts, ours is right at least as often as Nmap's rule, and
// says how often it is.
func TestHeldOutReferences(t *testing.T) {
	const hosts = 150
	for _, e := range Evaluate(installed(t), Embedded(), EvalOptions{Seed: 2, Hosts: hosts, Threshold: 0.8, Only: func(e int) bool { return e%5 == 0 }}) {
		n := 0
		for _, b := range e.Bins {
			n += b.Hosts
		}
		if e.Hosts != hosts || n != hosts {
			t.Errorf("%s: %d hosts, %d in bins", e.Scenario, e.Hosts, n)
		}
		t.Logf("%s: family %.3f, Nmap's %.3f; ECE %.3f; answered %.2f, wrong of these %.3f", e.Scenario, e.Own.Family, e.Nmap.Family, e.ECE, e.Answered, e.Wrong)
		if e.Own.Family < e.Nmap.Family || e.ECE > 0.12 || e.Wrong > 0.15 {
			t.Errorf("%s: %+v", e.Scenario, e)
		}
	}
}

// An answer is right for what a host descends from, by either rule.
func TestEvaluateByDescent(t *testing.T) {
	set := records(t, strings.Replace(perfect(), "Class V | Alpha |", "Class Google | Android |", 1)+
		"Fingerprint Gateway (Linux 2.6)\nClass W | embedded | | t\nSEQ(SP=10%GCD=1%TI=I%TS=0)\nWIN(W1=1000%W2=2000%W3=3000)\nT1(R=Y%DF=Y%T=40%Q=)\nT5(R=Y%W=0)\n")
	host := func(e int) bool { return e == 0 } // the Android; its like is the gateway
	set[0].Entries = append(set[0].Entries[:1], set[0].Entries[2:]...)
	got := Evaluate(set, NewModel(), EvalOptions{Seed: 1, Threshold: 0.5, Only: host})[0]
	if got.Hosts != 1 || got.Own.Family != 1 || got.Nmap.Family != 1 || got.Own.Generation != 0 || got.Nmap.Generation != 0 {
		t.Errorf("%+v", got)
	}
}
