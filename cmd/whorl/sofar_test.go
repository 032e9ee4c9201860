package main

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"whorl/data"
	"whorl/method/backoff"
	"whorl/osdb"
	"whorl/verdict"
)

// A running answer says of whom it is, after what time, and what is likely.
func TestSoFarWords(t *testing.T) {
	set, _ := osdb.Load(osdb.Config{Embedded: data.Files})
	judges := verdict.NewJudges(set, verdict.Options{})
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	segment := func(after float64) backoff.Segment {
		return backoff.Segment{At: at.Add(time.Duration(after * float64(time.Second)))}
	}
	opened := segment(0)
	x := backoff.Exchange{Target: backoff.Target{Addr: netip.MustParseAddr("192.0.2.7"), Port: 80}, First: at, Look: 8 * time.Second,
		Flows: []backoff.Flow{{State: backoff.SynRcvd, Opened: &opened, RTT: time.Millisecond,
			Run: []backoff.Segment{opened, segment(1.043), segment(3.055), segment(7.315)}}}}
	if got := soFarWords(judges, &x, at.Add(x.Look)); !strings.HasPrefix(got, "192.0.2.7 after 8.0 s: Linux ") || !strings.HasSuffix(got, " %") {
		t.Error(got)
	}
	x.Flows = nil
	if got, want := soFarWords(judges, &x, at.Add(x.Look)), "192.0.2.7 after 8.0 s: nothing was repeated yet that a record knows"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
