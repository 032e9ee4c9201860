package backoff

import (
	"math"
	"testing"
)

// Gaps that a schedule does not explain make a run hopeless. Where segments were lost or the
// path explains them, the estimate is hardly less than the likelihood.
func TestEstimate(t *testing.T) {
	p := DefaultParams()
	l := p.law(schedule(t, "SynRcvd(G=3,6,12,24%E=none)"))
	for text, strange := range map[string]bool{
		"SynRcvd(G=3,6,12,24%E=none%T=60%B=0.001)":  false,
		"SynRcvd(G=1,6.1,36%E=none%T=60%B=0.001)":   false,
		"SynRcvd(G=3,1,2,12%E=none%T=60%B=0.001)":   true,
		"SynRcvd(G=3,5,12,24%E=none%T=60%B=1)":      false, // of a path like that nothing can be said
		"SynRcvd(G=3%E=none%T=60%B=0.001)":          false,
		"SynRcvd(G=3,0.2,0.4,6%E=none%T=9%B=0.001)": true,
	} {
		run := observed(t, text)
		got, full := p.view(run).estimate(&l)[usual], LogLikelihood(l.Schedule, run, p)
		if math.IsInf(got, -1) != strange || !strange && got < full-5 {
			t.Errorf("%s: %.1f, likelihood %.1f; want strange: %v", text, got, full, strange)
		}
	}
}
