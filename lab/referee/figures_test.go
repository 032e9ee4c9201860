package main

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl"
)

// alike100 are a hundred hosts of which one has another name, one an answer less, one a
// gap that is off, and one is down.
func alike100() []whorl.Host {
	var hosts []whorl.Host
	addr := netip.MustParseAddr("198.18.0.1")
	for i := range 100 {
		hosts = append(hosts, host(addr, whorl.Verdict{Name: "Linux 6.1 - 7.3", Rule: whorl.RuleWhorl}))
		hosts[i].Observations[0].Conditions.At = time.Unix(0, 0).Add(time.Duration(i) * time.Millisecond)
		addr = addr.Next()
	}
	hosts[1].Verdicts[0].Name = "Linux"
	hosts[2].Observations[0].Conditions.Answered--
	hosts[3].Observations[0].Conditions.WorstGap = 50 * time.Millisecond
	hosts[4].Warnings = []string{"5 frames were lost: scan again"}
	hosts[99] = whorl.Host{Addr: hosts[99].Addr}
	return hosts
}

func TestFigures(t *testing.T) {
	f, err := readFigures(writeLines(t, "result.json", alike100()...))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := f.print(&out); err != nil {
		t.Fatal(err)
	}
	want := `up	99	of 100 hosts
headline	98.990	% of those up: Linux 6.1 - 7.3; 2 different
complete	99.9369	% of 16 answers from each of them
probes	18.00	packets of the fingerprint to each
begun	1000	fingerprints a second, from the first to the last
cadence	1.000	ms, the worst error of a gap, median of hosts
cadence99	1.000	ms, the same of the 99th in a hundred
cadence100	50.000	ms, the same of the worst
warned	1	hosts: 5 frames were lost
`
	if d := cmp.Diff(want, out.String()); d != "" {
		t.Error(d)
	}
	down, err := readFigures(writeLines(t, "down.json", whorl.Host{Addr: addr1}))
	if err != nil || down.print(&out) == nil {
		t.Errorf("nobody up: %v", err)
	}
}

func TestUnchanged(t *testing.T) {
	hosts := alike100()
	first := writeLines(t, "first.json", hosts...)
	hosts[7].Verdicts[0].Name = "OpenBSD"
	second := writeLines(t, "second.json", hosts[:98]...)
	var out bytes.Buffer
	if err := unchanged(first, second, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"differs\t198.18.0.8\tLinux 6.1 - 7.3\tOpenBSD\n", "differs\t198.18.0.99\tLinux 6.1 - 7.3\tdown\n", "unchanged\t97.980\t% of 99 headlines\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
}

func TestResultsThatCannotBeRead(t *testing.T) {
	bad := writeLines(t, "bad.json", `{"addr":"198.18.0.1"}`, `{"addr":`)
	good := writeLines(t, "good.json", host(addr1))
	for _, args := range [][]string{
		{"figures", bad}, {"unchanged", good, bad}, {"unchanged", bad, good}, {"figures", "no such file"},
		{"figures"}, {"unchanged", good}, {"named", good}, {"numbers", good},
	} {
		if err := run(t.Context(), args); err == nil {
			t.Errorf("%v: no error", args)
		}
	}
	if _, err := readFigures(bad); err == nil || !strings.Contains(err.Error(), "bad.json:2:") {
		t.Error(err)
	}
}
