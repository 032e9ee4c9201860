package verdict

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"whorl"
	"whorl/data"
	"whorl/method"
	"whorl/method/methodtest"
	"whorl/osdb"
)

func hostOf(lines []method.Line) *whorl.Host {
	var b []byte
	for _, l := range lines {
		b = append(l.AppendTo(b), '\n')
	}
	return &whorl.Host{Observations: []whorl.Observation{{Method: "gen2", Print: string(b)}}}
}

func ours(t testing.TB) *Judge {
	return NewJudges(embedded(t), Options{}).New()
}

// everything answers every probe with a SYN-ACK of its own, as some tar pits do.
const everything = "SEQ(SP=0%GCD=FFFF%ISR=0%TI=RI%CI=RI%II=RI%SS=O%TS=U)" +
	"OPS(O1=%O2=%O3=%O4=%O5=%O6=)WIN(W1=3%W2=3%W3=3%W4=3%W5=3%W6=3)" +
	"ECN(R=Y%DF=N%T=FF%W=3%O=%CC=S%Q=RU)T1(R=Y%DF=N%T=FF%S=Z%A=O%F=AS%RD=1%Q=RU)" +
	"T2(R=Y%DF=N%T=FF%W=3%S=Z%A=O%F=AS%O=%RD=1%Q=RU)T3(R=Y%DF=N%T=FF%W=3%S=Z%A=O%F=AS%O=%RD=1%Q=RU)" +
	"T4(R=Y%DF=N%T=FF%W=3%S=Z%A=O%F=AS%O=%RD=1%Q=RU)T5(R=Y%DF=N%T=FF%W=3%S=Z%A=O%F=AS%O=%RD=1%Q=RU)" +
	"T6(R=Y%DF=N%T=FF%W=3%S=Z%A=O%F=AS%O=%RD=1%Q=RU)T7(R=Y%DF=N%T=FF%W=3%S=Z%A=O%F=AS%O=%RD=1%Q=RU)" +
	"U1(R=Y%DF=N%T=FF%IPL=1C%UN=7%RIPL=0%RID=0%RIPCK=Z%RUCK=0%RUD=I)IE(R=Y%DFI=O%T=FF%CD=O)"

func TestUnknown(t *testing.T) {
	for _, set := range []osdb.Set{embedded(t), append(embedded(t), installedOrNone()...)} {
		j := NewJudges(set, Options{}).New()
		for _, c := range []struct{ name, print, why string }{
			{"nothing was printed", "", "nothing answered"},
			{"nothing answered", "T1(R=N)\nT5(R=N)\nIE(R=N)\n", "nothing answered"},
			{"only pings", "IE(R=Y%DFI=N%T=40%CD=S)\nU1(R=N)\n", "too little answered"},
			{"one closed port", "T5(R=Y%DF=Y%T=40%W=0%S=Z%A=S+%F=AR%O=%RD=0%Q=)\nT6(R=Y%DF=Y%T=40%W=0%S=A%A=Z%F=R%O=%RD=0%Q=)\nT7(R=Y%DF=Y%T=40%W=0%S=Z%A=S+%F=AR%O=%RD=0%Q=)\nU1(R=N)\nIE(R=N)\n", ""},
			{"everything answers", everything, ""},
			{"what is no print", "hello", "gen2: no fingerprint"},
		} {
			h := &whorl.Host{Observations: []whorl.Observation{{Method: "gen2", Print: c.print}}}
			j.Judge(h)
			if len(h.Verdicts) == 0 {
				t.Errorf("%s: no verdict", c.name)
				continue
			}
			v := h.Verdicts[0]
			if v.Name != whorl.Unknown || v.Confidence != 0 || v.Source.Text == "" || !strings.Contains(v.Source.Text, c.why) {
				t.Errorf("%s: %s, %.2f: %s; want unknown: %s", c.name, v.Name, v.Confidence, v.Source.Text, c.why)
			}
		}
	}
	h := &whorl.Host{Observations: []whorl.Observation{{Method: "claim", Print: "x"}}, Verdicts: []whorl.Verdict{{}}}
	ours(t).Judge(h)
	if h.Verdicts != nil {
		t.Errorf("a host that was not fingerprinted has verdicts: %v", h.Verdicts)
	}
	j := NewJudges(nil, Options{}).New()
	h = hostOf(methodtest.Lines(t, linux618))
	j.Judge(h)
	if len(h.Verdicts) != 1 || h.Verdicts[0].Name != whorl.Unknown {
		t.Errorf("without databases: %v", h.Verdicts)
	}
}

// installedOrNone is nmap-os-db where it is.
func installedOrNone() osdb.Set {
	set, _ := osdb.Load(osdb.Config{Places: osdb.Places{Nmap: []string{"/usr/share/nmap/nmap-os-db"}}})
	return slices.DeleteFunc(set, func(d *osdb.DB) bool { return len(d.Entries) == 0 })
}

