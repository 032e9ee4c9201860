package verdict

import (
	"slices"
	"testing"

	"whorl"
	"whorl/method/expr"
	"whorl/method/gen2"
)

// What a host is at most agrees with records that allow as much or less, and with no others.
func TestBound(t *testing.T) {
	at, _ := gen2.Tests[gen2.TestSEQ].Attr("SP")
	o := Observe(joined("SEQ(SP=95%ISR=B3)")).bound([]string{"SEQ.SP", "SEQ.GCD", "XYZ.SP", "SEQ.XYZ", "SP"})
	v := o.tests[gen2.TestSEQ].values[at]
	if v != (sighting{"0-95", "0-95"}) {
		t.Fatalf("SP is %v", v)
	}
	for _, c := range []struct {
		record      string
		whole, near bool
	}{
		{"4A-56", true, true}, {"0-5", true, true}, {"95", true, true}, {"90-A0", true, true}, {"96-A0", false, true},
		{"9E-A0", false, false}, {"FE-10A", false, false}, {"105|12", true, true}, {">95", false, true},
	} {
		for aspect, want := range map[Aspect]bool{Whole: c.whole, Near: c.near} {
			claim, s := aspect.claim(expr.MustParse(c.record)), aspect.sight(v[0])
			if got := claim.agrees(&s); got != want {
				t.Errorf("at most 95, record %s, %s: %v, want %v", c.record, aspectNames[aspect], got, want)
			}
		}
	}
	if isr, _ := gen2.Tests[gen2.TestSEQ].Attr("ISR"); o.tests[gen2.TestSEQ].values[isr] != (sighting{"B3", "B3"}) {
		t.Error("ISR has changed")
	}
}

// A record that would be contradicted by what the path made of SP is not, and the evidence
// says what was weighed.
func TestAtMostIsWeighed(t *testing.T) {
	const print = "SEQ(SP=95%GCD=1%ISR=B3%TI=I%CI=I%II=I%SS=S%TS=U)"
	host := func(atMost ...string) *whorl.Host {
		return &whorl.Host{Observations: []whorl.Observation{{Method: "gen2", Print: print, Conditions: whorl.Conditions{AtMost: atMost}}}}
	}
	if a, b := restsOn(host()), restsOn(host("SEQ.SP")); a == b {
		t.Error("both are remembered as one")
	}
	for _, c := range []struct {
		atMost []string
		got    string
		agrees bool
	}{{nil, "95", false}, {[]string{"SEQ.SP"}, "0-95", true}} {
		s := targetOf(host(c.atMost...))
		ev := []whorl.Evidence{{Test: "SEQ", Attr: "GCD", Got: "1", Want: "1-6", Agrees: true}, {Test: "SEQ", Attr: "SP", Got: "95", Want: "4A-56"}}
		s.bounded(ev)
		want := slices.Clone(ev)
		want[0] = whorl.Evidence{Test: "SEQ", Attr: "GCD", Got: "1", Want: "1-6", Agrees: true}
		want[1].Got, want[1].Agrees = c.got, c.agrees
		for i := range ev {
			if ev[i].Got != want[i].Got || ev[i].Agrees != want[i].Agrees {
				t.Errorf("at most %v: %+v, want %+v", c.atMost, ev[i], want[i])
			}
		}
	}
}
