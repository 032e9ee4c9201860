package osdb

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl"
	"whorl/method/syn"
)

// A file in p0f's form, of systems that do not exist.
const p0fText = `; Signatures for tests
; 2026-11-01

classes = win,unix,other

[mtu]
label = Twig
sig   = 1111
sig   = 70000

[tcp:request]
label = s:unix:Linux:9.x
sig   = *:64:0:*:mss*20,7:mss,sok,ts,nop,ws:df,id+:0
sig   = 4:64:0:1400:mss*20,7:mss,sok,ts,nop,ws:df,id+:0
label = g:unix:Linux:9.x
sig   = *:64:0:*:mss*20,*:mss,sok,ts,nop,ws:df,id+:0
label = s:!:Prober:
sys   = Linux,@win
sig   = *:64:0:1234:1024,0:mss::0
label = x:unix:Linux:9.x
sig   = *:64:0:*:*,*:::0
label = s:other:Toaster:one
sig   = *:64:0:*:mss:nop::0
nonsense

[tcp:response]
label = s:unix:Linux:9.x
sig   = *:64:0:*:mss*20,0:mss:df:0

[http:request]
ua_os = Linux
label = s:!:Browser:
sig   = whatever

[odd]
label = s:unix:Linux:9.x
`

func TestReadP0f(t *testing.T) {
	db, links, problems := ReadP0f(strings.NewReader(p0fText), P0f, "x.fp")
	var records []string
	for _, e := range db.Entries {
		records = append(records, e.String())
	}
	want := []string{
		`Fingerprint Linux 9.x
Class Linux | Linux | 9.x | general purpose
Syn(TTL=40%DF=Y%ID=N%W=20*MSS|20*SEG%WS=7%O=MSTNW)
Syn(V=4%TTL=40%DF=Y%ID=N%W=20*MSS|20*SEG%MSS=578%WS=7%O=MSTNW)
Syn(TTL=40%DF=Y%ID=N%W=20*MSS|20*SEG%O=MSTNW%G=Y)
SynAck(TTL=40%DF=Y%ID=Z%W=20*MSS|20*SEG%O=M)
Source p0f label "Linux 9.x"
`,
		`Fingerprint Prober
Class Prober | Prober || program
Syn(TTL=40%DF=N%ID=N%W=400%MSS=4D2%O=M)
Source p0f label "Prober"
`,
	}
	if d := cmp.Diff(want, records); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]syn.Link{{MTU: 1111, Name: "Twig", Source: "x.fp"}}, links); d != "" {
		t.Error(d)
	}
	if db.Title != "Signatures for tests" || db.Date != "2026-11-01" || db.Database != P0f || db.Entries[0].Source.Line != 13 {
		t.Errorf("%q of %q, %s, line %d", db.Title, db.Date, db.Database, db.Entries[0].Source.Line)
	}
	wantProblems := []string{
		`osdb: x.fp:9: MTU "70000"; want a number from 1 to 65535`,
		`osdb: x.fp:14: all that fits 4:64:0:1400:mss*20,7:mss,sok,ts,nop,ws:df,id+:0 fits line 13 too; p0f would never find it`,
		`osdb: x.fp:20: label "x:unix:Linux:9.x" and its signatures are left out: the type is neither s nor g`,
		`osdb: x.fp:21: signature "*:64:0:*:*,*:::0" belongs to no label`,
		`osdb: x.fp:23: signature is left out: syn: window "mss"; want wsize,scale`,
		`osdb: x.fp:24: "nonsense"; want a key, = and a value`,
		`osdb: x.fp:35: section "[odd]" is not known; what stands in it is left out`,
	}
	if d := cmp.Diff(wantProblems, texts(problems)); d != "" {
		t.Error(d)
	}
}

func texts(problems []Problem) (out []string) {
	for _, p := range problems {
		out = append(out, p.Error())
	}
	return out
}

// Records of p0f are records like ours.
func TestP0fRecordsReadBack(t *testing.T) {
	db, _, _ := ReadP0f(strings.NewReader(p0fText), P0f, "x.fp")
	for _, e := range db.Entries {
		again, problems := Read(strings.NewReader(e.String()), P0f, "x.fp")
		if len(problems) > 0 || len(again.Entries) != 1 || again.Entries[0].String() != e.String() {
			t.Errorf("%s: %v", e, problems)
		}
	}
}

func TestReadInstalledP0f(t *testing.T) {
	const file = "/etc/p0f/p0f.fp"
	f, err := os.Open(file)
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	db, links, problems := ReadP0f(f, P0f, file)
	forms := 0
	for _, e := range db.Entries {
		forms += len(e.Passive())
		if len(e.Passive()) != len(e.Extra) {
			t.Errorf("%s: %d of %d signatures can be used", e.Name, len(e.Passive()), len(e.Extra))
		}
	}
	if len(db.Entries) < 50 || forms < 180 || len(links) < 20 || len(problems) > 5 {
		t.Errorf("%d records, %d signatures, %d links, problems %v", len(db.Entries), forms, len(links), texts(problems))
	}
}

