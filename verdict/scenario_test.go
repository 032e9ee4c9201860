package verdict

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl/method"
	"whorl/method/expr"
)

// What a record describes matches it in full.
func TestSubjectMatchesItsRecord(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 1))
	set := withGen2(embedded(t))
	for d, e := range set.Entries() {
		for range 20 {
			seen := Subject(e.Gen2, r)
			if s := e.Gen2.Score(seen, &d.Points, expr.Whorl); s.Num != s.Den || s.Den == 0 {
				t.Fatalf("%v: %s scores %d of %d: %v", e.Source, e.Name, s.Num, s.Den, seen)
			}
		}
	}
}

// Nmap's records are not ours to correct; a few have contradictions.
func TestSubjectMatchesItsRecordOfNmap(t *testing.T) {
	set := installed(t)
	r := rand.New(rand.NewPCG(8, 2))
	full, n := 0, 0
	for d, e := range set.Entries() {
		n++
		if e.Gen2.Score(Subject(e.Gen2, r), &d.Points, expr.Whorl).Accuracy() == 1 {
			full++
		}
	}
	t.Logf("%d of %d records", full, n)
	if float64(full) < 0.99*float64(n) {
		t.Errorf("only %d of %d records match what they describe", full, n)
	}
}

const scenarioHost = "SEQ(SP=105%GCD=1%ISR=10A%TI=Z%CI=Z%II=I%SS=S%TS=A)" +
	"OPS(O1=M5B4ST11NWA%O2=M578ST11NWA)WIN(W1=FE88%W2=8000)" +
	"ECN(R=Y%DF=Y%T=40%W=FAF0%O=M5B4NNSNWA%CC=Y%Q=)T1(R=Y%DF=Y%T=40%S=O%A=S+%F=AS%RD=0%Q=)" +
	"T2(R=N)T3(R=N)T4(R=Y%DF=Y%T=40%W=0)T5(R=Y%DF=Y%T=40%W=0)T6(R=Y%T=40)T7(R=N)" +
	"U1(R=Y%DF=N%T=40%IPL=164)IE(R=Y%DFI=N%T=40%CD=S)"

func TestScenarios(t *testing.T) {
	refs := NewReferences(toy(t))
	for _, c := range []struct{ name, want string }{
		{"clean", scenarioHost},
		{"no closed port", "SEQ(SP=105%GCD=1%ISR=10A%TI=Z%II=I%SS=S%TS=A)" +
			"OPS(O1=M5B4ST11NWA%O2=M578ST11NWA)WIN(W1=FE88%W2=8000)" +
			"ECN(R=Y%DF=Y%T=40%W=FAF0%O=M5B4NNSNWA%CC=Y%Q=)T1(R=Y%DF=Y%T=40%S=O%A=S+%F=AS%RD=0%Q=)" +
			"T2(R=N)T3(R=N)T4(R=Y%DF=Y%T=40%W=0)" +
			"U1(R=Y%DF=N%T=40%IPL=164)IE(R=Y%DFI=N%T=40%CD=S)"},
		{"firewall", "SEQ(SP=105%GCD=1%ISR=10A%TI=Z%TS=A)" +
			"OPS(O1=M5B4ST11NWA%O2=M578ST11NWA)WIN(W1=FE88%W2=8000)" +
			"ECN(R=Y%DF=Y%TG=40%W=FAF0%O=M5B4NNSNWA%CC=Y%Q=)T1(R=Y%DF=Y%TG=40%S=O%A=S+%F=AS%RD=0%Q=)" +
			"T2(R=N)T3(R=N)T4(R=N)U1(R=N)IE(R=N)"},
	} {
		i := slices.IndexFunc(Scenarios, func(s Scenario) bool { return s.Name == c.name })
		seen := joined(scenarioHost)
		if d := cmp.Diff(c.want, text(Scenarios[i].Change(seen, refs, rand.New(rand.NewPCG(1, 1))))); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
		if text(seen) != scenarioHost {
			t.Errorf("%s: the host itself was changed", c.name)
		}
	}
}

// A tunnel changes nothing but segment sizes and the windows computed from them, and
// what it did is undone by Common.
func TestTunnel(t *testing.T) {
	lowered := 0
	for seed := range uint64(200) {
		seen := joined(scenarioHost)
		got := tunnel(seen, nil, rand.New(rand.NewPCG(seed, 1)))
		if text(seen) != scenarioHost {
			t.Fatal("the host itself was changed")
		}
		wins, _ := find(got, "WIN")
		if w1, _ := wins.Value("W1"); w1 != "FE88" {
			lowered++
		}
		if w2, _ := wins.Value("W2"); w2 != "8000" {
			t.Fatalf("a window that is no number of segments became %s", w2)
		}
		if _, path := Common(got); path < 1261 || path > 1420 {
			t.Fatalf("MSS %d", path)
		}
		common, _ := Common(got)
		if d := cmp.Diff(scenarioHost, text(common)); d != "" {
			t.Fatal(d)
		}
	}
	if lowered < 70 || lowered > 130 {
		t.Errorf("windows follow in %d of 200", lowered)
	}
}

func TestNoise(t *testing.T) {
	refs := NewReferences(withGen2(embedded(t)))
	most := 0
	for seed := range uint64(200) {
		seen := joined(scenarioHost)
		changed := differences(seen, noise(seen, refs, rand.New(rand.NewPCG(seed, 1))))
		if most = max(most, changed); changed > 6 {
			t.Fatalf("%d attributes were changed", changed)
		}
		if text(seen) != scenarioHost {
			t.Fatal("the host itself was changed")
		}
	}
	if most == 0 {
		t.Error("nothing was ever changed")
	}
}

func differences(a, b []method.Line) (n int) {
	for i := range a {
		for j, attr := range a[i].Attrs {
			if b[i].Attrs[j] != attr {
				n++
			}
		}
	}
	return n
}

// Every scenario can be played by every record.
func TestScenariosOfAllRecords(t *testing.T) {
	set := withGen2(embedded(t))
	refs := NewReferences(set)
	r := rand.New(rand.NewPCG(9, 1))
	for _, s := range Scenarios {
		for _, e := range refs.Entries {
			for _, l := range s.Change(Subject(e.Gen2, r), refs, r) {
				if again, err := method.ParseLine(l.String()); err != nil || !cmp.Equal(l, again) {
					t.Errorf("%s, %v: %v cannot be printed: %v", s.Name, e.Source, l, err)
				}
			}
		}
	}
}
