package osdb

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl"
	"whorl/method"
	"whorl/method/expr"
	"whorl/method/gen2"
)

// observed is a print of the kernel of a Debian 12, measured in the lab.
const observed = `SEQ(SP=107%GCD=1%ISR=109%TI=Z%CI=RD%II=I%TS=22)
OPS(O1=M5B4ST11NWA%O2=M5B4ST11NWA%O3=M5B4NNT11NWA%O4=M5B4ST11NWA%O5=M5B4ST11NWA%O6=M5B4ST11)
ECN(R=Y%DF=Y%T=3F%W=FAF0%O=M5B4NNSNWA%CC=Y%Q=)
T1(R=Y%DF=Y%TG=40%S=O%A=S+%F=AS%RD=0%Q=)
T2(R=N)
T5(R=Y%DF=Y%T=FF%W=0%S=Z%A=S+%F=AR%O=%RD=0%Q=)
U1(R=Y%DF=N%T=40%IPL=164%UN=0%RIPL=G%RID=G%RIPCK=G%RUCK=G%RUD=G)
IE(R=Y%DFI=N%T=28%CD=S)
`

func parse(t testing.TB, text string) []method.Line {
	t.Helper()
	f, err := gen2.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return f.First()
}

func TestFromObservation(t *testing.T) {
	r, err := FromObservation(parse(t, observed))
	if err != nil {
		t.Fatal(err)
	}
	want := `SEQ(SP=FF-10F%GCD=1-6%ISR=101-111%TI=Z%CI=RD|RI%II=I%TS=1E-23)
OPS(O1=M5B4ST11NWA%O2=M5B4ST11NWA%O3=M5B4NNT11NWA%O4=M5B4ST11NWA%O5=M5B4ST11NWA%O6=M5B4ST11)
ECN(R=Y%DF=Y%T=3B-45%TG=40%W=FAF0%O=M5B4NNSNWA%CC=Y%Q=)
T1(R=Y%DF=Y%T=3B-45%TG=40%S=O%A=S+%F=AS%RD=0%Q=)
T2(R=N)
T5(R=Y%DF=Y%T=FA-104%TG=FF%W=0%S=Z%A=S+%F=AR%O=%RD=0%Q=)
U1(R=Y|N%DF=N%T=3B-45%TG=40%IPL=164%UN=0%RIPL=G%RID=G%RIPCK=G%RUCK=G%RUD=G)
IE(R=Y|N%DFI=N%T=23-2D%TG=40%CD=S)
`
	if d := cmp.Diff(want, r.String()); d != "" {
		t.Error(d)
	}
	for print, want := range map[string]string{
		"SEQ(SP=0%GCD=0%ISR=0)":              "SEQ(SP=0%GCD=0%ISR=0)\n",
		"SEQ(SP=3%GCD=FA00%ISR=9E)":          "SEQ(SP=0-B%GCD=FA00|1F400|2EE00|3E800|4E200|5DC00%ISR=96-A6)\n",
		"SEQ(SP=what%TI=RI%II=RI%SS=S%TS=A)": "SEQ(SP=what%TI=RI%II=RI%SS=S%TS=A)\n",
		"T1(R=Y%T=40%TG=40)":                 "T1(R=Y%T=3B-45%TG=40)\n",
		"T1(R=Y%T=2)":                        "T1(R=Y%T=0-7%TG=20)\n",
		"U1(R=N)":                            "U1(R=N)\n",
	} {
		r, err := FromObservation(parse(t, print))
		if err != nil || r.String() != want {
			t.Errorf("%s: %v, %v", print, r, err)
		}
	}
	for print, want := range map[string]string{
		"T1(R=Y%F=>0)":        `osdb: print: T1: F=">0": an expression, not a measured value`,
		"T1(R=Y|N)":           `osdb: print: T1: R="Y|N": an expression`,
		"T1(R=Y%T=3-45)":      `osdb: print: T1: T="3-45": an expression`,
		"T1(R=Y%O=M[5B4]A)":   `osdb: print: T1: unknown attribute "O"`,
		"T2(R=Y%O=[5B4]A)":    `osdb: print: T2: O="[5B4]A": an expression`,
		"T2(R=N%W=0)":         `osdb: print: gen2: T2: says that there is no answer and what it contains`,
		"SCAN(V=1)T9(R=N)T1(": "",
	} {
		f, _ := gen2.Find(print)
		var seen []method.Line
		if len(f) > 0 {
			seen = f[0].First()
		}
		if _, err := FromObservation(seen); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v", print, err)
		}
	}
}

