package verdict

import (
	"fmt"
	"strings"
	"testing"

	"whorl"
)

// Over IPv6 it is the same: what answers counts and keeps its evidence, silence is filled.
func TestBesideIPv6(t *testing.T) {
	const windows = "Syn(V=6%TTL=80%H=48%FL=N%W=FAF0%MSS=5A0%WS=8%O=MNWNNS)\n"
	j := NewJudges(embedded(t), Options{}).New()
	with := func(print string) *whorl.Host {
		h := hostOver6(print)
		h.Seen = whorl.Span{First: scanned, Last: scanned}
		h.Observations = append(h.Observations, whorl.Observation{Method: "syn", Print: windows,
			Conditions: whorl.Conditions{At: earlier, Answered: 1, Heard: "office.json"}})
		j.Judge(h)
		j.Explain(h, 3)
		return h
	}
	linux := 0
	for _, p := range sixPrints(t) {
		h := with(p.print)
		v := headline(h)
		if v.Heard != nil {
			t.Errorf("%s: %s, %v", p.name, v.Name, v.Heard)
		}
		if v.Family != "Linux" {
			continue
		}
		linux++
		if len(v.Evidence) == 0 || v.Evidence[0].Method != "ipv6" || !strings.Contains(fmt.Sprint(h.Warnings), "as Microsoft Windows") {
			t.Errorf("%s: %s, %q, evidence %+v", p.name, v.Name, h.Warnings, v.Evidence)
		}
	}
	if linux == 0 {
		t.Error("no Linux among the prints")
	}
	h := with("T1_6(R=N)\nIE1_6(R=N)\n")
	if v := headline(h); v.Heard == nil || v.Family != "Windows" || len(v.Evidence) == 0 || v.Evidence[0].Method != "syn" {
		t.Errorf("silent: %+v", v)
	}
}
