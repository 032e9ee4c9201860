package backoff

import (
	"math"
	"testing"
)

// devicesOf weighs a print by the records of the tests of ranking: Linux, gVisor and lwIP with FIN
// times, others without.
func devicesOf(t *testing.T, text string) (*Devices, []string) {
	t.Helper()
	r, names := ranker(t)
	p, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return r.Weigh(Runs(p)).Devices(nil), names
}

const (
	synLinux  = "SynRcvd(G=1.043,2.012,4.26,8.19,16.13%E=none%T=60%B=0.0006)\n"
	finLinux  = "LastAck(G=0.21,0.21,0.43,0.82,1.67,3.45%E=none%T=8%R=0.001%B=0.0006)\nFinWait1(G=0.21,0.21,0.43,0.82,1.67,3.45%E=none%T=8%R=0.001%B=0.0006)\n"
	finGVisor = "LastAck(G=0.2,0.2,0.4,0.8,1.6,3.2%E=none%T=8%R=0.001%B=0.0006)\nFinWait1(G=0.2,0.2,0.4,0.8,1.6,3.2%E=none%T=8%R=0.001%B=0.0006)\n"
)

// A law that the stack is known to follow and that is broken tells of a second device;
// nothing else does.
func TestDevices(t *testing.T) {
	for name, c := range map[string]struct {
		text     string
		from, to float64
	}{
		"one stack":                {synLinux + finLinux, -20, 0},
		"two":                      {synLinux + finGVisor, 4, 20},
		"FINs that nobody knows":   {"SynRcvd(G=3,6,12%E=rst%T=21%B=0.001)\n" + finLinux, -20, 2},
		"the hold shows":           {synLinux + finLinux + "Held(G=1.83,2.56,4.86,9.73%E=none%T=22%R=0.8%B=0.0006)", -20, 0},
		"the hold does not show":   {synLinux + finLinux + "Held(G=0.21,0.21,0.43,0.82,1.67%E=none%T=8%R=0.8%B=0.0006)", 1, 20},
		"one run out of line":      {synLinux + finLinux + "Held(G=0.3,0.5,0.1,0.9%E=none%T=8%R=0.8%B=0.0006)", -20, 3},
		"a round trip of 200 ms":   {synLinux + "LastAck(G=0.61,0.62,1.25,2.49%E=none%T=8%R=0.2%B=0.005)\n", -20, 0},
		"and a second one of data": {synLinux + "FinWait1(G=0.61,0.52,1.02,2.05%E=none%T=8%R=0.2%B=0.001)\n", -20, 0},
	} {
		d, _ := devicesOf(t, c.text)
		if d == nil || d.Factor < c.from || d.Factor > c.to {
			t.Errorf("%s: %+v, want a factor of %v to %v", name, d, c.from, c.to)
			continue
		}
		for _, shares := range [][]float64{d.Front(), d.Behind()} {
			sum := 0.0
			for _, p := range shares {
				sum += p
			}
			if math.IsNaN(sum) || sum < 0 || sum > 1.001 {
				t.Errorf("%s: posteriors sum up to %v", name, sum)
			}
		}
	}
	d, names := devicesOf(t, synLinux+finGVisor)
	for i, p := range d.Behind() {
		if (names[i] == "gVisor") != (p > 0.9) {
			t.Errorf("behind is %s with %.3f", names[i], p)
		}
	}
	for _, text := range []string{synLinux, synLinux + "LastAck(G=%E=none%T=60%R=0.001)", synLinux + "LastAck(G=0.2,0.3%E=rst%T=60%R=0.001)"} {
		if d, _ := devicesOf(t, text); d != nil {
			t.Errorf("%s: a factor of %v", text, d.Factor)
		}
	}
}

// A host that has no time to keep its timers is not taken for another for ten
// milliseconds.
func TestStarved(t *testing.T) {
	p := DefaultParams()
	exact, coarse := schedule(t, gvisor), schedule(t, "SynRcvd(G=1,2,4,8,16,32%E=none)")
	for text, most := range map[string]float64{
		"SynRcvd(G=1,2,4,8%E=none%T=20%B=0.0006)":                0,
		"SynRcvd(G=1.01,2.012,4.001,8.011%E=none%T=20%B=0.0006)": 6,
	} {
		run := observed(t, text)
		if off := LogLikelihood(coarse, run, p) - LogLikelihood(exact, run, p); off > most {
			t.Errorf("%s: %.1f against the exact schedule, want at most %.0f", text, off, most)
		}
	}
}
