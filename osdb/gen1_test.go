package osdb

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl/method/gen1"
)

// old is a database of the first generation in all that its grammar has, made up.
const old = `# Stacks of the first generation. Made up for a test, 2026-11-21

FINGERPRINT Example OS 2.0 # and a remark
Class Example | Example OS | 2.X | general purpose
Class Example | Example OS || router
# a comment within the record
TSeq(Class=TR|RI%gcd=<6%SI=<7A8FA&>50%IPID=I|Z%TS=100HZ)
T1(DF=Y%W=402E|FAF0%ACK=S++%Flags=AS%Ops=MNWNNT|)
T2(Resp=N)
T3(Resp=Y%DF=Y%W=402E%ACK=S++%Flags=AS%Ops=MNWNNT)
T4(DF=N%W=0)
T5(DF=N%W=0%ACK=S++%Flags=AR%Ops=)
PU(DF=N%TOS=0%IPLEN=38%RIPTL=148%RID=E%RIPCK=E|F|0%UCK=E%ULEN=134%DAT=E)

Fingerprint Example OS 2.0
T4(DF=N%W=+)
T5()
T6(DF=N%Flags=R)
Fingerprint A firewall
T2(Resp=N)
`

func TestFirstGeneration(t *testing.T) {
	db, problems := read(t, old)
	if len(problems) > 0 || len(db.Entries) != 3 || db.Date != "2026-11-21" {
		t.Fatalf("%d entries of %q, %q", len(db.Entries), db.Date, problems)
	}
	e := db.Entries[0]
	if e.Gen2 != nil || e.Extra != nil || len(e.Gen1) != 7 || len(e.Classes) != 2 || e.Name != "Example OS 2.0" {
		t.Errorf("%+v", e)
	}
	if x := e.Gen1.Test("TSeq").Expr("SI"); x == nil || !x.Match("51") || x.Match("50") {
		t.Errorf("SI is %v", x)
	}
	seen, _ := gen1.Parse("T4(Resp=Y%DF=N%W=5)\nT5(Resp=N)\nT6(Resp=Y%DF=N%W=0%ACK=O%Flags=R%Ops=)")
	if p, _ := db.Entries[1].Gen1.Score(seen); p != (gen1.Points{Passed: 4, Compared: 4}) {
		t.Errorf("%+v of\n%s", p, db.Entries[1])
	}
	for _, e := range db.Entries {
		if err := e.Check(); err != nil {
			t.Error(err)
		}
	}
	var tests []string
	for _, c := range (Set{db}).Stats().Extra {
		tests = append(tests, c.Name)
	}
	if got := strings.Join(tests, ", "); got != "Gen1 T2, Gen1 T4, Gen1 T5, Gen1 PU, Gen1 T1, Gen1 T3, Gen1 T6, Gen1 TSeq" {
		t.Error(got)
	}
}

// A record of both generations.
const both = `Fingerprint Example OS 3.0
SEQ(SP=FD-113%GCD=1-6)
T2(R=N)
Gen1 TSeq(Class=RI%IPID=Z)
Gen1 T2(Resp=N)
AE(B=0)
Source measured: lab
`

func TestBothGenerations(t *testing.T) {
	db, problems := read(t, both)
	e := db.Entries[0]
	if len(problems) > 0 || e.Gen2 == nil || len(e.Gen1) != 2 || len(e.Extra) != 1 {
		t.Fatalf("%+v, %q", e, problems)
	}
	if d := cmp.Diff(both, e.String()); d != "" {
		t.Error(d)
	}
	// Widening the second leaves the first, where it stands.
	now := *e
	now.Gen2, _ = FromObservation(e.Extra)
	now.Gen1 = append(gen1.Reference{}, e.Gen1[0])
	out, err := Amend([]byte(both), e, &now)
	if want := "Fingerprint Example OS 3.0\nGen1 TSeq(Class=RI%IPID=Z)\nAE(B=0)\nSource measured: lab\n"; err != nil || string(out) != want {
		t.Errorf("%v, %s", err, out)
	}
	if out, _, err = Append([]byte(old), e); err != nil || !bytes.HasSuffix(out, []byte("\n\n"+both)) {
		t.Errorf("%v, %s", err, out)
	}
}

