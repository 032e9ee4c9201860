package osdb

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl"
	"whorl/method"
	"whorl/method/ipv6"
)

// observed6 is a print of a Linux of the lab, without the answers.
const observed6 = `SEQ6(SP=106%GCD=1%ISR=10C%TS=21%FL=F)
OPS6(O1=M5A0ST11NWA%O2=M5A0ST11NWA%O3=M5A0NNT11NWA%O4=M5A0ST11NWA%O5=M5A0ST11NWA%O6=M5A0ST11)
ECN6(R=Y%HLG=40%TC=0%FL=O%W=FD20%O=M5A0NNSNWA%CC=Y%Q=)
T2_6(R=N)
T5_6(R=Y%HL=40%TC=0%FL=O%W=0%S=Z%A=S+%F=AR%O=%RD=0%Q=)
U1_6(R=Y%HL=3F%TC=0%FL=O%PL=164%ET=1%EC=4%UN=0%RPL=G%RFL=G%RUCK=G%RUD=G)
IE2_6(R=Y%HL=40%TC=0%FL=O%PL=58%ET=4%EC=1%EP=38)
NS6(R=Y%HL=FF%TC=0%FL=Z%PL=18%NF=S)
`

func lines6(t testing.TB, text string) []method.Line {
	t.Helper()
	p, err := ipv6.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return p.Tests
}

func TestFromObservationIPv6(t *testing.T) {
	lines, err := FromObservationIPv6(lines6(t, observed6))
	if err != nil {
		t.Fatal(err)
	}
	want := `SEQ6(SP=FE-10E%GCD=1-6%ISR=104-114%TS=1E-23%FL=F)
OPS6(O1=M5A0ST11NWA%O2=M5A0ST11NWA%O3=M5A0NNT11NWA%O4=M5A0ST11NWA%O5=M5A0ST11NWA%O6=M5A0ST11)
ECN6(R=Y%HL=3B-45%HLG=40%TC=0%FL=O%W=FD20%O=M5A0NNSNWA%CC=Y%Q=)
T2_6(R=N)
T5_6(R=Y%HL=3B-45%HLG=40%TC=0%FL=O%W=0%S=Z%A=S+%F=AR%O=%RD=0%Q=)
U1_6(R=Y|N%HL=3B-45%HLG=40%TC=0%FL=O%PL=164%ET=1%EC=4%UN=0%RPL=G%RFL=G%RUCK=G%RUD=G)
IE2_6(R=Y|N%HL=3B-45%HLG=40%TC=0%FL=O%PL=58%ET=4%EC=1%EP=38)
NS6(R=Y|N%HL=FF%HLG=FF%TC=0%FL=Z%PL=18%NF=S)
`
	if d := cmp.Diff(want, method.Lines(lines).String()); d != "" {
		t.Error(d)
	}
	for print, want := range map[string]string{
		"T4_6(R=Y%W=>0)":   `osdb: print: T4_6: W=">0": an expression`,
		"NS6(R=Y%W=0)":     `osdb: print: NS6: unknown attribute "W"`,
		"T2_6(R=N%W=0)":    `osdb: print: ipv6: T2_6: says that there is no answer`,
		"U1_6(R=Y%HL=1|2)": `osdb: print: U1_6: HL="1|2": an expression`,
	} {
		l, err := method.ParseLine(print)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := FromObservationIPv6([]method.Line{l}); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v", print, err)
		}
	}
	if lines, err := FromObservationIPv6(parse(t, observed)); lines != nil || err != nil {
		t.Errorf("of a print over IPv4: %v, %v", lines, err)
	}
}

