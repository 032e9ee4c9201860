package main

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl"
	"whorl/osdb"
	"whorl/plot"
)

const timedRecords = `Fingerprint Alpha 1
Class Alpha | Alpha | 1 | general purpose
SynRcvd(G=1,2,4%E=rst)
LastAck(G=0.2,0.4,0.8%M=0.2%E=none)

Fingerprint Alpha 2
Class Alpha | Alpha | 2 | general purpose
SynRcvd(G=1,2,4%E=rst)
LastAck(G=0.2,0.4,0.8%M=0.2%E=none)

Fingerprint Beta
Class Beta | Beta | | router
SynRcvd(G=3,3%E=none)
`

func timedSet(t *testing.T) osdb.Set {
	t.Helper()
	db, problems := osdb.Read(strings.NewReader(timedRecords), "test", "test.osdb")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return osdb.Set{db}
}

func timedHost(lines string) *whorl.Host {
	return &whorl.Host{Observations: []whorl.Observation{{Method: "gen2", Print: "T1(R=N)"}, {Method: "backoff", Print: lines}}}
}

// Lanes have what came, the end, and what the likeliest records foretell, each in the
// states that it tells of.
func TestLanes(t *testing.T) {
	const s = time.Second
	schedules := newSchedules(timedSet(t))
	h := timedHost("SynRcvd(G=1,2,4%E=rst%T=7)\nHeld(G=1.5,3%E=none%T=9%R=0.5)\nFinWait1(G=0.2,0.4%E=none%T=1%R=0.001)\nLastAck(E=none%T=9%R=0.1)\n")
	h.Verdicts = []whorl.Verdict{{Source: whorl.Source{Database: "test", File: "test.osdb", Line: 6}}}
	at := func(times ...time.Duration) (w []plot.Window) {
		for _, x := range times {
			w = append(w, plot.Window{From: x, To: x})
		}
		return w
	}
	const alpha, beta = "Alpha 2 and 1 more", "Beta"
	want := []plot.Lane{
		{State: "SynRcvd", Segments: []time.Duration{0, s, 3 * s}, End: "RST", Ended: 7 * s, Heard: 7 * s, Candidates: []plot.Candidate{
			{Name: alpha, Share: "over 99 %", Copies: at(s, 3*s), End: &at(7 * s)[0]},
			{Name: beta, Share: "under 1 %", Rank: 1, Copies: at(3*s, 6*s)},
		}},
		{State: "Held", Segments: []time.Duration{0, 1500 * time.Millisecond, 4500 * time.Millisecond}, Heard: 9 * s, Candidates: []plot.Candidate{
			{Name: alpha, Share: "over 99 %", Copies: at(1500*time.Millisecond, 4500*time.Millisecond, 10500*time.Millisecond)},
		}},
		{State: "FinWait1", Segments: []time.Duration{0, 200 * time.Millisecond, 600 * time.Millisecond}, Heard: s, Candidates: []plot.Candidate{
			{Name: alpha, Share: "over 99 %", Copies: at(201*time.Millisecond, 603*time.Millisecond, 1407*time.Millisecond)},
		}},
		{State: "LastAck", Heard: 9 * s},
	}
	if diff := cmp.Diff(want, schedules.lanes(h)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Where no record fits, a fitted series comes first, in Held too.
func TestLanesUnknown(t *testing.T) {
	lanes := newSchedules(timedSet(t)).lanes(timedHost("SynRcvd(G=0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5%E=none%T=30)\nHeld(G=0.5,0.5,0.5,0.5,0.5,0.5%E=none%T=30%R=0.8)\n"))
	if len(lanes) != 2 {
		t.Fatalf("%+v", lanes)
	}
	for _, l := range lanes {
		c := l.Candidates[0]
		if c.Name != "no record; nearest series" || c.Rank != 0 || len(c.Copies) != len(l.Segments)-1 || c.Copies[1].From != time.Second {
			t.Errorf("%+v", c)
		}
	}
}

// Nothing that was not timed has a lane, and a print that cannot be read has none.
func TestLanesNone(t *testing.T) {
	schedules := newSchedules(nil)
	for _, h := range []*whorl.Host{{}, timedHost(""), timedHost("SynRcvd(G=NaN%E=none)\nLastAck(G=1e9,Inf)")} {
		if lanes := schedules.lanes(h); len(lanes) > 0 {
			t.Errorf("%+v", lanes)
		}
	}
	if lanes := schedules.lanes(timedHost("SynRcvd(G=1,2%E=none%T=4)")); len(lanes) != 1 {
		t.Errorf("without records: %+v", lanes)
	}
}
