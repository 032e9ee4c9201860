package backoff

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// ranker has the schedules that temporal.md measured, and common ones.
func ranker(t testing.TB) (*Ranker, []string) {
	t.Helper()
	var records []Reference
	names := []string{}
	for _, r := range []struct {
		name  string
		lines string
	}{
		{"Linux", linuxSyn + "\n" + linuxFin + "\nFinWait1" + strings.TrimPrefix(linuxFin, "LastAck")},
		{"gVisor", gvisor + "\n" + gvisFin + "\nFinWait1" + strings.TrimPrefix(gvisFin, "LastAck")},
		{"lwIP", "SynRcvd(G=2.75,6%S=0.14%E=none)\nLastAck(G=2.75,6,12,24,48%S=0.14%E=none)"},
		{"Windows 7", "SynRcvd(G=3,6,12%E=rst)"},
		{"FreeBSD", "SynRcvd(G=2.99,6,12%E=none)"},
		{"F5", "SynRcvd(G=3,6,12%E=none)"},
		{"cookies", "SynRcvd(G=%E=none)"},
		{"nothing", ""},
	} {
		ref, errs := NewReference(parseLines(r.lines))
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		records, names = append(records, ref), append(names, r.name)
	}
	return NewRanker(records, DefaultParams()), names
}

func TestRank(t *testing.T) {
	r, names := ranker(t)
	for text, want := range map[string][]string{
		"SynRcvd(G=1.04,2.01,4.26,8.19,16.13%E=none%T=60%B=0.001)":                              {"Linux"},
		"SynRcvd(G=3.01,6,12%E=none%T=60%B=0.001)":                                              {"FreeBSD", "F5"},
		"SynRcvd(G=3,6,12%E=rst%T=21%B=0.001)":                                                  {"Windows 7"},
		"LastAck(G=2.07,4.14,8.27%E=none%T=22%R=0.69%B=0.001)":                                  {"gVisor"},
		"SynRcvd(G=%E=none%T=22%B=0.001)":                                                       {"cookies"},
		"Held(G=1.83,2.56,4.86,9.73%E=none%T=22%R=0.8%B=0.001)":                                 {"Linux"},
		"SynRcvd(G=2.6,6%E=none%T=40%B=0.001)\nLastAck(G=2.7,6,12%E=none%T=40%R=0.001%B=0.001)": {"lwIP"},
	} {
		p, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		ranking := r.Rank(Runs(p))
		var got []string
		for _, i := range ranking.Groups[0].Records {
			got = append(got, names[i])
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) || ranking.Groups[0].Posterior < 0.9 || ranking.Fitted != nil {
			t.Errorf("%s: %v with %.3f, want %v; unknown %.3f", text, got, ranking.Groups[0].Posterior, want, ranking.Unknown)
		}
		sum := ranking.Unknown
		for _, g := range ranking.Groups {
			sum += g.Posterior
		}
		if sum < 0.999 || sum > 1.001 {
			t.Errorf("%s: posteriors sum up to %v", text, sum)
		}
	}
}

// A schedule that no record has is said to be unknown, with a line to submit.
func TestUnknown(t *testing.T) {
	r, _ := ranker(t)
	ranking := r.Rank([]Run{*observed(t, "SynRcvd(G=0.7,1.4,2.8,5.6,11.2,11.2,11.2%E=rst%T=44.1%B=0.001)")})
	if len(ranking.Fitted) != 1 || ranking.Fitted[0].Line().String() != "SynRcvd(G=0.7,1.4,2.8,5.6,11.2,11.2,11.2%E=rst)" {
		t.Errorf("%v, unknown %.3f", ranking.Fitted, ranking.Unknown)
	}
	if got := r.Rank([]Run{{State: LastAck}}); len(got.Groups) != 0 || got.Fitted != nil {
		t.Errorf("of nothing: %v", got)
	}
}