// Which generation a plain line is of is told by the record, before or behind it.
func TestGenerations(t *testing.T) {
	for _, c := range []struct {
		tests, first, second, problem string
	}{
		{"T2(DF=N)\nT4(W=0)", "", "T2 T4", ""},
		{"T2(DF=N)\nT4(W=0)\nT5(R=N)", "", "T2 T4 T5", ""},
		{"T2(DF=N)\nT4(W=0)\nT5(Resp=N)", "T2 T4 T5", "", ""},
		{"T2(DF=N)\nPU(DF=N)\nT4(W=0)", "T2 PU T4", "", ""},
		{"T2(DF=N)\nU1(DF=N)", "", "T2 U1", ""},
		{"T2(DF=N)\nGen1 T2(DF=Y)", "T2", "T2", ""},
		{"Gen1 T2(DF=N)\nT2(R=N)", "T2", "T2", ""},
		{"T2(R=N)\nT3(Resp=N)", "", "T2", "T3 is of another generation"},
		{"T3(Resp=N)\nSEQ(SP=1)", "T3", "", "SEQ is of another generation"},
		{"T2(DF=N)\nT2(W=0)\nT3(Resp=N)", "T2 T3", "", `f.osdb:3: T2 stands twice`},
		{"T2(Resp=N)\nT2(DF=N)", "T2", "", `f.osdb:3: T2 stands twice`},
		{"Gen1 T2(DF=N)\nGen1 T2(DF=Y)", "T2", "", `f.osdb:3: Gen1 T2 stands twice`},
		{"T2(DF=[)\nT3(Resp=N)", "T2 T3", "", ""}, // a literal in the first
		{"T2(DF=1|2&3)\nT3(Resp=N)", "T2 T3", "", `f.osdb:2: gen1: T2: DF: expression "1|2&3"`},
		{"T1(Resp=N%X=5)", "T1", "", `f.osdb:2: gen1: T1: unknown attribute "X"=5`},
		{"T1(Resp=N%R=N)", "", "T1", `f.osdb:2: gen2: T1: unknown attribute "Resp"`},
		{"Gen1 SEQ(SP=1)\nT2(R=N)", "", "T2", "f.osdb:2: gen1: SEQ: no test of Nmap's first generation"},
		{"Gen1 T2(Resp=N", "", "", "f.osdb:2: method: T2: closing parenthesis"},
		{"Gen1 T2", "", "", `f.osdb:2: unknown keyword "Gen1"`},
	} {
		db, problems := read(t, "Fingerprint A\n"+c.tests+"\n")
		e := db.Entries[0]
		var one, two []string
		for _, t := range e.Gen1 {
			one = append(one, t.Name)
		}
		if e.Gen2 != nil {
			for _, l := range e.Gen2.Lines() {
				two = append(two, l.Test)
			}
		}
		if got1, got2 := strings.Join(one, " "), strings.Join(two, " "); got1 != c.first || got2 != c.second {
			t.Errorf("%q: first %q, second %q; want %q and %q", c.tests, got1, got2, c.first, c.second)
		}
		if all := strings.Join(problems, "\n"); (c.problem == "") != (all == "") || !strings.Contains(all, c.problem) {
			t.Errorf("%q: %s; want %s", c.tests, all, c.problem)
		}
	}
}

func TestLintFirst(t *testing.T) {
	db, _ := read(t, "Fingerprint A\nT1(Resp=Y%W=<5&>9)\n")
	if p := (Set{db}).Lint(); len(p) != 1 || p[0].Text != "Gen1 T1: W=<5&>9: nothing matches" {
		t.Error(p)
	}
}
