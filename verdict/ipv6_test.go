package verdict

import (
	"os"
	"slices"
	"strings"
	"testing"

	"whorl"
	"whorl/method"
	"whorl/method/ipv6"
	"whorl/osdb"
)

// sixPrint is a print of a stack of the lab: docs/ipv6.md says how they were made.
type sixPrint struct{ name, truth, print string }

func sixPrints(t *testing.T) (out []sixPrint) {
	t.Helper()
	text, err := os.ReadFile("testdata/ipv6.txt")
	if err != nil {
		t.Fatal(err)
	}
	for part := range strings.SplitSeq(strings.TrimPrefix(string(text), "# "), "\n# ") {
		head, print, _ := strings.Cut(part, "\n")
		name, truth, _ := strings.Cut(head, ": ")
		out = append(out, sixPrint{name, truth, print})
	}
	return out
}

func hostOver6(print string) *whorl.Host {
	return &whorl.Host{Status: whorl.Status{Up: true}, Observations: []whorl.Observation{{Method: "ipv6", Print: print}}}
}

// ofIPv4 is a set whose records tell nothing of IPv6.
func ofIPv4(set osdb.Set) (out osdb.Set) {
	for _, d := range set {
		plain := *d
		plain.Entries = nil
		for _, e := range d.Entries {
			p := *e
			p.Extra = slices.DeleteFunc(slices.Clone(e.Extra), func(l method.Line) bool { return ipv6.Has(l.Test) })
			plain.Entries = append(plain.Entries, &p)
		}
		out = append(out, &plain)
	}
	return out
}

// Stacks are named by what they show over IPv6: all with records that have been measured
// over it, most by those of IPv4 alone, and none wrongly. A name is right by the versions
// that it claims.
func TestIPv6(t *testing.T) {
	set := embedded(t)
	for _, c := range []struct {
		name    string
		set     osdb.Set
		unknown int // at most
	}{{"all records", set, 0}, {"records of IPv4 alone", ofIPv4(set), 4}} {
		j, unknown := NewJudges(c.set, Options{}).New(), 0
		for _, p := range sixPrints(t) {
			h := hostOver6(p.print)
			j.Judge(h)
			j.Explain(h, 1)
			v := h.Verdicts[0]
			if v.Name == whorl.Unknown {
				unknown++
				if len(h.Next) == 0 || !slices.ContainsFunc(h.Next, func(s whorl.Step) bool { return strings.Contains(s.Command, "--deep") }) {
					t.Errorf("%s, %s: steps over IPv6 are %+v", c.name, p.name, h.Next)
				}
				continue
			}
			family, version, _ := strings.Cut(p.truth, " ")
			span, ok := osdb.Versions(v.Name)
			if !strings.Contains(v.Name, family) || ok && family == "Linux" && !span.Contains(version) {
				t.Errorf("%s, %s: %s (%.2f), in truth %s", c.name, p.name, v.Name, v.Confidence, p.truth)
			}
			if len(v.Evidence) == 0 || v.Evidence[0].Method != "ipv6" || !ipv6.Has(v.Evidence[0].Test) {
				t.Errorf("%s, %s: evidence %+v", c.name, p.name, v.Evidence)
			}
			t.Logf("%s, %s: %s (%.2f)", c.name, p.name, v.Name, v.Confidence)
		}
		if unknown > c.unknown {
			t.Errorf("%s: %d unknown, want %d at most", c.name, unknown, c.unknown)
		}
	}
}

// What IPv6 alone shows moves among records that tell of it, and speaks against what
// differs.
func TestIPv6OwnTests(t *testing.T) {
	j := NewJudges(embedded(t), Options{}).New()
	prints := sixPrints(t)
	i := slices.IndexFunc(prints, func(p sixPrint) bool { return p.name == "gvisor" })
	h := hostOver6(prints[i].print)
	j.Judge(h)
	own := h.Verdicts[0].Confidence
	odd := strings.NewReplacer("FL=Z", "FL=O", "PL=58%ET=4%EC=1%EP=38", "PL=40%ET=4%EC=2%EP=10", "PL=80%CD=S", "PL=50%CD=S").Replace(prints[i].print)
	h = hostOver6(odd)
	j.Judge(h)
	if h.Verdicts[0].Name == "gVisor netstack" && h.Verdicts[0].Confidence >= own {
		t.Errorf("%.3f with other tests of IPv6, %.3f with those of its record", h.Verdicts[0].Confidence, own)
	}
	for _, print := range []string{"", "SEQ6(", "OPS6(O1=)\n", "T1_6(R=N)\nIE1_6(R=N)\n"} {
		h := hostOver6(print)
		j.Judge(h)
		if len(h.Verdicts) > 0 && h.Verdicts[0].Name != whorl.Unknown {
			t.Errorf("%q is %s", print, h.Verdicts[0].Name)
		}
	}
}
