package verdict

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl"
)

// Over IPv6 times speak as they do over IPv4, and evidence tells them as times.
func TestTimesOverIPv6(t *testing.T) {
	judge := ours(t)
	prints := sixPrints(t)
	i := slices.IndexFunc(prints, func(p sixPrint) bool { return strings.Contains(p.truth, "Linux") })
	linux := prints[i].print
	sure := map[string]whorl.Fraction{}
	for name, times := range map[string]string{"none": "", "its own": linuxTimes, "another's": noTimes} {
		h := hostOver6(linux)
		if times != "" {
			h.Observations = append(h.Observations, whorl.Observation{Method: "backoff", Print: times})
		}
		judge.Judge(h)
		judge.Explain(h, 1)
		if h.Verdicts[0].Family == "Linux" {
			sure[name] = h.Verdicts[0].Confidence
		}
		tests := map[string]int{}
		for _, e := range h.Verdicts[0].Evidence {
			tests[e.Method]++
		}
		if want := strings.Count(times, "\n"); tests["backoff"] != want || tests["gen2"] != 0 || tests["ipv6"] == 0 {
			t.Errorf("%s: evidence %v, want %d of times", name, tests, want)
		}
	}
	if sure["its own"] < sure["none"] || sure["another's"] > sure["its own"] {
		t.Errorf("%v", sure)
	}
}

// A schedule that is seen over both versions of IP counts once.
func TestTimesOverBothVersions(t *testing.T) {
	judge := ours(t)
	six := sixPrints(t)[0].print
	host := func(times ...string) *whorl.Host {
		h := timedHost(linux616, times[0])
		h.Observations = append(h.Observations, whorl.Observation{Method: "ipv6", Print: six})
		for _, more := range times[1:] {
			h.Observations = append(h.Observations, whorl.Observation{Method: "backoff", Print: more})
		}
		judge.Judge(h)
		judge.Explain(h, 3)
		return h
	}
	for _, times := range []string{linuxTimes, gvisorTimes} {
		if d := cmp.Diff(host(times).Verdicts, host(times, times).Verdicts); d != "" {
			t.Errorf("(-once +twice): %s", d)
		}
	}
}
