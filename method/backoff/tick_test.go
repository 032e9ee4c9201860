package backoff_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"whorl/data"
	"whorl/method/backoff"
	"whorl/osdb"
)

// embedded weighs times by the database of this project; families are those of its records.
func embedded(t *testing.T) (ranker *backoff.Ranker, families []string) {
	t.Helper()
	set, problems := osdb.Load(osdb.Config{Embedded: data.Files})
	for _, p := range problems {
		t.Error(p)
	}
	var records []backoff.Reference
	for _, e := range set.Entries() {
		r, _ := backoff.NewReference(e.Extra)
		records, families = append(records, r), append(families, e.Classes[0].Family)
	}
	return backoff.NewRanker(records, backoff.DefaultParams()), families
}

// likeliest is the family of the highest posterior.
func likeliest(r backoff.Ranking, families []string) (family string, posterior float64) {
	sums := map[string]float64{}
	for i, p := range r.Records {
		sums[families[i]] += p
	}
	for f, sum := range sums {
		if sum > posterior {
			family, posterior = f, sum
		}
	}
	return family, posterior
}

// lwIP is what is seen of lwIP until 10 s after its SYN-ACK, which was sent so many seconds
// after a tick. Its ticks, of half a second, are longer by a part.
func lwIP(after, slow float64) string {
	tick := 0.5 * (1 + slow)
	var b strings.Builder
	for _, f := range []struct {
		state string
		begun float64
		ticks float64 // until the first copy, the one in which it begins included
	}{{"SynRcvd", 0, 6}, {"LastAck", 0.001, 5}, {"FinWait1", 0.001, 4}, {"Held", 0.801, 7}} {
		first := f.ticks*tick - math.Mod(after+f.begun, tick)
		gaps := fmt.Sprintf("%.3f", first)
		if next := 2 * f.ticks * tick; f.begun+first+next < 10 {
			gaps += fmt.Sprintf(",%.3f", next)
		}
		fmt.Fprintf(&b, "%s(G=%s%%E=none%%T=%.3f%%B=0.0001", f.state, gaps, 10-f.begun)
		if f.state != "SynRcvd" {
			fmt.Fprintf(&b, "%%R=%.4f", max(f.begun, 0.0006))
		}
		b.WriteString(")\n")
	}
	return b.String()
}

// Beside busy loops ticks are longer by up to 6 % (measured). Neither that nor where in a tick
// it was asked makes another system of lwIP.
func TestTicks(t *testing.T) {
	ranker, families := embedded(t)
	for _, slow := range []float64{0, 0.001, 0.004, 0.006, 0.01, 0.018, 0.03, 0.045, 0.06} {
		for after := 0.03; after < 0.5; after += 0.11 {
			print, err := backoff.Parse(lwIP(after, slow))
			if err != nil {
				t.Fatal(err)
			}
			if got, p := likeliest(ranker.Rank(backoff.Runs(print)), families); got != "lwIP" || p < 0.9 {
				t.Errorf("ticks longer by %.1f %%, %.0f ms after one: %s with %.3f\n%s", 100*slow, 1000*after, got, p, print)
			}
		}
	}
}

// Copies that do not come at the ends of the same ticks say less for one host.
func TestOtherTicks(t *testing.T) {
	ranker, families := embedded(t)
	odds := func(text string) float64 {
		print, err := backoff.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		got, p := likeliest(ranker.Rank(backoff.Runs(print)), families)
		if got != "lwIP" {
			t.Fatalf("%s with %.3f\n%s", got, p, print)
		}
		return p / (1 - p)
	}
	same := lwIP(0.3, 0)
	apart := strings.Replace(same, "Held(G=3.399", "Held(G=3.149", 1)
	if apart == same {
		t.Fatal(same)
	}
	if one, two := odds(same), odds(apart); one < 5*two {
		t.Errorf("odds of lwIP: %.1f with one tick, %.1f with two", one, two)
	}
}
