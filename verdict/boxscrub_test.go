package verdict

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"whorl"
	"whorl/data"
	"whorl/method"
	"whorl/method/methodtest"
	"whorl/osdb"
)

// embeddedJudge judges by the database of this project.
func embeddedJudge(t *testing.T) *Judge {
	t.Helper()
	set, _ := osdb.Load(osdb.Config{Embedded: data.Files})
	return NewJudges(set, Options{}).New()
}

// rewrite gives an observation what a firewall does to all packets: attributes by name,
// whatever the test. Tests without an answer have none.
func rewrite(seen []method.Line, to map[string]string) (out []method.Line) {
	for _, l := range seen {
		c := method.Line{Test: l.Test, Attrs: slices.Clone(l.Attrs)}
		for i, a := range c.Attrs {
			if v, ok := to[a.Name]; ok {
				c.Attrs[i].Value = v
			}
		}
		out = append(out, c)
	}
	return out
}

var (
	dfOff    = map[string]string{"DF": "N", "DFI": "N"}
	idRandom = map[string]string{"TI": "RD", "CI": "RD", "II": "RI"}
	ttlHigh  = map[string]string{"T": "100", "TG": "FF"}
)

// A firewall that rewrites is found before systems that do nothing of it by themselves, and
// then the system is named as without it. One field alone tells of none.
func TestScrubbed(t *testing.T) {
	j := embeddedJudge(t)
	for name, linux := range map[string]string{
		"near": strings.ReplaceAll(linuxSeen, "T=40", "T=40"),
		"far":  strings.ReplaceAll(linuxSeen, "T=40", "TG=40"),
	} {
		for _, c := range []struct {
			what    string
			changes []map[string]string
			found   bool
		}{
			{"nothing", nil, false},
			{"DF", []map[string]string{dfOff}, false},
			{"IP IDs", []map[string]string{idRandom}, false},
			{"TTL", []map[string]string{ttlHigh}, false},
			{"DF and IP IDs", []map[string]string{dfOff, idRandom}, true},
			{"DF, IP IDs and TTL", []map[string]string{dfOff, idRandom, ttlHigh}, true},
			{"DF and IP IDs of SYN-ACKs alone, as without path MTU discovery",
				[]map[string]string{{"TI": "RD"}}, false},
		} {
			seen, err := method.ParseLines(linux, "", func(method.Line) error { return nil })
			if err != nil {
				t.Fatal(err)
			}
			for _, to := range c.changes {
				seen = rewrite(seen, to)
			}
			h := &whorl.Host{Observations: []whorl.Observation{{Method: "gen2", Print: textOf(seen)}}}
			j.Judge(h)
			found := len(h.Boxes) == 1 && h.Boxes[0].Kind == whorl.BoxScrubber
			if found != c.found || !found && len(h.Boxes) > 0 {
				t.Errorf("%s, %s: boxes %+v, want one: %v", name, c.what, h.Boxes, c.found)
			}
			if !strings.HasPrefix(h.Verdicts[0].Name, "Linux") {
				t.Errorf("%s, %s: named %q", name, c.what, h.Verdicts[0].Name)
			}
			if found && (len(h.Boxes[0].Evidence) < 3 || slices.Contains(h.Boxes[0].LeftOut, "T1.W")) {
				t.Errorf("%s, %s: %+v", name, c.what, h.Boxes[0])
			}
		}
	}
}

// Two random IP IDs of pings may look like those of a counter; six of a survey do not.
func TestScrubbedPings(t *testing.T) {
	j := embeddedJudge(t)
	seen, err := method.ParseLines(linuxSeen, "", func(method.Line) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	seen = rewrite(rewrite(seen, dfOff), map[string]string{"TI": "RD", "CI": "RD"})
	for pings, found := range map[string]bool{
		"": false,
		"ECHO(N=6%AT=0,60,C0,120,180,1E0%T=40%DF=N%TOS=0%ID=56A,C8C0,A5DF,D89A,B035,D0A1)": true,
		"ECHO(N=6%AT=0,60,C0,120,180,1E0%T=40%DF=N%TOS=0%ID=56A,56C,570,571,573,576)":      false,
		"ECHO(N=3%AT=0,60,C0%T=40%DF=N%TOS=0%ID=56A,C8C0,A5DF)":                            false,
	} {
		h := &whorl.Host{Observations: []whorl.Observation{{Method: "gen2", Print: textOf(seen)}, {Method: "survey", Print: pings}}}
		if j.Judge(h); len(h.Boxes) > 0 != found || found && h.Boxes[0].Kind != whorl.BoxScrubber {
			t.Errorf("pings %q: boxes %+v, want one: %v", pings, h.Boxes, found)
		}
	}
}

func textOf(seen []method.Line) string {
	var b strings.Builder
	for _, l := range seen {
		fmt.Fprintln(&b, l.String())
	}
	return b.String()
}

// linuxSeen is Linux 6.18 at two hops, as the lab shows it without a firewall.
const linuxSeen = `SEQ(SP=101%GCD=1%ISR=108%TI=Z%CI=Z%II=I%TS=21)
` + methodtest.LinuxAnswers

// No single stack of the database is taken for one behind a firewall, in whatever way it
// is seen worse than under ideal conditions.
func TestNotScrubbed(t *testing.T) {
	j := embeddedJudge(t)
	rng := rand.New(rand.NewPCG(7, 7))
	hosts := 0
	for _, e := range j.entries {
		for range 4 {
			for _, s := range Scenarios {
				seen := Subject(e.Gen2, rng)
				if len(seen) == 0 {
					continue
				}
				hosts++
				if b, found := j.scrubbed(s.Change(seen, j.refs, rng)); found {
					t.Errorf("%s, %s: %+v", e.Name, s.Name, b)
				}
			}
		}
	}
	if hosts < 1000 {
		t.Errorf("only %d hosts", hosts)
	}
}

// A NAT on our side may have swallowed what it takes for invalid; one that answers itself
// leaves nothing to be said of the host.
func TestOwnNAT(t *testing.T) {
	j := embeddedJudge(t)
	h := &whorl.Host{Observations: []whorl.Observation{{Method: "gen2", Print: linuxSeen}},
		Boxes: []whorl.Box{{Kind: whorl.BoxOwnNAT, Evidence: []string{"a container"}}, {Kind: whorl.BoxNAT}}}
	for range 2 { // judged again after deep probes
		j.Judge(h)
		if len(h.Boxes) != 1 || fmt.Sprint(h.Boxes[0].LeftOut) != "[T2 T3]" || !strings.HasPrefix(h.Verdicts[0].Name, "Linux") {
			t.Errorf("%+v, named %q", h.Boxes, h.Verdicts[0].Name)
		}
	}
	h.Boxes[0].LeftOut = EveryTest()
	for range 2 {
		if j.Judge(h); len(h.Boxes) != 1 || len(h.Verdicts) != 1 || h.Verdicts[0].Name != whorl.Unknown {
			t.Errorf("%+v, %+v", h.Boxes, h.Verdicts)
		}
	}
}
