package verdict

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl/method"
	"whorl/method/expr"
	"whorl/method/methodtest"
	"whorl/osdb"
)

func records(t testing.TB, text string) osdb.Set {
	t.Helper()
	db, problems := osdb.Read(strings.NewReader(text), "test", "f.osdb")
	for _, p := range problems {
		t.Error(p)
	}
	return osdb.Set{db}
}

// installed loads the nmap-os-db of this machine alone.
func installed(t testing.TB) osdb.Set {
	t.Helper()
	set, _ := osdb.Load(osdb.Config{Places: osdb.Places{Nmap: osdb.PlacesOf(os.Getenv).Nmap}})
	if len(set) == 0 {
		t.Skip("no nmap-os-db is installed")
	}
	return set
}

// listers are the two ways to the same list.
func listers(t testing.TB, set osdb.Set, text string, m expr.Meaning) map[string]List {
	seen := methodtest.Lines(t, text)
	return map[string]List{"plain": slowly(set, seen, m), "compiled": Compile(set, m).Matcher().List(seen)}
}

func listText(l List) string {
	var b strings.Builder
	fmt.Fprintln(&b, l.State, l.Perfect())
	for _, m := range l.Matches {
		fmt.Fprintf(&b, "%s %d/%d\n", m.Entry.Name, m.Score.Num, m.Score.Den)
	}
	return b.String()
}

func TestList(t *testing.T) {
	// T1: R 100, DF 20, Q 20; T2: R 80, W 25.
	set := records(t, `Fingerprint below
T1(R=N)
T2(R=Y)

Fingerprint second of equals
T1(R=Y%DF=N%Q=)

Fingerprint twice, better later
T1(R=Y%DF=N)
T2(R=Y)

Fingerprint other with that score
T1(R=Y%DF=N%Q=)

Fingerprint twice, better later
T1(R=Y)
T2(R=Y%W=1)

Fingerprint twice, equal
T1(R=Y)

Fingerprint twice, equal
T2(R=Y)

Fingerprint twice, worse later
T1(R=Y)
T2(R=Y)

Fingerprint twice, worse later
T1(R=Y%DF=N)
T2(R=Y)

Fingerprint nothing to compare
U1(R=N)
`)
	for how, l := range listers(t, set, "T1(R=Y%DF=Y%Q=) T2(R=Y%W=1)", expr.Whorl) {
		want := `success 3
twice, better later 205/205
twice, equal 100/100
twice, worse later 180/180
second of equals 120/140
other with that score 120/140
`
		if d := cmp.Diff(want, listText(l)); d != "" {
			t.Error(how, d)
		}
	}
	for how, l := range listers(t, set, "IE(R=N)", expr.Whorl) {
		if l.State != NoMatches || len(l.Matches) > 0 {
			t.Errorf("%s: %s", how, listText(l))
		}
	}
}

// many writes n records that score perfectly or not.
func many(n int, name, tests string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "Fingerprint %s %d\nClass v | %s | %d | t\n%s\n\n", name, i, name, i%40, tests)
	}
	return b.String()
}

func TestListIsCut(t *testing.T) {
	const good, bad, worse = "T1(R=Y)", "T1(R=Y%DF=N)\nT2(R=Y)", "T1(R=Y%DF=N)"
	for _, c := range []struct {
		name, text string
		state      State
		perfect, n int
		last       string
		classes    int
		tooMany    bool
	}{
		{"36 perfect", many(36, "a", good), Success, 36, 36, "a 35", 36, false},
		{"37 perfect", many(37, "a", good), TooMany, 36, 36, "a 35", 36, false},
		{"37 perfect, two of a name", many(36, "a", good) + many(1, "a", good), Success, 36, 36, "a 35", 36, false},
		{"perfect ones push out", many(40, "b", bad) + many(30, "a", good), Success, 30, 36, "b 5", 30, false},
		{"better ones push out", many(40, "c", bad) + many(1, "b", "T1(R=Y%DF=N)\nT2(R=Y%W=1)"), Success, 0, 36, "c 34", 36, false},
		{"no worse ones", many(36, "b", bad) + many(5, "c", worse), Success, 0, 36, "b 35", 36, false},
		{"too many classes", many(1, "a", good) + "Fingerprint x\n" + classes(40) + good + "\n", Success, 2, 2, "x", 36, true},
		{"classes of perfect ones", many(3, "a", good) + many(9, "b", bad), Success, 3, 12, "b 8", 3, false},
	} {
		set := records(t, c.text)
		for how, l := range listers(t, set, "T1(R=Y%DF=Y) T2(R=Y%W=1)", expr.Whorl) {
			if l.State != c.state || l.Perfect() != c.perfect || len(l.Matches) != c.n || l.Matches[len(l.Matches)-1].Entry.Name != c.last {
				t.Errorf("%s, %s: %s", c.name, how, listText(l))
			}
			if k, tooMany := l.Classes(); len(k) != c.classes || tooMany != c.tooMany {
				t.Errorf("%s, %s: %d classes, %v", c.name, how, len(k), tooMany)
			}
		}
	}
}

func classes(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "Class v | f | %d | t\n", i)
	}
	return b.String()
}

// A Linux 6.18 host one hop away, as Nmap 7.93 printed it.
const linux618 = `SEQ(SP=105%GCD=1%ISR=10A%TI=Z%CI=Z%II=I%TS=21)
` + methodtest.LinuxAnswers

// The scores that Nmap 7.93 itself gave this host with its own database of 2022.
func TestListAsNmap(t *testing.T) {
	set := installed(t)
	if set[0].Date != "2022-02-18" {
		t.Skipf("the installed nmap-os-db is of %s; the figures are known for 2022-02-18", set[0].Date)
	}
	want := []string{"3165/3265", "2570/2685", "2555/2685", "2415/2545", "3160/3365", "3160/3365", "3150/3365", "3150/3365", "3000/3205", "2505/2685"}
	for how, l := range listers(t, set, linux618, expr.Nmap793) {
		var got []string
		for _, m := range l.Matches[:min(len(l.Matches), len(want))] {
			got = append(got, fmt.Sprintf("%d/%d", m.Score.Num, m.Score.Den))
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(how, d)
		}
		if l.State != Success || l.Perfect() != 0 || l.Matches[0].Accuracy.Percent() != 96 {
			t.Errorf("%s: %s", how, listText(l))
		}
	}
}

func ExampleMatcher_List() {
	db, _ := osdb.Read(strings.NewReader("Fingerprint Example OS 1.0\nT1(R=Y%DF=Y%F=AS)\n"), osdb.User, "mine.osdb")
	m := Compile(osdb.Set{db}, expr.Whorl).Matcher()
	l, _ := method.ParseLine("T1(R=Y%DF=N%F=AS)")
	for _, match := range m.List([]method.Line{l}).Matches {
		fmt.Printf("%s %d%% (%d of %d points)\n", match.Entry.Name, match.Accuracy.Percent(), match.Score.Num, match.Score.Den)
	}
	// Output: Example OS 1.0 86% (130 of 150 points)
}