func TestWiden(t *testing.T) {
	for _, tt := range []struct{ name, record, seen, want string }{
		{"nothing", "T1(R=Y%T=3B-45%TG=40)", "T1(R=Y%T=40)", ""},
		{"range joined", "SEQ(SP=FD-108%GCD=1-6)", "SEQ(SP=10B%GCD=1)", "SEQ.SP FD-108 -> FD-113 (got 10B)"},
		{"range apart", "SEQ(SP=0-5|7)", "SEQ(SP=100)", "SEQ.SP 0-5|7 -> 0-5|7|F8-108 (got 100)"},
		{"ranges bridged", "SEQ(SP=0-5|E|18-1A|U)", "SEQ(SP=10)", "SEQ.SP 0-5|E|18-1A|U -> 0-5|8-1A|U (got 10)"},
		{"number in text", "SEQ(TS=A|U)", "SEQ(TS=21)", "SEQ.TS A|U -> A|U|1E-23 (got 21)"},
		{"empty value", "T2(R=Y%O=M5B4)", "T2(R=Y%O=)", "T2.O M5B4 -> M5B4| (got \"\")"},
		{"to an empty value", "T2(R=Y%O=)", "T2(R=Y%O=M5B4)", "T2.O \"\" -> |M5B4 (got M5B4)"},
		{"group", "OPS(O1=M[5B4|578]ST11)", "OPS(O1=M5B4NW1)", "OPS.O1 M[5B4|578]ST11 -> M[5B4|578]ST11|M5B4NW1 (got M5B4NW1)"},
		{"TTL", "T1(R=Y%T=3B-45%TG=40)", "T1(R=Y%T=80)", "T1.T 3B-45 -> 3B-45|7B-85 (got 80); T1.TG 40 -> 40|80 (got 80)"},
		{"silence", "T2(R=Y%W=0)", "T2(R=N)", "T2.R Y -> Y|N (got N)"},
		{"silence, implied", "T2(W=0)", "T2(R=N)", "T2.R Y -> Y|N (got N)"},
		{"an answer", "T2(R=N)", "T2(R=Y%W=0)", "T2.R N -> Y|N (got Y); T2.W - -> 0 (got 0)"},
		{"an answer, implied", "T2()", "T2(R=Y%W=0)", "T2.R N -> Y|N (got Y); T2.W - -> 0 (got 0)"},
		{"not mentioned", "T2(R=Y%W=0)", "T2(R=Y%W=0%O=M5B4)T3(R=Y)", ""},
		{"unread attribute", "T2(R=Y%W=0%Z=5-)", "T2(R=Y%W=1)", "T2.W 0 -> 0|1 (got 1)"},
		{"no values", "SEQ(R=N)", "SEQ(SP=5)", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			db, _ := read(t, "Fingerprint A\n"+tt.record+"\n")
			before := db.Entries[0].String()
			wide, changes, err := db.Entries[0].Widen(parse(t, tt.seen))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range changes {
				got = append(got, c.String())
			}
			if d := cmp.Diff(tt.want, strings.Join(got, "; ")); d != "" {
				t.Error(d)
			}
			if db.Entries[0].String() != before {
				t.Error("the record itself has changed")
			}
			if s := wide.Gen2.Score(parse(t, tt.seen), gen2.DefaultPoints(), expr.Whorl); s.Num != s.Den {
				t.Errorf("%v still scores %v:\n%v", tt.seen, s, wide)
			}
		})
	}
}