// Every record of ours, playing a host, is named as itself or its family by our records
// alone, or the answer is that it cannot be told: many say no more than one packet does,
// and others say that too. Then it is mostly the nearest. The shares are what was reached.
func TestEmbeddedRecordsAreNamed(t *testing.T) {
	j := ours(t)
	r := rand.New(rand.NewPCG(10, 1))
	right, unknown, nearest, n := 0, 0, 0, 0
	for _, e := range withGen2(embedded(t)).Entries() {
		h := hostOf(Subject(e.Gen2, r))
		j.Judge(h)
		n++
		switch v := h.Verdicts[0]; {
		case isOf(v, e):
			right++
		case v.Name != whorl.Unknown:
			t.Logf("%s: taken for %s", e.Name, v.Name)
		default:
			unknown++
			if isOf(h.Verdicts[1], e) {
				nearest++
			}
		}
	}
	t.Logf("of %d, %d are right, %d unknown, of these %d with the right one nearest", n, right, unknown, nearest)
	if wrong := n - right - unknown; wrong > n/100 || right < n*60/100 || nearest < unknown/2 {
		t.Errorf("of %d, %d are right, %d wrong, %d unknown, of these %d with the right one nearest", n, right, wrong, unknown, nearest)
	}
}

// isOf reports whether a verdict names a record or one of its families.
func isOf(v whorl.Verdict, e *osdb.Entry) bool {
	return v.Name == e.Name || slices.ContainsFunc(classesOf(e), func(c whorl.Class) bool {
		return v.Vendor == c.Vendor && v.Family == c.Family || strings.Contains(v.Name, joinName(c.Vendor, c.Family))
	})
}

// A host behind a stateful firewall and one whose tunnel lowers the MSS keep their name.
func TestSeenWorse(t *testing.T) {
	j := ours(t)
	r := rand.New(rand.NewPCG(11, 1))
	for _, change := range []func([]method.Line, *References, *rand.Rand) []method.Line{firewall, tunnel, noClosedPort} {
		h := hostOf(change(methodtest.Lines(t, linux618), j.refs, r))
		j.Judge(h)
		if v := h.Verdicts[0]; v.Family != "Linux" || !strings.HasPrefix(v.Name, "Linux") || single(v.Name) {
			t.Errorf("%s: %s, %.2f", h.Observations[0].Print, v.Name, v.Confidence)
		}
	}
}

// The list has no record twice, is ranked within each rule, and stays short.
func TestVerdictsAreAList(t *testing.T) {
	set := append(embedded(t), installed(t)...)
	j := NewJudges(set, Options{}).New()
	r := rand.New(rand.NewPCG(12, 1))
	for range 100 {
		h := hostOf(subject(r, withGen2(set)))
		j.Judge(h)
		seen := map[whorl.Source]bool{}
		for i, v := range h.Verdicts {
			if seen[v.Source] {
				t.Errorf("%v stands twice", v.Source)
			}
			seen[v.Source] = true
			if v.Name == "" || v.Confidence < 0 || v.Confidence > surest || v.Accuracy < 0 || v.Accuracy > 1 {
				t.Errorf("%+v", v)
			}
			if i > 0 && h.Verdicts[i-1].Rule == whorl.RuleNmap && (v.Rule != whorl.RuleNmap || v.Accuracy > h.Verdicts[i-1].Accuracy) {
				t.Errorf("%v after %v", v, h.Verdicts[i-1])
			}
		}
		if v := h.Verdicts[0]; single(v.Name) && v.Confidence >= 0.8 && !strings.HasSuffix(v.Name, ".X") {
			t.Errorf("the headline names one version: %s", v.Name)
		}
	}
}

// Two families whose records say the same are a tie.
func TestTie(t *testing.T) {
	const same = "SEQ(TI=Z%TS=A)\nWIN(W1=1%W2=2%W3=3)\nT1(R=Y%DF=Y%T=40%Q=)\nT5(R=Y%W=0)\n\n"
	const other = "SEQ(TI=I%TS=1)\nWIN(W1=7%W2=8%W3=9)\nT1(R=Y%DF=N%T=80%Q=R)\nT5(R=N)\n\n"
	text := "Fingerprint a1\nClass V | Alpha | 1 | t\n" + same + "Fingerprint b1\nClass V | Beta | 1 | t\n" + same
	for i := range 6 {
		text += fmt.Sprintf("Fingerprint c%d\nClass V | Gamma | 1 | t\n", i) + other
	}
	j := NewJudges(records(t, text), Options{}).New()
	h := hostOf(joined(strings.ReplaceAll(same, "\n", "")))
	j.Judge(h)
	v := h.Verdicts[0]
	if v.Name != "V Alpha or V Beta" || v.Confidence < 0.8 || len(v.Classes) != 2 || v.Source.File != "" {
		t.Errorf("%+v", v)
	}
	if names := []string{h.Verdicts[1].Name, h.Verdicts[2].Name}; !slices.Equal(names, []string{"a1", "b1"}) {
		t.Errorf("the records of a tie: %v", names)
	}
}

