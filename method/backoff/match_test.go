package backoff

import (
	"cmp"
	"math"
	"strings"
	"testing"
	"time"

	"whorl/method"
)

func schedule(t testing.TB, text string) *Schedule {
	t.Helper()
	l, err := method.ParseLine(text)
	if err != nil {
		t.Fatal(err)
	}
	s, err := newSchedule(l)
	if err != nil {
		t.Fatal(err)
	}
	return &s
}

func observed(t testing.TB, text string) *Run {
	t.Helper()
	p, err := Parse(text)
	if err != nil || len(p) != 1 {
		t.Fatal(text, err)
	}
	return &Runs(p)[0]
}

const (
	linuxSyn = "SynRcvd(G=1,2,4,8,16%J=0.004%W=Y%E=none)"
	gvisor   = "SynRcvd(G=1,2,4,8,16,32%J=0.004%E=none)"
	linuxFin = "LastAck(G=0.2,0.2,0.4,0.8,1.6,3.2,6.4,12.8,25.6,51.2%J=0.004%M=0.2%L=102.2%P=Y%W=Y%E=none)"
	gvisFin  = "LastAck(G=0.2,0.2,0.4,0.8,1.6,3.2,6.4,12.8,25.6,51.2,102.4%J=0.004%M=0.2%P=Y%E=none)"
)

// neverBusy are the figures for a host that is known to keep its timers.
func neverBusy() Params {
	p := DefaultParams()
	p.Conditions[usual].Share += p.Conditions[busy].Share
	p.Conditions[busy].Share = 0
	return p
}

// Each run is explained better by the first schedule than by the second, by a factor.
func TestBetter(t *testing.T) {
	for name, c := range map[string]struct {
		run, better, worse string
		factor, busy       float64 // if the host is known to keep its timers; if it may be busy, 0: the same
	}{
		"exact is not Linux":               {"SynRcvd(G=1,2.001,4,8%E=none%T=20%B=0.0005)", gvisor, linuxSyn, 1e6, 0},
		"a timer wheel is not gVisor":      {"SynRcvd(G=1.04,2.01,4.26%E=none%T=10%B=0.0005)", linuxSyn, gvisor, 1e6, 500},
		"sixth copy":                       {"SynRcvd(G=1,2,4,8,16,32%E=none%T=100%B=0.02)", gvisor, "SynRcvd(G=1,2,4,8,16%E=none)", 1e3, 0},
		"no sixth copy":                    {"SynRcvd(G=1,2,4,8,16%E=none%T=100%B=0.02)", "SynRcvd(G=1,2,4,8,16%E=none)", "SynRcvd(G=1,2,4,8,16,32%E=none)", 10, 0},
		"a lost copy":                      {"SynRcvd(G=3,18,24%E=none%T=100%B=0.02)", "SynRcvd(G=3,6,12,24%E=none)", "SynRcvd(G=3,20,24%E=none)", 1e3, 0},
		"a lost first segment":             {"SynRcvd(G=6,12,24%E=none%T=100%B=0.02)", "SynRcvd(G=3,6,12,24%E=none)", "SynRcvd(G=6,12,20%E=none)", 100, 0},
		"the first gap tells little":       {"SynRcvd(G=0.23,2,4,8,16%E=none%T=100%B=0.001)", "SynRcvd(G=1,2,4,8,16%E=none)", "SynRcvd(G=0.23,2.2,4.4,8.8,17%E=none)", 1e6, 0},
		"RST":                              {"SynRcvd(G=3,6,12%E=rst%T=21%B=0.02)", "SynRcvd(G=3,6,12%E=rst)", "SynRcvd(G=3,6,12%E=none)", 1e3, 0},
		"one delay is not two":             {"SynRcvd(G=3.4,5.6,12%E=none%T=100%B=0.2)", "SynRcvd(G=3,6,12%E=none)", "SynRcvd(G=3.4,6.1,11.5%E=none)", 1, 0},
		"the law of the round trip":        {"Held(G=1.83,2.56,4.86,9.73,20.22,38.91%E=none%T=120%R=0.8%B=0.0005)", linuxFin, gvisFin, 1e6, 100},
		"gVisor behind a SYN proxy":        {"LastAck(G=2.07,4.14,8.27%E=none%T=22%R=0.69%B=0.0005)", gvisFin, linuxFin, 1e4, 0},
		"Linux on the edges of its wheel":  {"LastAck(G=0.207,0.208,0.412,0.832,1.664,3.328,6.656%E=none%T=14%R=0.0007%B=0.0001)", linuxFin, gvisFin, 1, 0}, // measured
		"Linux next to us":                 {"LastAck(G=0.21,0.21,0.43,0.82,1.67,3.45,6.65,13.31,28.16%E=none%T=120%R=0.0006%B=0.0005)", linuxFin, gvisFin, 1e6, 0},
		"cut short by a defence":           {"SynRcvd(G=3%E=none%T=100%B=0.02)", "SynRcvd(G=3,6,12,24%E=none)", "SynRcvd(G=5,6,12,24%E=none)", 100, 0},
		"cookies":                          {"SynRcvd(G=%E=none%T=20%B=0.02)", "SynRcvd(G=%E=none)", linuxSyn, 100, 0},
		"no conclusion from a short watch": {"SynRcvd(G=3%E=none%T=8%B=0.001)", "SynRcvd(G=3,6,12%E=none)", "SynRcvd(G=3%E=none)", 0.5, 0},
	} {
		run := observed(t, c.run)
		check := func(p Params, factor float64) {
			t.Helper()
			better, worse := LogLikelihood(schedule(t, c.better), run, p), LogLikelihood(schedule(t, c.worse), run, p)
			if !(better-worse > math.Log(factor)) {
				t.Errorf("%s: %.2f and %.2f, want a factor of %g", name, better, worse, factor)
			}
		}
		check(neverBusy(), c.factor)
		check(DefaultParams(), cmp.Or(c.busy, c.factor))
	}
}

