package verdict

import (
	"testing"

	"whorl/method/backoff"
)

// The running answer is the likeliest family, and nothing before something was repeated.
func TestSoFar(t *testing.T) {
	judges := ours(t).Judges
	for times, want := range map[string]string{linuxTimes: "Linux", gvisorTimes: "Google gVisor", "SynRcvd(E=none%T=5)\n": ""} {
		p, err := backoff.Parse(times)
		if err != nil {
			t.Fatal(err)
		}
		got := judges.SoFar(backoff.Runs(p))
		switch {
		case want == "" && len(got) > 0:
			t.Errorf("%s: %v", times, got)
		case want != "" && (len(got) == 0 || got[0].Name != want || got[0].Confidence < 0.9):
			t.Errorf("%s: %v, want %s", times, got, want)
		}
	}
}