// A family within a family is no tie with it: their probabilities have the same records.
func TestNoTieWithin(t *testing.T) {
	families := []family{{share: 0.7, members: []int{0, 1}}, {share: 0.4, members: []int{1}}}
	if v := tie(families, []float64{0.3, 0.4}, 0.8); v.Name != whorl.Unknown {
		t.Errorf("%+v", v)
	}
}

// Where records of ours tell of a family, they tell its version, even if foreign ones
// fit better.
func TestOwnRecordsDecideVersions(t *testing.T) {
	const tests = "SEQ(TI=Z%TS=A)\nWIN(W1=1%W2=2%W3=3)\nT1(R=Y%DF=Y%T=40%Q=)\nT5(R=Y%W=0)\n\n"
	own, _ := osdb.Read(strings.NewReader("Fingerprint Alpha 1 - 3\nClass V | Alpha | 1 | t\nWIN(W1=1|5%W2=2|5)\nT1(R=Y)\n\n"), osdb.Embedded, "own.osdb")
	text := "Fingerprint Alpha 2.1\nClass V | Alpha | 2 | t\n" + tests
	for i := range 6 {
		text += fmt.Sprintf("Fingerprint c%d\nClass V | Gamma | 1 | t\nSEQ(TI=I%%TS=1)\nWIN(W1=7%%W2=8%%W3=9)\nT1(R=Y%%DF=N%%T=80%%Q=R)\nT5(R=N)\n\n", i)
	}
	foreign := records(t, text)
	for _, c := range []struct {
		set  osdb.Set
		want string
	}{{append(osdb.Set{own}, foreign...), "Alpha 1 - 3"}, {foreign, "Alpha 2.1"}} {
		h := hostOf(joined(strings.ReplaceAll(tests, "\n", "")))
		NewJudges(c.set, Options{}).New().Judge(h)
		if v := h.Verdicts[0]; v.Name != c.want {
			t.Errorf("%s, %.2f, %s; want %s", v.Name, v.Confidence, v.Source.Text, c.want)
		}
	}
}

// Every verdict that rests on a record is explained by it, attribute by attribute.
func TestExplain(t *testing.T) {
	for _, o := range []Options{{}, {NmapOnly: true}} {
		j := NewJudges(embedded(t), o).New()
		h := hostOf(methodtest.Lines(t, linux618))
		j.Judge(h)
		j.Explain(h, len(h.Verdicts)+5)
		if len(h.Verdicts) == 0 {
			t.Fatal("no verdict")
		}
		for _, v := range h.Verdicts {
			weights := 0
			for _, e := range v.Evidence {
				if e.Weight != 0 {
					weights++
				}
				if e.Weight > 0 && !e.Agrees && !strings.HasPrefix(e.Attr, "O") && e.Attr != "SP" && e.Attr != "ISR" {
					t.Errorf("%s: %+v", v.Name, e)
				}
			}
			if len(v.Evidence) == 0 || (weights > 0) == o.NmapOnly {
				t.Errorf("%s: %d pieces of evidence, %d with a weight", v.Name, len(v.Evidence), weights)
			}
		}
	}
	h := hostOf(nil)
	j := ours(t)
	j.Judge(h)
	j.Explain(h, 3)
	if h.Verdicts[0].Evidence != nil {
		t.Error("the unknown rests on no record")
	}
}

func ExampleJudge() {
	set, _ := osdb.Load(osdb.Config{Embedded: data.Files})
	judge := NewJudges(set, Options{}).New()

	h := &whorl.Host{Observations: []whorl.Observation{{Method: "gen2", Print: linux618}}}
	judge.Judge(h)
	v := h.Verdicts[0]
	fmt.Println(v.Family, "sure:", v.Confidence > 0.8, "from:", v.Source.File)
	// Output: Linux sure: true from: linux.osdb
}

func BenchmarkJudge(b *testing.B) {
	set := append(embedded(b), installed(b)...)
	var list []*whorl.Host
	for _, h := range hosts(withGen2(set), 4096) {
		list = append(list, hostOf(h))
	}
	j := NewJudges(set, Options{}).New()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		j.Judge(list[i%len(list)])
	}
}

func BenchmarkNewJudges(b *testing.B) {
	set := append(embedded(b), installed(b)...)
	m := Embedded()
	for b.Loop() {
		NewJudges(set, Options{Model: m})
	}
}