// While nothing is overdue, two schedules that begin alike are as likely.
func TestCensoring(t *testing.T) {
	short, long := schedule(t, "SynRcvd(G=1,2,4,8%E=none)"), schedule(t, "SynRcvd(G=1,2,4,8,16%E=none)")
	p := DefaultParams()
	at := func(heard string) float64 {
		run := observed(t, "SynRcvd(G=1,2,4,8%E=none%T="+heard+"%B=0.001)")
		return LogLikelihood(long, run, p) - LogLikelihood(short, run, p)
	}
	if d := at("20"); math.Abs(d) > 0.1 {
		t.Errorf("after 20 s: %.2f", d)
	}
	if d := at("40"); d > -3 {
		t.Errorf("after 40 s: %.2f", d)
	}
}

// Whatever comes, the likelihood is a number.
func FuzzLogLikelihood(f *testing.F) {
	f.Add(linuxFin, "LastAck(G=0.21,0.21,0.43%E=none%T=120%R=0.0006%B=0.0005)")
	f.Add(gvisor, "SynRcvd(G=0,0,0%E=rst%T=0%B=1000)")
	f.Add("SynRcvd(G=0,0%S=0.000001%J=0.000001%E=rst)", "SynRcvd(G=86400,86400%E=rst%T=0%B=0.000001)")
	f.Fuzz(func(t *testing.T, record, seen string) {
		l, err := method.ParseLine(record)
		if err != nil {
			return
		}
		s, err := newSchedule(l)
		print, _ := Parse(seen)
		if err != nil || len(print) != 1 {
			return
		}
		run := Runs(print)[0]
		p := DefaultParams()
		if v := LogLikelihood(&s, &run, p); run.Seen && (math.IsNaN(v) || math.IsInf(v, 0)) {
			t.Errorf("%v under %v: %v", print, s.Line(), v)
		}
		if _, v := Fit(&run, p); math.IsNaN(v) || math.IsInf(v, 0) {
			t.Errorf("%v unknown: %v", print, v)
		}
	})
}

