package verdict

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl"
	"whorl/method/deep"
	"whorl/method/methodtest"
	"whorl/osdb"
)

// Measured on Debian's 6.16.3 (lab/up qemu).
const (
	linux616 = `SEQ(SP=FA%GCD=1%ISR=10E%TI=Z%CI=Z%II=I%TS=A)
` + methodtest.LinuxAnswers
	linux616Deep = `CLK(HZ=3E8%OFF=S)
ISN4(C=T%R=BF)
AE(R=Y%B=0%O=N)
AN(R=Y%B=1%O=N)
MD5(R=N)
AO(R=Y%F=AS)
EC(R=Y%ID=O%TOS=S%TTL=O)
RT(R=Y%ID=Z%TOS=D)
QU(IPL=240%TOS=C0)
BU(N=5)
`
)

// linux616Deep6 is the same over IPv6, measured on Debian's 6.16.3 and 6.16.12.
var linux616Deep6, _, _ = strings.Cut(linux616Deep, "EC(")

func probedHost(gen2, deep string) *whorl.Host {
	h := &whorl.Host{Distance: &whorl.Hops{Count: 1, Method: whorl.DistanceDirect}, Observations: []whorl.Observation{{Method: "gen2", Print: gen2}}}
	if deep != "" {
		h.Observations = append(h.Observations, whorl.Observation{Method: "deep", Print: deep})
	}
	return h
}

// Deep probes tell versions apart that the others do not, each by what it is sure of.
func TestDeepVersions(t *testing.T) {
	judges := []*Judge{ours(t), NewJudges(append(embedded(t), installedOrNone()...), Options{}).New()}
	replace := func(text string, pairs ...string) string { return strings.NewReplacer(pairs...).Replace(text) }
	noClock := replace(linux616, "TS=A", "TS=U", "ST11", "NNS", "NNT11", "", "FE88", "FAF0", "M5B4NNSNNS", "M5B4NNSN")
	for _, c := range []struct{ name, gen2, deep, want string }{
		{"no deep probes", linux616, "", "Linux 4.15 - 6.19"},
		{"without ECE", linux616, linux616Deep, "Linux 6.16 - 6.17"},
		{"with ECE", linux616, replace(linux616Deep, "AE(R=Y%B=0", "AE(R=Y%B=1"), "Linux 4.15 - 6.19"},
		{"ECN is off", linux616, replace(linux616Deep, "AN(R=Y%B=1", "AN(R=Y%B=0"), "Linux 4.15 - 6.19"},
		{"AN was lost", linux616, replace(linux616Deep, "AN(R=Y%B=1%O=N)\n", ""), "Linux 4.15 - 6.19"},
		{"late", replace(linux616, "TS=A", "TS=21"), replace(linux616Deep, "OFF=S", "OFF=P", "B=0", "B=1"), "Linux 6.1 - 7.3"},
		{"late, and the AE bit is cleared", replace(linux616, "TS=A", "TS=21"), replace(linux616Deep, "OFF=S", "OFF=P"), "Linux 6.1 - 7.3"},
		{"no timestamps", noClock, "", "Linux 4.15 - 7.3"},
		{"no timestamps, deep", noClock, replace(linux616Deep, "CLK(HZ=3E8%OFF=S)", "CLK(OFF=U)", "B=0", "B=1"), "Linux 4.15 - 7.3"},
		{"garbage", linux616, "CLK(\nhello\n", "Linux 4.15 - 6.19"},
	} {
		for _, j := range judges {
			h := probedHost(c.gen2, c.deep)
			j.Judge(h)
			v := h.Verdicts[0]
			if v.Name != c.want || v.Confidence < 0.8 || v.Source.File != "linux.osdb" {
				t.Errorf("%s: %s, %.2f, %v; want %s", c.name, v.Name, v.Confidence, v.Source, c.want)
			}
		}
	}
}

// What a router in the path may have changed is told and not named.
func TestNarrowedOnlyNear(t *testing.T) {
	for _, c := range []struct {
		distance *whorl.Hops
		want     string
	}{{nil, "Linux 4.15 - 6.19"}, {&whorl.Hops{Count: 2}, "Linux 4.15 - 6.19"}, {&whorl.Hops{}, "Linux 6.16 - 6.17"}} {
		h := probedHost(linux616, linux616Deep)
		h.Distance = c.distance
		ours(t).Judge(h)
		v := h.Verdicts[0]
		told := slices.ContainsFunc(v.Notes, func(n string) bool { return strings.Contains(n, "as by Linux 6.16 - 6.17") })
		if v.Name != c.want || told != (v.Name == "Linux 4.15 - 6.19") {
			t.Errorf("distance %v: %s, %q; want %s", c.distance, v.Name, v.Notes, c.want)
		}
	}
}

