package backoff_test

import (
	"testing"

	"whorl/data"
	"whorl/method/backoff"
	"whorl/osdb"
)

func TestDevicesX(t *testing.T) {
	set, _ := osdb.Load(osdb.Config{Embedded: data.Files})
	var records []backoff.Reference
	var families []string
	for _, e := range set.Entries() {
		r, _ := backoff.NewReference(e.Extra)
		if len(r) > 0 {
			records, families = append(records, r), append(families, e.Classes[0].Family)
		}
	}
	ranker := backoff.NewRanker(records, backoff.DefaultParams())
	top := func(p []float64) (string, float64) {
		sums := map[string]float64{}
		best := ""
		for i, v := range p {
			sums[families[i]] += v
			if sums[families[i]] > sums[best] {
				best = families[i]
			}
		}
		return best, sums[best]
	}
	lin := "LastAck(G=0.21,0.21,0.43,0.82,1.67,3.45%E=none%T=8%R=0.001%B=0.0006)\nFinWait1(G=0.21,0.21,0.43,0.82,1.67,3.45%E=none%T=8%R=0.001%B=0.0006)\n"
	gv := "LastAck(G=0.2,0.2,0.4,0.8,1.6,3.2%E=none%T=8%R=0.001%B=0.0006)\nFinWait1(G=0.2,0.2,0.4,0.8,1.6,3.2%E=none%T=8%R=0.001%B=0.0006)\n"
	lw := "LastAck(G=2.65,6,12,24%E=none%T=60%R=0.001%B=0.0006)\nFinWait1(G=2.85,6,12,24%E=none%T=60%R=0.001%B=0.0006)\n"
	slin := "SynRcvd(G=1.043,2.012,4.26,8.19,16.13%E=none%T=60%B=0.0006)\n"
	sgv := "SynRcvd(G=1,2,4,8,16,32%E=none%T=80%B=0.0006)\n"
	slw := "SynRcvd(G=2.7,6%E=none%T=60%B=0.0006)\n"
	for _, c := range []struct{ name, text string }{
		{"linux", slin + lin}, {"gvisor", sgv + gv}, {"lwip", slw + lw},
		{"linux held", slin + lin + "Held(G=1.83,2.56,4.86,9.73%E=none%T=22%R=0.8%B=0.0006)"},
		{"gvisor held", sgv + gv + "Held(G=1.8,2.4,4.8,9.6%E=none%T=22%R=0.8%B=0.0006)"},
		{"lwip held", slw + lw + "Held(G=2.95,6,12,24%E=none%T=60%R=0.8%B=0.0006)"},
		{"linux>gvisor", slin + gv}, {"linux>gvisor 8s", "SynRcvd(G=1.043,2.012,4.26%E=none%T=8%B=0.0006)\n" + gv},
		{"linux>lwip", slin + lw}, {"gvisor>linux", sgv + lin}, {"gvisor>lwip", sgv + lw}, {"lwip>linux", slw + lin}, {"lwip>gvisor", slw + gv},
		{"lwip>linux held", slw + lin + "Held(G=0.21,0.21,0.43,0.82,1.67,3.45%E=none%T=8%R=0.8%B=0.0006)"},
		{"gvisor>linux held", sgv + lin + "Held(G=0.21,0.21,0.43,0.82,1.67,3.45%E=none%T=8%R=0.8%B=0.0006)"},
		{"linux>linux held", slin + lin + "Held(G=0.21,0.21,0.43,0.82,1.67,3.45%E=none%T=8%R=0.8%B=0.0006)"},
		{"synproxy>gvisor", "SynRcvd(G=%E=none%T=22%B=0.0006)\nFinWait1(G=2.33,4.65,9.31%E=none%T=20%R=0.0006%B=0.0006)"},
		{"synproxy>gvisor lf", "SynRcvd(G=%E=none%T=22%B=0.0006)\nLastAck(G=2.07,4.14,8.27%E=none%T=20%R=0.0006%B=0.0006)\nFinWait1(G=2.33,4.65,9.31%E=none%T=20%R=0.0006%B=0.0006)"},
		{"synproxy>linux", "SynRcvd(G=%E=none%T=22%B=0.0006)\n" + lin},
		{"cookies", "SynRcvd(G=%E=none%T=22%B=0.0006)\nLastAck(G=3.22,6.14,12.03%E=none%T=30%R=0.0006%B=0.0006)\nFinWait1(G=3.21,6.13,12.03%E=none%T=30%R=0.0006%B=0.0006)"},
		{"windows?", "SynRcvd(G=3,6%E=none%T=30%B=0.0006)\nLastAck(G=2.9,5.9,12%E=none%T=30%R=0.0006%B=0.0006)"},
	} {
		p, err := backoff.Parse(c.text)
		if err != nil {
			t.Fatal(err)
		}
		d := ranker.Devices(backoff.Runs(p), nil)
		f, pf := top(d.Front())
		b, pb := top(d.Behind())
		rk := ranker.Rank(backoff.Runs(p))
		t.Logf("%-20s %v factor %6.1f front %s %.3f behind %s %.3f; rank %s %.3f unknown %.3f", c.name, d != nil, d.Factor, f, pf, b, pb, families[rk.Groups[0].Records[0]], rk.Groups[0].Posterior, rk.Unknown)
	}
}
