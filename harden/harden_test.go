package harden

import (
	"slices"
	"strings"
	"testing"

	"whorl"
	"whorl/method/methodtest"
)

// linux is a print of Linux 6.18 on its own segment.
const linux = `SCAN(V=0.1.0%E=4%D=11/21%OT=80%CT=81%CU=34297%PV=Y%DS=1%DC=D%G=Y%M=2AF321%TM=6B01DFC0%P=amd64-linux)
SEQ(SP=FF%GCD=1%ISR=103%TI=Z%CI=Z%II=I%TS=21)
` + methodtest.LinuxAnswers

func recordOf(print string) *whorl.Host {
	return &whorl.Host{Observations: []whorl.Observation{{Method: "syn"}, {Method: "gen2", Print: print}}}
}

func TestOptions(t *testing.T) {
	for _, text := range []string{"M5B4ST11NWA", "M5B4NNT11NW7", "M5B4NNSNWA", "M5B4NNS", "M5B4NWA", "M5B4", "M109ST10"} {
		if o, ok := readOptions(text); !ok || o.String() != text {
			t.Errorf("%s is read as %s", text, o)
		}
	}
	for _, text := range []string{"", "NWA", "M5B4NW8NNT11", "M5B4NNTNNS", "M5B4ST11NWANS", "M5B4SLL"} { // other systems' orders
		if o, ok := readOptions(text); ok {
			t.Errorf("%s passes for Linux's order: %s", text, o)
		}
	}
}

// Settings that have to do with each other add up, in any order.
func TestAddUp(t *testing.T) {
	all := map[string]*Setting{}
	for _, s := range Known("Linux") {
		all[s.Name] = s
	}
	for _, c := range []struct {
		names string
		want  []string // in the print
	}{
		{"timestamps off, SACK off", []string{"OPS(O1=M5B4NWA", "O6=M5B4)", "WIN(W1=FAF0", "TS=U"}},
		{"timestamps off, SACK off, window scaling off", []string{"OPS(O1=M5B4%O2=M5B4%", "ECN(R=Y%DF=Y%T=40%W=FAF0%O=M5B4%"}},
		{"window of 8192 in SYN-ACKs, timestamps off", []string{"WIN(W1=2000", "OPS(O1=M5B4NNSNWA", "W=2000"}},
		{"closed UDP ports are silent, TTL of 128", []string{"TG=80", "U1(R=N)"}},
		{"timestamps without offsets, timestamps off", []string{"TS=U"}},
		{"no answer to pings, IP ID zero", []string{"SEQ(SP=FF%GCD=1%ISR=103%TI=Z%CI=Z%TS=21)", "IE(R=N)"}},
	} {
		names := strings.Split(c.names, ", ")
		for range 2 {
			p, err := read(linux)
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range names {
				p = apply(p, all[n])
			}
			for _, want := range c.want {
				if !strings.Contains(p.String(), want) {
					t.Errorf("%q: no %s in\n%s", names, want, p)
				}
			}
			slices.Reverse(names)
		}
	}
}

// A judge that knows Linux by its window and its TTL, versions by the scale.
func simple(h *whorl.Host) {
	print := h.Observations[len(h.Observations)-1].Print
	v := whorl.Verdict{Name: "Linux 6.1", Family: "Linux", Generation: "6.X", Rule: whorl.RuleWhorl, Confidence: 0.9}
	if !strings.Contains(print, "NWA") {
		v.Name, v.Generation = "Linux", ""
	}
	if !strings.Contains(print, "W1=FE88") {
		v.Confidence -= 0.05
		if !strings.Contains(print, "T=40") {
			v = whorl.Verdict{Name: whorl.Unknown, Rule: whorl.RuleWhorl}
		}
	}
	h.Verdicts = []whorl.Verdict{v}
}

func TestMake(t *testing.T) {
	plan, err := Make(recordOf(linux), simple, Options{Current: func(key string) (string, bool) { return "0\n", key == "net.ipv4.tcp_ecn" }})
	if err != nil {
		t.Fatal(err)
	}
	if plan.Now.Detail != Release || plan.Now.Name != "Linux 6.1" {
		t.Errorf("now: %+v", plan.Now)
	}
	if first := plan.Outcomes[0]; first.Then.Detail != Family || !strings.Contains(first.Name, "scaling") && !strings.Contains(first.Name, "buffers") {
		t.Errorf("%s hides most: %+v", first.Name, first.Then)
	}
	if !slices.Equal(plan.Already, []string{"ECN off"}) {
		t.Errorf("already %q", plan.Already)
	}
	if plan.Then == nil || plan.Then.Detail != Nothing {
		t.Errorf("together %q give %+v", plan.Together, plan.Then)
	}
	if rules := slices.ContainsFunc(plan.Chosen(), (*Setting).Rule); rules != slices.Contains(plan.Lines, Chains[0]) || len(plan.Lines) < len(plan.Together) {
		t.Errorf("for %q to type %q", plan.Together, plan.Lines)
	}
	keys := map[string]bool{}
	for _, s := range plan.Chosen() {
		if s.Key != "" && keys[s.Key] {
			t.Errorf("%s has two values", s.Key)
		}
		keys[s.Key] = true
	}
	without, err := Make(recordOf(linux), simple, Options{Without: []string{"window", "timestamps"}, Most: 2})
	if err != nil {
		t.Fatal(err)
	}
	if len(without.Together) > 2 || slices.ContainsFunc(without.Together, func(n string) bool { return strings.Contains(n, "window") }) {
		t.Errorf("together %q", without.Together)
	}
	if _, err := Make(&whorl.Host{}, simple, Options{}); err == nil {
		t.Error("a plan without a print")
	}
	if plan, err := Make(recordOf(linux), simple, Options{Family: "OS-9"}); err != nil || len(plan.Outcomes) > 0 {
		t.Errorf("%v, %v", plan, err)
	}
}

// No print makes a setting fail, and each gives a print that can be read again.
func FuzzSettings(f *testing.F) {
	f.Add(linux)
	f.Add("SEQ(TI=Z)\nOPS(O1=M%O2=MNW)\nECN(R=N)\n")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := read(text)
		if err != nil {
			return
		}
		for _, s := range settings() {
			then := apply(p, &s)
			if _, err := read(then.String()); err != nil {
				t.Fatalf("%s: %v\n%s", s.Name, err, then)
			}
		}
	})
}