func TestWidenIPv6(t *testing.T) {
	for _, tt := range []struct{ name, record, seen, want string }{
		{"nothing", "SEQ6(SP=FE-10E%FL=F)", "SEQ6(SP=100%FL=F)", ""},
		{"range and label", "SEQ6(SP=FD-108%FL=F)", "SEQ6(SP=10B%FL=Z)", "SEQ6.SP FD-108 -> FD-113 (got 10B); SEQ6.FL F -> F|Z (got Z)"},
		{"hop limit", "T5_6(R=Y%HL=3B-45%HLG=40)", "T5_6(R=Y%HL=80)", "T5_6.HL 3B-45 -> 3B-45|7B-85 (got 80); T5_6.HLG 40 -> 40|80 (got 80)"},
		{"silence", "NS6(R=Y%NF=S)", "NS6(R=N)", "NS6.R Y -> Y|N (got N)"},
		{"an answer", "T2_6(R=N)", "T2_6(R=Y%TC=0%W=0)", "T2_6.R N -> Y|N (got Y); T2_6.TC - -> 0 (got 0); T2_6.W - -> 0 (got 0)"},
		{"an answer, implied", "T2_6()", "T2_6(R=Y%W=0)", "T2_6.R N -> Y|N (got Y); T2_6.W - -> 0 (got 0)"},
		{"not mentioned", "T2_6(R=N)", "T2_6(R=N)T3_6(R=Y%W=0)", ""},
		{"unread attribute", "T2_6(R=Y%W=0%Z=5)", "T2_6(R=Y%W=1)", "T2_6.W 0 -> 0|1 (got 1)"},
		{"none known", "T2(R=N)", "T2_6(R=N)NS6(R=Y%NF=S)", "T2_6 - -> R=N; NS6 - -> R=Y|N%NF=S"},
	} {
		db, _ := read(t, "Fingerprint A\n"+tt.record+"\n")
		before := db.Entries[0].String()
		wide, changes, err := db.Entries[0].Widen(lines6(t, tt.seen))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		var got []string
		for _, c := range changes {
			got = append(got, c.String())
		}
		if d := cmp.Diff(tt.want, strings.Join(got, "; ")); d != "" {
			t.Errorf("%s: %s", tt.name, d)
		}
		if db.Entries[0].String() != before {
			t.Errorf("%s: the record itself has changed", tt.name)
		}
		r, _ := ipv6.NewReference(wide.Extra)
		if s, _ := r.Score(lines6(t, tt.seen)); s.Num != s.Den {
			t.Errorf("%s: %v still scores %v:\n%v", tt.name, tt.seen, s, wide)
		}
	}
}

// One print over both versions widens what the record tells of both.
func TestWidenBoth(t *testing.T) {
	db, _ := read(t, "Fingerprint A\nT2(R=N)\nAE(B=0)\nT2_6(R=N)\n")
	wide, _, err := db.Entries[0].Widen(append(parse(t, "T2(R=Y%W=0)"), lines6(t, "T2_6(R=Y%TC=0)")...))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff("Fingerprint A\nT2(R=Y|N%W=0)\nAE(B=0)\nT2_6(R=Y|N%TC=0)\n", wide.String()); d != "" {
		t.Error(d)
	}
}

func TestWidenIPv6Refused(t *testing.T) {
	for _, tt := range []struct{ record, seen, want string }{
		{"T2_6(S=Z|A|A+)", "T2_6(R=Y%S=O)", "T2_6.S=Z|A|A+ would become Z|A|A+|O and say nothing any more"},
		{"SEQ6(SP=0-58)", "SEQ6(SP=60)", "a range of more than 96 numbers"},
		{"T3_6(R=N)", "T2_6(R=N)", "no test in common"},
	} {
		db, _ := read(t, "Fingerprint A\n"+tt.record+"\n")
		if wide, _, err := db.Entries[0].Widen(lines6(t, tt.seen)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s and %s: %v, %v", tt.record, tt.seen, wide, err)
		}
	}
}

// FuzzWidenIPv6: of any print over IPv6 a record can be made that fits it, unless it is
// refused, and widened by any other print, it fits both.
func FuzzWidenIPv6(f *testing.F) {
	f.Add(observed6, "T5_6(R=Y%HL=80)SEQ6(SP=10F)")
	f.Add("T2_6(R=N)", "T2_6(R=Y%HLG=FF%O=)")
	f.Fuzz(func(t *testing.T, first, second string) {
		var seen [2][]method.Line
		for i, text := range []string{first, second} {
			p, err := ipv6.Parse(text)
			if err != nil {
				return
			}
			seen[i] = p.Tests
		}
		lines, err := FromObservationIPv6(seen[0])
		if err != nil || len(lines) == 0 {
			return
		}
		e := &Entry{Name: "A", Extra: lines, Classes: []whorl.Class{{Vendor: "A"}}}
		wide, _, err := e.Widen(seen[1])
		fits := [][]method.Line{seen[0], seen[1]}
		if err != nil {
			wide, fits = e, fits[:1]
		}
		if err := wide.Check(); err != nil {
			t.Error(err)
		}
		r, _ := ipv6.NewReference(wide.Extra)
		for _, print := range fits {
			if s, _ := r.Score(print); s.Num != s.Den {
				t.Errorf("%d of %d points for\n%v\nfrom\n%v", s.Num, s.Den, print, wide)
			}
		}
	})
}
