package backoff

import "testing"

// One run against all stacks of the Hershel+ data, as at each decision.
func BenchmarkRank(b *testing.B) {
	var records []Reference
	for _, s := range stacks(b) {
		records = append(records, Reference{s.Schedule})
	}
	r := NewRanker(records, DefaultParams())
	run := *observed(b, "SynRcvd(G=3.2,6.01,12.02,24.1%E=none%T=60%B=0.02)")
	b.ReportAllocs()
	for b.Loop() {
		if g := r.Rank([]Run{run}); len(g.Groups) == 0 {
			b.Fatal("nothing")
		}
	}
}