func TestFit(t *testing.T) {
	for run, want := range map[string]string{
		"SynRcvd(G=0.7,1.4,2.8,5.6,5.6,5.6%E=none%T=60)":      "SynRcvd(G=0.7,1.4,2.8,5.6,5.6,5.6%E=none)",
		"SynRcvd(G=0.2,1.503,2.25,3.375,5.06%E=none%T=60)":    "SynRcvd(G=1,1.5,2.25,3.38,5.06%E=none)",
		"SynRcvd(G=0.8,0.8,0.8,0.8,0.8,3%E=rst%T=60)":         "SynRcvd(G=0.8,0.8,0.8,0.8,0.8,3%E=rst)",
		"SynRcvd(G=%E=none%T=60)":                             "SynRcvd(G=%E=none)",
		"SynRcvd(G=2.5%E=none%T=60)":                          "SynRcvd(G=2.5%E=none)",
		"SynRcvd(G=1.02,2,4,8.01,16,30,30,30,30%E=none%T=60)": "SynRcvd(G=1,2,4,8,16,30,30,30,30%E=none)",
	} {
		s, _ := Fit(observed(t, run), DefaultParams())
		if got := s.Line().String(); got != want {
			t.Errorf("%s: %s, want %s", run, got, want)
		}
	}
}

func TestSchedule(t *testing.T) {
	for text, want := range map[string]string{
		linuxFin:                    linuxFin,
		gvisor:                      gvisor,
		"SynRcvd(G=)":               "SynRcvd(G=%E=none)",
		"FinWait1(G=1.5,2%S=0.000)": "FinWait1(G=1.5,2%E=none)",
	} {
		if got := schedule(t, text).Line().String(); got != want {
			t.Errorf("%s is written as %s", text, got)
		}
	}
	for text, want := range map[string]string{
		"SynRcvd(E=none)":       "G is missing",
		"SynRcvd(G=1,x)":        `G: "x" is no time`,
		"SynRcvd(G=1%E=done)":   `E: "done" is no ending`,
		"SynRcvd(G=%E=rst)":     "wants a gap before it",
		"SynRcvd(G=1%P=Y)":      "wants M",
		"SynRcvd(G=1%W=N)":      `W: "N"; want Y`,
		"SynRcvd(G=1%Q=1)":      "Q: there is no such attribute",
		"SynRcvd(G=90000)":      "want seconds",
		"SynRcvd(G=-1)":         "want seconds",
		"Held(G=1)":             "no record has it",
		"SynRcvd(G=1e3)":        "want seconds",
		"SynRcvd(G=0.12345678)": "want seconds",
		"SynRcvd(G=" + strings.Repeat("1,", 64) + "1)": "65 gaps",
	} {
		l, err := method.ParseLine(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, errs := NewReference([]method.Line{l}); len(errs) != 1 || !strings.Contains(errs[0].Error(), want) {
			t.Errorf("%s: %v, want %s", text, errs, want)
		}
	}
}

// What a schedule becomes for a round trip: the figures of temporal.md.
func TestRoundTrip(t *testing.T) {
	for _, c := range []struct {
		schedule string
		rtt      time.Duration
		probed   bool
		want     string
	}{
		{linuxFin, 0, true, "LastAck(G=0.2,0.2,0.4,0.8,1.6,3.2,6.4,12.8,25.6%J=0.004%W=Y%E=none)"},
		{linuxFin, 40 * ms, true, "LastAck(G=0.24,0.24,0.48,0.96,1.92,3.84,7.68,15.36,30.72%J=0.004%W=Y%E=none)"}, // the probe waits no longer than the RTO
		{linuxFin, 800 * ms, true, "LastAck(G=1.8,2.4,4.8,9.6,19.2,38.4%J=0.004%W=Y%E=none)"},
		{gvisFin, 690 * ms, false, "LastAck(G=2.07,4.14,8.28,16.56,33.12,66.24,132.48,264.96,529.92,1059.84%J=0.004%E=none)"},
		{linuxSyn, 800 * ms, true, linuxSyn},
	} {
		s := schedule(t, c.schedule).at(c.rtt, 0, c.probed)
		if got := s.Line().String(); got != c.want {
			t.Errorf("%v: %s\nwant %s", c.rtt, got, c.want)
		}
	}
}
