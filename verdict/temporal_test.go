package verdict

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl"
)

// Measured against the lab's targets, all states, 2026-11.
const (
	linuxTimes = `SynRcvd(G=1.043,2.012,4.26,8.19,16.13%E=none%T=60%B=0.0006)
LastAck(G=0.21,0.21,0.43,0.82,1.67,3.45%E=none%T=8%R=0.001%B=0.0006)
FinWait1(G=0.21,0.21,0.43,0.82,1.67,3.45%E=none%T=8%R=0.001%B=0.0006)
`
	gvisorTimes = `SynRcvd(G=1,2,4%E=none%T=8%B=0.0006)
LastAck(G=0.2,0.2,0.4,0.8,1.6,3.2%E=none%T=8%R=0.001%B=0.0006)
FinWait1(G=0.2,0.2,0.4,0.8,1.6,3.2%E=none%T=8%R=0.001%B=0.0006)
`
	bsdTimes = "SynRcvd(G=2.806,6.011%E=none%T=30)\nLastAck(G=2.919,5.909,12.014%E=none%T=30%R=0.1)\n"
	noTimes  = "SynRcvd(G=1.7,2.9,3.1,2.2%E=none%T=60%B=0.0006)\nLastAck(G=0.7,0.9,0.5,0.3%E=rst%T=8%R=0.001%B=0.0006)\n"
)

func timedHost(gen2, times string) *whorl.Host {
	h := &whorl.Host{}
	if gen2 != "" {
		h = probedHost(gen2, "")
	}
	h.Observations = append(h.Observations, whorl.Observation{Method: "backoff", Print: times})
	return h
}

// Times alone name a family, or nothing.
func TestTimesAlone(t *testing.T) {
	judge := ours(t)
	for _, c := range []struct{ times, name string }{
		{linuxTimes, "Linux"}, {gvisorTimes, "gVisor"}, {noTimes, whorl.Unknown},
		{bsdTimes, whorl.Unknown},                      // of a Windows or a BSD; lwIP is the only one of them whose FINs are known
		{"SynRcvd(G=3.0%E=none%T=5)\n", whorl.Unknown}, // many systems
	} {
		h := timedHost("", c.times)
		judge.Judge(h)
		if len(h.Verdicts) != 1 || !strings.Contains(h.Verdicts[0].Name, c.name) {
			t.Errorf("%s is %v", c.times, h.Verdicts)
			continue
		}
		if v := h.Verdicts[0]; v.Name != whorl.Unknown && (v.Confidence < 0.8 || len(v.Evidence) == 0) {
			t.Errorf("%s: %v sure, %v", v.Name, v.Confidence, v.Evidence)
		}
	}
	h := &whorl.Host{}
	if judge.Judge(h); h.Verdicts != nil {
		t.Errorf("a host that was asked nothing is %v", h.Verdicts)
	}
	h = timedHost("", "SynRcvd(E=none%T=5)\n") // no answer
	if judge.Judge(h); h.Verdicts != nil {
		t.Errorf("a host that was not heard is %v", h.Verdicts)
	}
}

// Where the second generation says nothing, times do.
func TestTimesWhereNothingAnswered(t *testing.T) {
	h := timedHost("SEQ(R=N)\nT1(R=N)\nT5(R=N)\nU1(R=N)\nIE(R=N)\n", linuxTimes)
	if ours(t).Judge(h); !strings.Contains(h.Verdicts[0].Name, "Linux") {
		t.Errorf("%v", h.Verdicts[0])
	}
}

// Times confirm a name, and say so in words.
func TestTimesExplained(t *testing.T) {
	judge := ours(t)
	h := timedHost(linux616, linuxTimes)
	judge.Judge(h)
	judge.Explain(h, 1)
	if !strings.Contains(h.Verdicts[0].Name, "Linux") {
		t.Fatalf("%v", h.Verdicts[0].Name)
	}
	var words []string
	for _, e := range h.Verdicts[0].Evidence {
		if e.Method == "backoff" {
			words = append(words, e.GotWords)
			if !e.Agrees || e.Weight <= 0 || e.Weight > surestTimes {
				t.Errorf("%+v", e)
			}
		}
	}
	const want = "SYN-ACK repeated after 1.0, 3.1, 7.3, 15.5, 31.6 s, watched for 60 s, as Linux"
	if len(words) == 0 || words[0] != want {
		t.Errorf("%q, want %q", words, want)
	}
}

// Times move probability among the records that tell of them alone: none is lost, and
// none gains more than its bound.
func TestRetime(t *testing.T) {
	all := []float64{0.5, 0.3, 0.1, 1e-9}
	times := []told{{-5, true}, {5, true}, {0, false}, {5, true}}
	retime(all, times)
	sum := 0.0
	for _, p := range all {
		sum += p
	}
	if all[2] != 0.1 || math.Abs(sum-0.9) > 1e-6 || all[1] < 0.79 || all[3] > 1e-9*math.Exp(surestTimes) {
		t.Errorf("%v", all)
	}
	before := []float64{0.5, 0.3}
	retime(before, nil)
	if d := cmp.Diff([]float64{0.5, 0.3}, before); d != "" {
		t.Error(d)
	}
}