// The running verdict ends an exchange long before its time, and not before the two
// schedules that begin alike are told apart.
func TestDecides(t *testing.T) {
	r, names := ranker(t)
	for _, c := range []struct {
		host    *host
		want    string
		between [2]time.Duration
	}{
		{&host{syn: gaps("1.04,2.01,4.26,8.19,16.13"), fin: linux().fin}, "Linux", [2]time.Duration{2 * time.Second, 20 * time.Second}},
		{&host{syn: gaps("1,2,4,8,16,32"), fin: gaps("0.2,0.2,0.4,0.8,1.6,3.2,6.4,12.8")}, "gVisor", [2]time.Duration{2 * time.Second, 20 * time.Second}},
		{&host{syn: gaps("3,6,12"), reset: 12 * time.Second, keeps: true}, "", [2]time.Duration{20 * time.Second, 60 * time.Second}},
		{&host{syn: gaps("3,6"), reset: 12 * time.Second, keeps: true}, "Windows 7", [2]time.Duration{10 * time.Second, 60 * time.Second}},
	} {
		w := newWire(t, c.host, Options{Decide: r.Decide})
		took := w.run()
		if took < c.between[0] || took > c.between[1] {
			t.Errorf("%s: took %v, want %v", c.want, took, c.between)
		}
		ranking := r.Rank(w.m.Runs(w.m.Last))
		if got := names[ranking.Groups[0].Records[0]]; c.want != "" && got != c.want {
			t.Errorf("%s with %.3f, want %s: %v", got, ranking.Groups[0].Posterior, c.want, w.m.Measure())
		}
	}
}

func TestAlike(t *testing.T) {
	a := schedule(t, "SynRcvd(G=3,6,12%E=none)")
	for text, want := range map[string]bool{
		"SynRcvd(G=3.6,6.5,13%E=none)": true,
		"SynRcvd(G=3,7,12%E=none)":     false,
		"SynRcvd(G=3,6,12%E=rst)":      false,
		"SynRcvd(G=3,6%E=none)":        false,
		"SynRcvd(G=9,6,12%E=none)":     false,
		"SynRcvd(G=3,6,12%W=Y%E=none)": false,
		"FinWait1(G=3,6,12%E=none)":    false,
	} {
		b := schedule(t, text)
		if a.Alike(b) != want || b.Alike(a) != want {
			t.Errorf("%s: want %v", text, want)
		}
	}
}

// What is left out for speed changes no ranking: runs that were drawn are ranked as by
// the likelihoods of all schedules.
func TestLeftOut(t *testing.T) {
	all := stacks(t)
	var records []Reference
	for _, s := range all {
		records = append(records, Reference{s.Schedule})
	}
	r := NewRanker(records, DefaultParams())
	source := rand.New(rand.NewPCG(5, 6))
	for i := range 24 {
		run, ok := draw(source, &all[source.IntN(len(all))].Schedule, path{time.Duration(1+i*i) * time.Millisecond, 0.02})
		if !ok {
			continue
		}
		fast := r.Rank([]Run{run})
		logs, total := make([]float64, len(records)), math.Log(r.params.Unknown)
		_, fit := Fit(&run, r.params)
		total += fit
		for n := range records {
			logs[n], _ = records[n].LogLikelihood(&run, r.params)
			logs[n] += math.Log((1 - r.params.Unknown) / float64(len(records)))
			total = logAdd(total, logs[n])
		}
		for n, got := range fast.Records {
			if want := math.Exp(logs[n] - total); math.Abs(got-want) > 0.003 {
				t.Errorf("%v: %s has %.4f, want %.4f", run.Line(), all[n].class, got, want)
			}
		}
	}
}

// The same of records that tell of FINs, also of such as one state speaks for and another
// against.
func TestLeftOutFIN(t *testing.T) {
	r, names := ranker(t)
	for _, text := range []string{synLinux + finLinux, synLinux + finGVisor,
		synLinux + "LastAck(G=2.7,6,12%E=none%T=40%R=0.001%B=0.001)", "SynRcvd(G=2.6,6%E=none%T=40%B=0.02)\n" + finGVisor} {
		p, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		w := r.Weigh(Runs(p))
		fast := w.Rank()
		w.compute(everything)
		for i, want := range w.Rank().Records {
			if got := fast.Records[i]; math.Abs(got-want) > 0.003 {
				t.Errorf("%s: %s has %.4f, want %.4f", text, names[i], got, want)
			}
		}
	}
}
