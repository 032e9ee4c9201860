package verdict

import (
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"whorl"
	"whorl/method/gen2"
)

// A memo says what a judge says, of hosts seen before as of others.
func TestMemo(t *testing.T) {
	set := embedded(t)
	judges := NewJudges(set, Options{})
	r := rand.New(rand.NewPCG(1, 1))
	prints := []string{"SCAN(V=1%OT=22%CT=1%CU=3%G=Y)\n" + everything}
	for _, e := range some(withGen2(set), 30).Entries() {
		prints = append(prints, gen2.Fingerprint{Tests: Subject(e.Gen2, r)}.String())
	}
	memo := NewMemo(judges.New(), 2, true)
	unknown, known, believed := 0, 0, 0
	for round := range 3 {
		for i, print := range prints {
			for _, far := range []int{1, 7} {
				fresh := judges.New()
				host := func() *whorl.Host {
					return &whorl.Host{Distance: &whorl.Hops{Count: far}, Observations: []whorl.Observation{{Method: "gen2", Print: print}},
						Uptime: &whorl.Uptime{Seconds: 1}, Sequences: &whorl.Sequences{ClockClass: "1000HZ"}}
				}
				want, got := host(), host()
				fresh.Judge(want)
				fresh.Explain(want, 2)
				memo.Judge(got)
				if d := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Addr{})); d != "" {
					t.Errorf("round %d, print %d, distance %d: -judge +memo\n%s", round, i, far, d)
				}
				if a, b := fresh.Undecided(want), memo.Undecided(got); a != b {
					t.Errorf("round %d, print %d: undecided %v, memo says %v", round, i, a, b)
				}
				if got.Verdicts[0].Name == whorl.Unknown {
					unknown++
				} else {
					known++
				}
				if got.Uptime != nil {
					believed++
				}
			}
		}
	}
	if unknown == 0 || known == 0 {
		t.Errorf("%d unknown and %d known: the test needs both", unknown, known)
	}
	if believed == 0 || believed == unknown+known {
		t.Errorf("the uptimes of %d of %d are believed: the test needs others too", believed, unknown+known)
	}
	if len(memo.known) == 0 {
		t.Error("nothing is remembered")
	}
}

// What differs only in when and over which ports it was seen is the same.
func TestRestsOn(t *testing.T) {
	key := func(print string) string {
		return restsOn(&whorl.Host{Observations: []whorl.Observation{{Method: "gen2", Print: print}}})
	}
	base := "SCAN(V=1%D=11/21%OT=22%CT=81%CU=30001%G=Y%TM=1%P=x)\nT1(R=Y)\n"
	for print, same := range map[string]bool{
		"SCAN(V=1%D=11/22%OT=80%CT=1%CU=40001%G=Y%TM=2%P=x)\nT1(R=Y)\n":  true,
		"SCAN(V=1%D=11/21%OT=22%CT=%CU=30001%G=Y%TM=1%P=x)\nT1(R=Y)\n":   false,
		"SCAN(V=1%D=11/21%OT=22%CT=81%CU=30001%G=N%TM=1%P=x)\nT1(R=Y)\n": false,
		"SCAN(V=1%D=11/21%OT=22%CT=81%CU=30001%G=Y%TM=1%P=x)\nT1(R=N)\n": false,
	} {
		if (key(print) == key(base)) != same {
			t.Errorf("%q: same is %v", print, !same)
		}
	}
}
