package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl"
)

// Schedules are told as times since the first segment.
func TestTemporal(t *testing.T) {
	h := whorl.Observation{Method: "backoff", Print: "SynRcvd(G=1.043,2.014,4.26%E=none%T=12.5%B=0.0006%W=FE88)\n" +
		"LastAck(G=0.2,0.4,6%E=rst%T=6.6%R=0.001)\nFinWait1(E=none%T=5%R=0.001)\nHeld(G=%E=none%T=5%R=0.8)\nOTHER(A=1)\n"}
	var p page
	p.temporal([]whorl.Observation{{Method: "gen2", Print: "SEQ(SP=1)"}, h}, 1)
	want := `Repeated while nobody acknowledged:
    SYN-ACK              after 1.04, 3.06, 7.32 s (watched for 12.5 s)
    FIN after ours       after 0.20, 0.60 s, RST at 6.60 s (watched for 6.6 s)
    FIN before ours      none came
    FIN after a late ACK not repeated (watched for 5 s)
`
	if d := cmp.Diff(want, p.String()); d != "" {
		t.Error(d)
	}
	p.Reset()
	if p.temporal([]whorl.Observation{h}, 2); !strings.Contains(p.String(), "    LastAck(G=0.2,0.4,6%E=rst%T=6.6%R=0.001)\n") {
		t.Errorf("the lines are missing: %s", p.String())
	}
}
