package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

func left(seconds float64) *float64 { return &seconds }

// The line fits any terminal; what matters most stands first.
func TestProgressLine(t *testing.T) {
	for _, c := range []struct {
		p    progress
		want string
	}{
		{progress{}, "0 of 0 hosts, 0 under way, 0 up"},
		{progress{Done: 5, Total: 12, InFlight: 7, Up: 3, Left: left(8), Families: []family{{"Linux", 2}}}, "5 of 12 hosts, 8s left, 7 under way, 3 up, Linux 2"},
		{progress{Done: 16384, Total: 16384, Up: 9, Left: left(0)}, "16.4k of 16.4k hosts, 0 under way, 9 up"},
		{progress{Done: 12_345_678, Total: 16_777_216, InFlight: 65536, Up: 167_772, Rate: 199_999, Lost: 1234, Left: left(86_399),
			Families: []family{{"Linux", 100_000}, {"Windows", 5}}},
			"12.3M of 16.8M hosts, 24h0m left, 65.5k under way, 200k packets/s"},
		{progress{Done: 1, Total: 1 << 63, InFlight: 1, Left: left(1e12)}, "1 of 9.2E hosts, years left, 1 under way, 0 up"},
		{progress{Done: 123_456, Total: 1 << 20, InFlight: 4096, Up: 1234, Rate: 4998.2, Left: left(723), Families: []family{{"Linux", 700}, {"Windows", 300}, {"IOS", 20}, {"VxWorks", 1}}},
			"123k of 1.0M hosts, 12m3s left, 4096 under way, 4998 packets/s, 1234 up"},
	} {
		if got := c.p.line(79); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
		for n := range 200 {
			if got := c.p.line(n); len(got) > n {
				t.Errorf("%d columns: %q", n, got)
			}
		}
	}
}

func TestShort(t *testing.T) {
	for n, want := range map[uint64]string{0: "0", 9999: "9999", 10_000: "10.0k", 99_949: "99.9k", 99_950: "100k", 999_499: "999k", 999_500: "1.0M", 1 << 32: "4.3G", 1<<64 - 1: "18.4E"} {
		if got := short(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

// A scan of a sparse range at a steady rate: once hosts come back, the time left is
// right within a tenth, though they take two seconds, the range changes its rate
// once, and a quarter is excluded.
func TestTimeLeft(t *testing.T) {
	const (
		total   = 1_000_000
		latency = 2 * time.Second
		step    = 200 * time.Millisecond
	)
	start := time.Unix(0, 0)
	given := func(at time.Duration) float64 { // hosts begun
		if at < 0 {
			return 0
		}
		if at < 100*time.Second {
			return min(750_000, 5000*at.Seconds())
		}
		return min(750_000, 500_000+2500*(at.Seconds()-100))
	}
	end := 200*time.Second + latency
	var p pace
	checked := 0
	for at := time.Duration(0); at < end; at += step {
		done, begun := given(at-latency), given(at)
		p.add(sample{start.Add(at), int64(done), int64(5 * done)})
		skipped := uint64(begun / 3)
		g := progress{Done: int64(done), InFlight: int64(begun - done), Total: total - skipped}
		hosts, _ := p.rates()
		g.estimate(hosts, skipped)
		truth := (end - at).Seconds()
		switch settled := at > 10*time.Second && at < 95*time.Second; {
		case at < latency && g.Left != nil:
			t.Fatalf("after %v there is an estimate already: %v", at, *g.Left)
		case settled: // nothing can know of the change
			truth = (750_000 - done) / 5000
			fallthrough
		case at > 135*time.Second && truth > 10:
			if g.Left == nil || *g.Left < 0.9*truth || *g.Left > 1.1*truth {
				t.Fatalf("after %v: left %v, want about %.0f s", at, g.Left, truth)
			}
			checked++
		}
	}
	if checked < 500 {
		t.Errorf("checked only %d times", checked)
	}
}

// A slow scan keeps few samples and still has a pace.
func TestPaceOfSlowScan(t *testing.T) {
	var p pace
	for i := range 100_000 {
		p.add(sample{time.Unix(0, 0).Add(time.Duration(i) * 200 * time.Millisecond), int64(i / 1500), 0})
		if len(p.samples) > maxSamples {
			t.Fatalf("%d samples", len(p.samples))
		}
	}
	if hosts, _ := p.rates(); hosts < 0.0030 || hosts > 0.0036 {
		t.Errorf("%v hosts a second, want a host in five minutes", hosts)
	}
}

func TestProgressJSON(t *testing.T) {
	p := &progress{Schema: statusSchema, Time: time.Unix(0, 0).UTC(), Done: 3, Total: 4, InFlight: 1, Up: 2, Named: 1, Packets: 70, Rate: 12.5, Families: ranked(map[string]int{"b": 1, "a": 1, "c": 2})}
	want := `{"schema":"whorl.status/1","time":"1970-01-01T00:00:00Z","done":3,"total":4,"in_flight":1,"up":2,"named":1,"packets":70,"rate":12.5,"lost":0,"eta_seconds":null,` +
		`"families":[{"name":"c","hosts":2},{"name":"a","hosts":1},{"name":"b","hosts":1}]}`
	if got := p.json(); got != want || strings.Contains(got, "\n") || !json.Valid([]byte(got)) {
		t.Error(got)
	}
	if got := fmt.Sprint(ranked(nil)); got != "[]" {
		t.Error(got)
	}
}