// Nmap's rule lists a system once: the parts of a record are not in its list.
func TestPartsAreNotListed(t *testing.T) {
	for _, o := range []Options{{}, {NmapOnly: true}} {
		h := probedHost(linux616, linux616Deep)
		NewJudges(embedded(t), o).New().Judge(h)
		n := 0
		for _, v := range h.Verdicts {
			if v.Rule == whorl.RuleNmap && (v.Accuracy == 1 || v.Name == "Linux 6.16 - 6.17") {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d perfect matches or parts in the list of Nmap's rule, want 1", n)
		}
	}
}

// A host without deep probes is judged as if no record told of them.
func TestJudgedAsWithoutDeep(t *testing.T) {
	bare := filter(embedded(t), func(e *osdb.Entry) bool { return e.Within == "" })
	for _, d := range bare {
		for i, e := range d.Entries {
			plain := *e
			plain.Extra = nil
			d.Entries[i] = &plain
		}
	}
	o := Options{}
	with, without := NewJudges(embedded(t), o).New(), NewJudges(bare, o).New()
	for _, lines := range append(hosts(withGen2(embedded(t)), 200), methodtest.Lines(t, linux616)) {
		got, want := hostOf(lines), hostOf(lines)
		with.Judge(got)
		without.Judge(want)
		if d := cmp.Diff(want.Verdicts, got.Verdicts); d != "" {
			t.Fatalf("%v\n%s", lines, d)
		}
	}
}

// toyFamilies are a and b, which answer alike but for what deep lines say of them, and six
// others.
func toyFamilies(t *testing.T, a, b string) *Judge {
	const same = "SEQ(TI=Z%TS=A)\nWIN(W1=1%W2=2%W3=3)\nT1(R=Y%DF=Y%T=40%Q=)\nT5(R=Y%W=0)\n"
	text := "Fingerprint a1\nClass V | Alpha | 1 | t\n" + same + a + "\nFingerprint b1\nClass V | Beta | 1 | t\n" + same + b + "\n"
	for i := range 6 {
		text += fmt.Sprintf("Fingerprint c%d\nClass V | Gamma | 1 | t\nSEQ(TI=I%%TS=1)\nWIN(W1=7%%W2=8%%W3=9)\nT1(R=Y%%DF=N%%T=80%%Q=R)\nT5(R=N)\n\n", i)
	}
	return NewJudges(records(t, text), Options{}).New()
}

const toyHost6 = "SEQ6(TS=A)\nWIN6(W1=1%W2=2%W3=3)\nT1_6(R=Y%HLG=40%Q=)\nT5_6(R=Y%W=0)\n"

const toyHost = "SEQ(TI=Z%TS=A)\nWIN(W1=1%W2=2%W3=3)\nT1(R=Y%DF=Y%T=40%Q=)\nT5(R=Y%W=0)\n"

func TestDeepFamilies(t *testing.T) {
	const tied = "V Alpha or V Beta"
	for _, c := range []struct{ name, a, b, seen, want string }{
		{"nothing seen", "EC(ID=S)\n", "EC(ID=Z)\n", "", tied},
		{"one agrees", "EC(ID=S)\n", "EC(ID=Z)\n", "EC(R=Y%ID=Z)\n", "b1"},
		{"the other agrees", "EC(ID=S)\n", "EC(ID=Z)\n", "EC(R=Y%ID=S)\n", "a1"},
		{"both agree", "EC(ID=S|Z)\n", "EC(ID=Z)\n", "EC(R=Y%ID=Z)\n", tied},
		{"neither agrees", "EC(ID=S)\n", "EC(ID=Z)\n", "EC(R=Y%ID=O)\n", tied},
		{"another test was seen", "EC(ID=S)\n", "EC(ID=Z)\n", "RT(R=Y%ID=S)\n", tied},
		{"one says nothing, the other agrees", "EC(ID=S)\n", "", "EC(R=Y%ID=S)\n", tied},
		{"one says nothing, the other differs", "EC(ID=S)\n", "", "EC(R=Y%ID=Z)\n", tied},
		{"a box accepts connections for it", "CLK(OFF=S)\nISN4(C=T)\nEC(ID=S)\n", "", "CLK(OFF=R)\nISN4(C=K)\nEC(R=Y%ID=S)\n", tied},
		{"it differs in all, the other is not named for it", "CLK(OFF=S)\nISN4(C=T)\nEC(ID=S)\n", "", "CLK(OFF=R)\nISN4(C=K)\nEC(R=Y%ID=Z)\n", whorl.Unknown},
		{"both differ in all", "CLK(OFF=S)\nEC(ID=S)\n", "CLK(OFF=P)\nEC(ID=O)\n", "CLK(OFF=R)\nEC(R=Y%ID=Z)\n", whorl.Unknown},
	} {
		h := probedHost(toyHost, c.seen)
		toyFamilies(t, c.a, c.b).Judge(h)
		v := h.Verdicts[0]
		if v.Name == "V Beta or V Alpha" { // of equal ones, rounding says which is first
			v.Name = tied
		}
		if v.Name != c.want {
			t.Errorf("%s: %s, %.2f: %s; want %s", c.name, v.Name, v.Confidence, v.Source.Text, c.want)
		}
	}
}

// Whatever is seen, records that say nothing of it keep their probability, and the
// others have no more together than they had.
func TestReweigh(t *testing.T) {
	j := ours(t)
	r := rand.New(rand.NewPCG(20, 1))
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	for range 200 {
		seen, err := deep.Parse("CLK(HZ=3E8%OFF=" + pick("S", "P", "R", "U") + ")\nISN4(C=" + pick("T", "I", "K") +
			"%R=BF)\nEC(R=Y%ID=" + pick("S", "O", "Z") + "%TOS=S)\nRT(R=Y%ID=" + pick("O", "Z") + "%TOS=D)\n")
		if err != nil {
			t.Fatal(err)
		}
		before := make([]float64, len(j.entries))
		total := 0.0
		for i := range before {
			before[i] = math.Exp(20 * r.Float64())
			total += before[i]
		}
		after := slices.Clone(before)
		j.reweigh(after, seen)
		had, has := 0.0, 0.0
		for i := range before {
			if _, ok := j.deep[i].likelihood(seen); !ok {
				if before[i] != after[i] {
					t.Fatalf("%s: %g becomes %g", j.entries[i].Name, before[i], after[i])
				}
				continue
			}
			had, has = had+before[i], has+after[i]
		}
		if has > had*(1+1e-12) || has < had*math.Exp(deepDiffers)*(1-1e-12) || math.IsNaN(has) {
			t.Fatalf("%v: %g becomes %g", seen, had, has)
		}
	}
}

func TestUndecided(t *testing.T) {
	for _, c := range []struct {
		name, a, b, deep string
		want             bool
	}{
		{"they differ", "EC(ID=S)\n", "EC(ID=Z)\n", "", true},
		{"by ranges that meet", "QU(IPL=30-40)\n", "QU(IPL=38-240)\n", "", false},
		{"by ranges that do not", "QU(IPL=30-37)\n", "QU(IPL=38-240)\n", "", true},
		{"they say the same", "EC(ID=S|O)\n", "EC(ID=O|Z)\n", "", false},
		{"one says nothing", "EC(ID=S)\n", "", "", false},
		{"of different tests", "EC(ID=S)\n", "RT(ID=S)\n", "", false},
		{"over IPv6 alone", "BU6(N=6)\n", "BU6(N=7)\n", "", false},
		{"it has been tried", "EC(ID=S)\n", "EC(ID=Z)\n", "BU(N=5)\n", false},
	} {
		j, h := toyFamilies(t, c.a, c.b), probedHost(toyHost, c.deep)
		if j.Undecided(h) {
			t.Errorf("%s: undecided before it is judged", c.name)
		}
		j.Judge(h)
		if got := j.Undecided(h); got != c.want {
			t.Errorf("%s: undecided is %t, %s", c.name, got, h.Verdicts[0].Name)
		}
	}
	j := ours(t)
	for name, print := range map[string]string{"a name": linux616, "nothing answered": "T1(R=N)\n", "no SYN-ACK": strings.NewReplacer("T1(R=Y", "T1(R=N").Replace(linux616)} {
		h := probedHost(print, "")
		if j.Judge(h); j.Undecided(h) {
			t.Errorf("%s: undecided, %s", name, h.Verdicts[0].Name)
		}
	}
}

// Where no record that tells of deep probes is possible, nothing moves.
func TestReweighNothing(t *testing.T) {
	j := ours(t)
	all := slices.Repeat([]float64{math.SmallestNonzeroFloat64}, len(j.entries))
	j.reweigh(all, deep.Print(methodtest.Lines(t, "CLK(OFF=X)")))
	if i := slices.IndexFunc(all, func(p float64) bool { return p != math.SmallestNonzeroFloat64 }); i >= 0 {
		t.Errorf("%s: %v", j.entries[i].Name, all[i])
	}
}

// Over IPv6 what records say of IPv4 and ICMP makes no difference, and other records are
// asked about the same host.
func TestUndecided6(t *testing.T) {
	for _, c := range []struct {
		name, a, b string
		want       bool
	}{
		{"they differ", "CLK(OFF=S)\n", "CLK(OFF=P)\n", true},
		{"over IPv4 alone", "EC(ID=S)\n", "EC(ID=Z)\n", false},
		{"not asked by itself", "BU6(N=6)\n", "BU6(N=7)\n", false},
		{"one says nothing", "AE(B=1)\n", "", false},
	} {
		j, h := toyFamilies(t, c.a, c.b), hostOver6(toyHost6)
		j.Judge(h)
		if got := j.Undecided(h); got != c.want {
			t.Errorf("%s: undecided is %t, %s", c.name, got, h.Verdicts[0].Name)
		}
		h.Observations = append(h.Observations, whorl.Observation{Method: "deep", Print: "MD5(R=N)\n"})
		if j.Judge(h); j.Undecided(h) {
			t.Errorf("%s: undecided after it was tried", c.name)
		}
	}
	j, h := ours(t), hostOver6("T1_6(R=N)\nT5_6(R=Y%HLG=40%W=0%S=Z%A=S+%F=AR%O=%RD=0%Q=)\nU1_6(R=Y)\n")
	if j.Judge(h); j.Undecided(h) {
		t.Errorf("no SYN-ACK: undecided, %s", h.Verdicts[0].Name)
	}
}

// What deep probes saw over IPv6 is judged, explained and named as it is over IPv4: a part of
// a record too, on the segment alone.
func TestDeep6(t *testing.T) {
	prints := sixPrints(t)
	i := slices.IndexFunc(prints, func(p sixPrint) bool { return p.name == "qemu-6.16-late" })
	for _, c := range []struct {
		seen string
		hops int
		want string
	}{
		{"", 1, "Linux 4.15 - 6.19"},
		{linux616Deep6, 1, "Linux 6.16 - 6.17"},
		{linux616Deep6, 3, "Linux 4.15 - 6.19"},
		{strings.Replace(linux616Deep6, "AE(R=Y%B=0", "AE(R=Y%B=1", 1), 1, "Linux 4.15 - 6.19"},
	} {
		j, h := ours(t), hostOver6(prints[i].print)
		h.Distance = &whorl.Hops{Count: c.hops}
		if c.seen != "" {
			h.Observations = append(h.Observations, whorl.Observation{Method: "deep", Print: c.seen})
		}
		j.Judge(h)
		j.Explain(h, 1)
		v := h.Verdicts[0]
		tells := slices.ContainsFunc(v.Evidence, func(e whorl.Evidence) bool { return e.Method == "deep" && e.Test == "AN" })
		if v.Name != c.want || tells != (c.want == "Linux 6.16 - 6.17") {
			t.Errorf("%d hops, %q: %s, %+v; want %s", c.hops, c.seen, v.Name, v.Evidence, c.want)
		}
	}
}

// How many errors come over IPv6 names a part of either record of Linux, on the segment and
// with the clock that goes with it.
func TestLimit6(t *testing.T) {
	prints := sixPrints(t)
	for _, c := range []struct {
		kernel, seen string
		hops         int
		want         string
		note         string
	}{
		{"qemu-6.18-late", "CLK(HZ=3E8%OFF=S)\nBU6(N=6%L=6)\n", 1, "Linux 6.18 - 6.19", ""},
		{"qemu-6.18-late", "CLK(HZ=3E8%OFF=S)\nBU6(N=6%L=7)\n", 1, "Linux 6.18 - 6.19", ""},
		{"qemu-6.18-late", "CLK(HZ=3E8%OFF=S)\nBU6(N=6%L=6)\n", 2, "Linux 4.15 - 6.19", "Linux 6.18 - 6.19"},
		{"qemu-6.18-late", "CLK(HZ=3E8%OFF=S)\nBU6(N=6%L=5)\n", 1, "Linux 4.15 - 6.19", ""},
		{"qemu-6.18-late", "CLK(HZ=3E8%OFF=S)\nBU6(N=5%L=6)\n", 1, "Linux 4.15 - 6.19", ""},
		{"qemu-6.18-late", "CLK(HZ=3E8%OFF=S)\nBU6(N=6)\n", 1, "Linux 4.15 - 6.19", ""},
		{"qemu-6.18-late", "BU6(N=6%L=6)\n", 1, "Linux 4.15 - 6.19", ""},
		{"qemu-6.18-late", "CLK(HZ=3E8%OFF=S)\nBU6(N=6%L=2)\n", 1, "Linux 4.15 - 6.19", ""},
		{"qemu-7.3", "CLK(HZ=3E8%OFF=P)\nBU6(N=6%L=6)\n", 1, "Linux 6.18 - 7.3", ""},
		{"qemu-7.3", "CLK(HZ=3E8%OFF=P)\nBU6(N=7%L=A)\n", 1, "Linux 6.1 - 7.3", ""},
		{"qemu-6.12-late", "CLK(HZ=3E8%OFF=P)\nBU6(N=6%L=2)\n", 1, "Linux 6.1 - 6.12", ""},
		{"qemu-6.1-late", "CLK(HZ=3E8%OFF=P)\nBU6(N=6%L=A)\n", 1, "Linux 6.1 - 6.12", ""},
		{"qemu-6.1-late", "CLK(HZ=3E8%OFF=P)\nBU6(N=6%L=2)\n", 9, "Linux 6.1 - 7.3", "Linux 6.1 - 6.12"},
	} {
		i := slices.IndexFunc(prints, func(p sixPrint) bool { return p.name == c.kernel })
		j, h := ours(t), hostOver6(prints[i].print)
		h.Distance = &whorl.Hops{Count: c.hops}
		h.Observations = append(h.Observations, whorl.Observation{Method: "deep", Print: c.seen})
		j.Judge(h)
		v := h.Verdicts[0]
		noted := slices.ContainsFunc(v.Notes, func(n string) bool { return strings.Contains(n, "deep probes answered as by "+c.note) })
		if v.Name != c.want || noted != (c.note != "") {
			t.Errorf("%s, %d hops, %q: %s, %q; want %s", c.kernel, c.hops, c.seen, v.Name, v.Notes, c.want)
		}
	}
}

// Of a machine that was asked over both versions of IP each test counts once, whichever was
// first.
func TestDeepOfBoth(t *testing.T) {
	six := whorl.Observation{Method: "deep", Print: linux616Deep6}
	h := probedHost(linux616, linux616Deep)
	want := deepBy(h)
	for _, at := range []int{0, len(h.Observations)} {
		both := *h
		both.Observations = slices.Insert(slices.Clone(h.Observations), at, six)
		if d := cmp.Diff(want.Print, deepBy(&both).Print); d != "" || len(want.Print) != 10 {
			t.Errorf("at %d: %s", at, d)
		}
	}
}

// The weights of deep evidence are what the judge counts: each party once.
func TestDeepEvidence(t *testing.T) {
	j := ours(t)
	h := probedHost(linux616, strings.NewReplacer("OFF=S", "OFF=R", "C=T", "C=G", "IPL=240", "IPL=38").Replace(linux616Deep))
	place := slices.IndexFunc(j.entries, func(e *osdb.Entry) bool { return e.Name == "Linux 4.15 - 6.19" })
	weights := map[string]float64{}
	sum := 0.0
	for _, e := range j.deepEvidence(place, h) {
		if e.Method != "deep" || e.Weight != 0 && e.Agrees {
			t.Errorf("%+v", e)
		}
		weights[e.Test+"."+e.Attr] = e.Weight
		sum += e.Weight
	}
	if want, _ := j.deep[place].likelihood(deepBy(h).Print); sum != want || sum != parties*deepDiffers {
		t.Errorf("the weights add up to %v, want %v", sum, want)
	}
	if weights["CLK.OFF"] != deepDiffers/2 || weights["ISN4.C"] != deepDiffers/2 || weights["QU.IPL"] != deepDiffers || weights["AE.B"] != 0 {
		t.Errorf("%v", weights)
	}
	if _, ok := weights["AE.B"]; !ok {
		t.Errorf("the part that agrees is not explained: %v", weights)
	}
	if ev := j.deepEvidence(place, probedHost(linux616, "")); ev != nil {
		t.Errorf("without an observation: %v", ev)
	}
}
