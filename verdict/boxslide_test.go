package verdict

import (
	"testing"

	"whorl"
)

// slideTimes are the times of the host that the authors of Cron-OS showed at SSTIC 2003 as
// a Windows behind a SYN relay; method f had no answer.
const slideTimes = "SynRcvd(G=2.806,6.011%E=none%T=30)\n" +
	"LastAck(G=2.919,5.909,12.014%E=none%T=30%R=0.1346)\n" +
	"FinWait1(E=none%T=30%R=0.1362)\n"

// A Windows of that time behind a filter explains them as well as a relay before it, so
// neither a relay nor a name is claimed.
func TestSlideHost(t *testing.T) {
	h := &whorl.Host{Status: whorl.Status{Up: true}, Observations: []whorl.Observation{{Method: "backoff", Print: slideTimes}}}
	embeddedJudge(t).Judge(h)
	if len(h.Boxes) != 0 || len(h.Verdicts) == 0 || h.Verdicts[0].Name != whorl.Unknown || h.Verdicts[0].Source.Text == "" {
		t.Errorf("boxes %+v, verdicts %+v", h.Boxes, h.Verdicts)
	}
}