func TestWidenRefused(t *testing.T) {
	many := "W=0"
	for i := 1; i < mostAlternatives; i++ {
		many += fmt.Sprintf("|%X", 16*i)
	}
	for _, tt := range []struct{ record, seen, want string }{
		{"T2(S=Z|A|A+)", "T2(R=Y%S=O)", `osdb: "A" cannot be widened: T2.S=Z|A|A+ would become Z|A|A+|O and say nothing any more: that is every value there is`},
		{"T2(" + many + ")", "T2(R=Y%W=1)", "more than 17 alternatives"},
		{"SEQ(SP=0-58)", "SEQ(SP=60)", "SEQ.SP=0-58 would become 0-68 and say nothing any more: a range of more than 96 numbers"},
		{"SEQ(SP=0-58)", "T1(R=Y)", "it has no test in common with the print"},
		{"SEQ(SP=0-58)", "SEQ(SP=<5)", `SP="<5": an expression`},
		{"NS6(R=N)", "T1(R=Y)", "no test in common"},
		{"T2(R=N)", "T2(R=N%W=1)", "says that there is no answer"},
	} {
		db, _ := read(t, "Fingerprint A\n"+tt.record+"\n")
		if wide, _, err := db.Entries[0].Widen(parse(t, tt.seen)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s and %s: %v, %v", tt.record, tt.seen, wide, err)
		}
	}
	db, _ := read(t, "Fingerprint A\nT2(S="+strings.Repeat("5|", expr.MaxAlternatives-1)+"5)\n")
	if _, _, err := db.Entries[0].Widen(parse(t, "T2(R=Y%S=O)")); err == nil {
		t.Error("more alternatives than an expression may have")
	}
}

// FuzzWiden: of any print a record can be made that fits it, unless it is refused,
// and widened by any other print, it fits both.
func FuzzWiden(f *testing.F) {
	f.Add(observed, "T5(R=Y%T=80)SEQ(SP=10F)")
	f.Add("T1(R=N)", "T1(R=Y%T=FF%O=)")
	f.Fuzz(func(t *testing.T, first, second string) {
		var seen [2][]method.Line
		for i, text := range []string{first, second} {
			found, _ := gen2.Find(text)
			if len(found) == 0 {
				return
			}
			seen[i] = found[0].First()
		}
		r, err := FromObservation(seen[0])
		if err != nil {
			return
		}
		e := &Entry{Name: "A", Gen2: r, Classes: []whorl.Class{{Vendor: "A"}}}
		wide, changes, err := e.Widen(seen[1])
		if err != nil {
			wide = e
		}
		if err := wide.Check(); err != nil {
			t.Error(err)
		}
		for i, r := range []*gen2.Reference{e.Gen2, wide.Gen2, wide.Gen2} {
			if i == 2 && (err != nil || len(changes) == 0) {
				break
			}
			if s := r.Score(seen[i/2], gen2.DefaultPoints(), expr.Whorl); s.Num != s.Den {
				t.Errorf("%d of %d points for\n%v\nfrom\n%v", s.Num, s.Den, seen[i/2], r)
			}
		}
	})
}

func ExampleEntry_Widen() {
	db, _ := Read(strings.NewReader("Fingerprint Example 1\nSEQ(SP=FD-108%GCD=1-6)\nT2(R=N)\n"), User, "user.osdb")
	print, _ := gen2.Parse("SEQ(SP=10B%GCD=2)T2(R=Y%W=0)")
	wide, changes, _ := db.Entries[0].Widen(print.First())
	for _, c := range changes {
		fmt.Println(c)
	}
	fmt.Print(wide)
	// Output:
	// SEQ.SP FD-108 -> FD-113 (got 10B)
	// T2.R N -> Y|N (got Y)
	// T2.W - -> 0 (got 0)
	// Fingerprint Example 1
	// SEQ(SP=FD-113%GCD=1-6)
	// T2(R=Y|N%W=0)
}
