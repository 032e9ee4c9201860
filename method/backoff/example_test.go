package backoff_test

import (
	"fmt"

	"whorl/method"
	"whorl/method/backoff"
)

func records(lines ...string) (out []backoff.Reference) {
	for _, text := range lines {
		l, _ := method.ParseLine(text)
		r, _ := backoff.NewReference([]method.Line{l})
		out = append(out, r)
	}
	return out
}

func ExampleRanker() {
	names := []string{"Linux", "gVisor", "NetBSD"}
	ranker := backoff.NewRanker(records(
		"SynRcvd(G=1,2,4,8,16%J=0.004%W=Y)",
		"SynRcvd(G=1,2,4,8,16,32%J=0.001)",
		"SynRcvd(G=3,6,12,24)",
	), backoff.DefaultParams())
	seen, err := backoff.Parse("SynRcvd(G=1.003,2.016,4.128%E=none%T=8%B=0.0005)")
	best := ranker.Rank(backoff.Runs(seen)).Groups[0]
	fmt.Println(names[best.Records[0]], best.Posterior > 0.99, err)
	// Output: Linux true <nil>
}

func ExampleFit() {
	seen, _ := backoff.Parse("SynRcvd(G=0.71,1.4,2.8,5.61,5.6,5.6%E=rst%T=21.7)")
	unknown, _ := backoff.Fit(&backoff.Runs(seen)[0], backoff.DefaultParams())
	fmt.Println(unknown.Line())
	// Output: SynRcvd(G=0.7,1.4,2.8,5.6,5.6,5.6%E=rst)
}

func ExampleGuesses() {
	syn, _ := backoff.ParseCronOS("CronOS_Syn(nbPkt=3%Time=60%p=2990000%p=6000000%p=12000000)")
	refs := records("SynRcvd(G=2.99,6,12)", "SynRcvd(G=3,6,12,24)", "SynRcvd(G=2.95,6.01,12.02)")
	guesses := backoff.Guesses([]backoff.CronOS{syn}, refs)
	fmt.Printf("%s\n", backoff.AppendGuesses(nil, guesses, []string{"FreeBSD 4", "NetBSD 4", "Windows NT 4"}))
	// Output: Remote OS guesses: FreeBSD 4 (1success/1tests), Windows NT 4 (1success/1tests)
}

func ExampleParseStates() {
	set, err := backoff.ParseStates("sl")
	fmt.Println(set, set.Has(backoff.FinWait1), err)
	// Output: sl false <nil>
}