func FuzzReadP0f(f *testing.F) {
	f.Add(p0fText)
	f.Add("[tcp:request]\nlabel = s:unix:A:\nsig = 4:64-:0:0:%2,*:?30,eol+1:df:*\r\n")
	f.Fuzz(func(t *testing.T, s string) {
		db, _, problems := ReadP0f(strings.NewReader(s), P0f, "x.fp")
		for _, e := range db.Entries {
			if len(e.Passive()) != len(e.Extra) {
				t.Errorf("%s: a line that cannot be read", e)
			}
		}
		if len(problems) > MaxProblems {
			t.Errorf("%d problems", len(problems))
		}
	})
}

// What the tests of the second generation say of SYN-ACKs.
func TestPassiveOfGen2(t *testing.T) {
	const tests = `SEQ(TI=Z%TS=A)
OPS(O1=M5B4NW[0-6]ST11|M5B4NW8NNS%O3=M[280|5B4]NW6NNT11%O6=M109ST11)
WIN(W1=FE88|7120|16D0|FFFF)
ECN(R=Y%O=M5B4NW6SLL)
T1(R=Y%DF=Y%T=3B-45%TG=40)
`
	tt := []struct{ name, record, want string }{
		{"alone", tests, "SynAck(TTL=40%DF=Y%W=MAX*SEG|20*SEG|4*MSS|FFFF%WS=0-6|8%O=MNWST|MNWNNS%LESS=MNWNNT|MST|MNWSLL%ID=Z)"},
		{"beside a line", tests + "SynAck(TTL=40%O=MNWST)\n", "SynAck(TTL=40%O=MNWST%LESS=MNWNNT|MST|MNWSLL%ID=Z)"},
		{"a line that says it", tests + "SynAck(TTL=40%ID=N%O=MNWST%LESS=M)\n", "SynAck(TTL=40%ID=N%O=MNWST%LESS=M)"},
		{"too little", "OPS(O1=M5B4)\nWIN(W1=1000)\n", ""},
		{"a SYN alone", "Syn(TTL=40%O=M)\n", "Syn(TTL=40%O=M)"},
	}
	for _, c := range tt {
		db, problems := Read(strings.NewReader("Fingerprint X\n"+c.record), Embedded, "x")
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		got := ""
		if r := db.Entries[0].Passive(); len(r) > 0 {
			got = r[0].Line().String()
		}
		if got != c.want {
			t.Errorf("%s: %s\nwant %s", c.name, got, c.want)
		}
	}
}

// A line that cannot be read is a problem of its record and stays in it.
func TestBadPassiveLine(t *testing.T) {
	db, problems := Read(strings.NewReader("Fingerprint X\nSyn(TTL=40%O=Q)\n"), Embedded, "x")
	want := []string{`osdb: x:2: syn: Syn: O: syn: options "Q"; want letters of LNMWST, or X and the kind as two hexadecimal digits`}
	if d := cmp.Diff(want, texts(problems)); d != "" {
		t.Error(d)
	}
	if e := db.Entries[0]; len(e.Extra) != 1 || e.Passive() != nil {
		t.Errorf("%v", e)
	}
}

func TestP0fLabels(t *testing.T) {
	for label, want := range map[string]whorl.Class{
		"s:win:Windows:XP":     {Vendor: "Microsoft", Family: "Windows", Generation: "XP", DeviceType: "general purpose"},
		"s:unix:Mac OS X:10.x": {Vendor: "Apple", Family: "macOS", Generation: "10.x", DeviceType: "general purpose"},
		"g:other:Nintendo:3DS": {Vendor: "Nintendo", Family: "Nintendo", Generation: "3DS", DeviceType: "specialized"},
	} {
		l, err := parseLabel(label)
		if c := l.class(); err != nil || !SameClass(c, want) {
			t.Errorf("%s: %v, %v", label, c, err)
		}
	}
	for _, label := range []string{"", "s:unix:Linux", "t:unix:Linux:", "s::Linux:", "s:unix::"} {
		if l, err := parseLabel(label); err == nil {
			t.Errorf("%q: %+v", label, l)
		}
	}
}

// A lenient run tells nothing of signatures that are wrong, and the same of all others.
func TestLenientP0f(t *testing.T) {
	file := filepath.Join(t.TempDir(), P0f)
	if err := os.WriteFile(file, []byte(p0fText), 0o600); err != nil {
		t.Fatal(err)
	}
	c := Config{Passive: true, Places: Places{P0f: []string{file}}}
	whole, told := Load(c)
	c.Lazy, c.Lenient = true, true
	unread, problems := Load(c)
	if len(problems) == 0 || len(problems) >= len(told) {
		t.Errorf("%d problems of %d: %v", len(problems), len(told), texts(problems))
	}
	said := func(s Set) (out []string) {
		for _, e := range s.Entries() {
			for _, f := range e.Passive() {
				out = append(out, e.Name+" "+f.Line().String())
			}
		}
		return out
	}
	if d := cmp.Diff(said(whole), said(unread)); d != "" || len(said(whole)) < 5 {
		t.Error(d)
	}
	if e := unread[0].Entries[0]; e.Extra != nil {
		t.Errorf("%v was read", e)
	}
}
