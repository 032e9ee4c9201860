package osdb

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl"
	"whorl/data"
	"whorl/method/expr"
	"whorl/method/gen2"
)

const sample = `# Stacks of a test. -*- mode: text -*-
# Date: 2026-11-21
MatchPoints
IE(R=50%DFI=40%T=15%TG=15%CD=90)

# a comment within the file
Fingerprint Example OS 1.0 - 1.2 # and a remark
Class Example | Example OS | 1.X | general purpose
CPE cpe:/o:example:example_os:1 auto
CPE cpe:/h:example:box
# a comment within the record
Class Other | embedded || router
SEQ(SP=FD-113%GCD=1-6)
T2(R=N)
NS6(R=Y%NF=SO)
SynRcvd(G=1,3,7)
Source measured: lab
Source a public table

Fingerprint Example OS 2.0
T3()
IE(DFI=N%CD=M[5B4|578]ST11)
`

func read(t testing.TB, text string) (*DB, []string) {
	t.Helper()
	db, problems := Read(strings.NewReader(text), "test", "f.osdb")
	var texts []string
	for _, p := range problems {
		texts = append(texts, p.Error())
	}
	return db, texts
}

func TestRead(t *testing.T) {
	db, problems := read(t, sample)
	var got []string
	for _, p := range problems {
		if !strings.Contains(p, "MatchPoints lack") {
			got = append(got, p)
		}
	}
	if len(got) > 0 || len(problems) != 12 {
		t.Errorf("problems: %q", problems)
	}
	if db.Title != "Stacks of a test." || db.Date != "2026-11-21" {
		t.Errorf("title %q, date %q", db.Title, db.Date)
	}
	if cd := db.Points[gen2.TestIE][4]; cd != 90 {
		t.Errorf("IE.CD is worth %d", cd)
	}
	if len(db.Entries) != 2 {
		t.Fatalf("%d entries", len(db.Entries))
	}
	e := db.Entries[0]
	classes := []whorl.Class{
		{Vendor: "Example", Family: "Example OS", Generation: "1.X", DeviceType: "general purpose",
			CPE: []string{"cpe:/o:example:example_os:1", "cpe:/h:example:box"}},
		{Vendor: "Other", Family: "embedded", DeviceType: "router"},
	}
	if d := cmp.Diff(classes, e.Classes); d != "" {
		t.Error(d)
	}
	source := whorl.Source{Database: "test", File: "f.osdb", Line: 7, Text: "measured: lab; a public table"}
	if d := cmp.Diff(source, e.Source); d != "" {
		t.Error(d)
	}
	text := `Fingerprint Example OS 1.0 - 1.2
Class Example | Example OS | 1.X | general purpose
CPE cpe:/o:example:example_os:1
CPE cpe:/h:example:box
Class Other | embedded || router
SEQ(SP=FD-113%GCD=1-6)
T2(R=N)
NS6(R=Y%NF=SO)
SynRcvd(G=1,3,7)
Source measured: lab; a public table
`
	if d := cmp.Diff(text, e.String()); d != "" {
		t.Error(d)
	}
	if s := db.Entries[1].Gen2.Test(gen2.TestT3).State(); s != gen2.Empty {
		t.Errorf("T3(): state %d", s)
	}
	if err := e.Check(); err != nil {
		t.Error(err)
	}
}

func TestReadProblems(t *testing.T) {
	const record = "Fingerprint A\n"
	for _, c := range []struct {
		name, text string
		want       []string
		entries    string // what is there nevertheless
	}{
		{"CR LF", record + "T1(R=N)\r\n\r\n", []string{":2: lines end with CR LF; read as LF, better save the file so"}, record + "T1(R=N)\n"},
		{"cut short", record + "T1(R=N)", []string{":2: the last line has no newline: the file may be cut short"}, record + "T1(R=N)\n"},
		{"long line", record + "T1(R=" + strings.Repeat("A", MaxLine) + ")\nT2(R=N)\n",
			[]string{`:2: the line has more than 65536 bytes and is left out: "T1(R=AAA`}, record + "T2(R=N)\n"},
		{"test twice", record + "T1(R=N)\nT1(R=Y)\n", []string{`:3: T1 stands twice in "A"; only the first counts`}, record + "T1(R=N)\n"},
		{"attribute twice", record + "T1(R=N%R=Y)\nT2(R=N)\n", []string{`:2: method: T1: attribute R stands twice`}, record + "T2(R=N)\n"},
		{"class", record + "Class a | b\nCPE cpe:/o:a:b\nT1()\n",
			[]string{`:2: class "a | b" is left out; want Class vendor | family | generation | device type`}, record + "T1()\n"},
		{"CPE first", record + "CPE cpe:/o:a:b\nT1()\n",
			[]string{`:2: CPE "cpe:/o:a:b" before any Class is left out; put it below its Class`}, record + "T1()\n"},
		{"CPE", record + "Class a | b | c | d\nCPE o:a:b\nT1()\n",
			[]string{`:3: CPE "o:a:b" is left out; want something like cpe:/o:linux:linux_kernel:6`}, record + "Class a | b | c | d\nT1()\n"},
		{"no tests", record + "\n" + record + "T1()\n", []string{`:1: record "A" has no tests; it can match nothing`}, record + record + "T1()\n"},
		{"no name", "Fingerprint # none\nT1()\nClass x\nwhat\n\n" + record + "T1()\n", []string{`:1: Fingerprint without a name; the record is left out`}, record + "T1()\n"},
		{"keyword", record + "Config R=1\nT1()\n", []string{`:2: unknown keyword "Config"; want Fingerprint, Within, Class, CPE, Source, Gen1 or a test like T1(R=Y)`}, record + "T1()\n"},
		{"within", record + "Within\nT1()\n", []string{`:2: Within says nothing; write the name of the record that "A" narrows`}, record + "T1()\n"},
		{"within twice", record + "Within B\nWithin C\nT1()\n", []string{`:3: Within stands twice in "A"; only the first counts`}, record + "Within B\nT1()\n"},
		{"deep test", record + "AE(B=5-)\nT1()\n", []string{`:2: deep: AE: B: expr: "5-": "5-" is no comparison`}, record + "T1()\nAE(B=5-)\n"},
		{"test", record + "T9(R=N)\nT1()\n", []string{`:2: no method has a test T9; it is kept and not used`}, record + "T1()\nT9(R=N)\n"},
		{"attribute", record + "T1(Z=1%R=Y)\n", []string{`:2: gen2: T1: unknown attribute "Z"`}, record + "T1(R=Y%Z=1)\n"},
		{"expression", record + "T1(R=Y%T=5-)\n", []string{`:2: gen2: T1: T: expr: "5-": "5-" is no comparison`}, record + "T1(R=Y%T=5-)\n"},
		{"no record", "T1()\nClass a | b | c | d\nSource x\n",
			[]string{`:1: test T1() belongs to no record`, `:2: "Class a`, `:3: "Source x" belongs to no record`}, ""},
		{"source", record + "T1()\nSource\n", []string{`:3: Source says nothing; write where the facts of "A" come from`}, record + "T1()\n"},
		{"sources", record + "T1()\nSource x\nSource " + strings.Repeat("y", MaxSource) + "\n", []string{`:4: the Source lines of "A" have more than 4096 bytes`}, record + "T1()\nSource x\n"},
		{"points twice", defaultPoints() + "MatchPoints\nSEQ(SP=1)\n", []string{`:16: a second MatchPoints; only the first counts`}, ""},
		{"points late", record + "T1()\n\n" + defaultPoints(), []string{`:4: MatchPoints stand behind records; move them to the head of the file`}, record + "T1()\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			db, problems := read(t, c.text)
			for i, p := range problems {
				if i < len(c.want) && strings.HasPrefix(p, "osdb: f.osdb"+c.want[i]) {
					continue
				}
				t.Errorf("problem %d: %s", i, p)
			}
			if len(problems) < len(c.want) {
				t.Errorf("only %q", problems)
			}
			var b []byte
			for _, e := range db.Entries {
				b = e.AppendTo(b)
			}
			if d := cmp.Diff(c.entries, string(b)); d != "" {
				t.Error(d)
			}
		})
	}
}

// defaultPoints is the section MatchPoints.
func defaultPoints() string {
	s := "MatchPoints\n"
	for _, l := range gen2.DefaultPoints().Lines() {
		s += l.String() + "\n"
	}
	return s + "\n"
}

type endless struct{ line string }

func (e endless) Read(b []byte) (n int, err error) {
	for n < len(b) {
		n += copy(b[n:], e.line)
	}
	return n, nil
}

func TestReadIsBounded(t *testing.T) {
	db, problems := Read(endless{"Fingerprint A\n"}, "test", "f.osdb")
	if len(db.Entries) < MaxEntries-1000 || len(db.Entries) > MaxEntries || len(problems) != MaxProblems {
		t.Errorf("%d entries, %d problems", len(db.Entries), len(problems))
	}
	_, problems = Read(endless{"what is it\n"}, "test", "f.osdb")
	if len(problems) != MaxProblems {
		t.Errorf("%d problems", len(problems))
	}
	nmaps := func(r io.Reader) []Problem { _, problems := Read(r, "test", "f.osdb"); return problems }
	p0fs := func(r io.Reader) []Problem { _, _, problems := ReadP0f(r, "test", "f.fp"); return problems }
	for line, read := range map[string]func(io.Reader) []Problem{"# comment\n": nmaps, "x": nmaps, "; comment\n": p0fs, "y": p0fs} {
		problems = read(endless{line})
		if n := len(problems); n == 0 || !strings.Contains(problems[n-1].Text, "more than 32 MiB") {
			t.Errorf("%q: %v", line, problems)
		}
	}
}

func TestCheck(t *testing.T) {
	good := func() *Entry { db, _ := read(t, sample); return db.Entries[1] }
	for name, spoil := range map[string]func(*Entry){
		"name":    func(e *Entry) { e.Name = "a\nT1()" },
		"remark":  func(e *Entry) { e.Name = "a # b" },
		"bar":     func(e *Entry) { e.Classes = []whorl.Class{{Vendor: "a|b"}} },
		"cpe":     func(e *Entry) { e.Classes = []whorl.Class{{CPE: []string{"cpe:/o:a b"}}} },
		"source":  func(e *Entry) { e.Source.Text = "a\n\nb" },
		"nothing": func(e *Entry) { e.Gen2 = nil },
	} {
		e := good()
		if err := e.Check(); err != nil {
			t.Fatal(err)
		}
		if spoil(e); e.Check() == nil {
			t.Errorf("%s: nothing is wrong with\n%v", name, e)
		}
	}
}

// FuzzRead: nothing crashes the reader, and every record it returns is written
// and read as it is.
func FuzzRead(f *testing.F) {
	f.Add(sample)
	f.Add(old)
	f.Add("Fingerprint A\nT2()\nT2(DF=N)\nGen1 T2(Resp=N)\nT1(Resp=Y)\nSEQ(SP=1)\nGen1 OPS()\nGen1 x")
	f.Add(whole + "Fingerprint Example 6.16\nWithin Example 4.15 - 6.19\nAE(B=0)\nWithin B")
	f.Add("Fingerprint A\nT1(R=Y%Z=1%T=5-)\nT9(R=1)\nSEQ(R=N)\nSource x\nSource y")
	f.Fuzz(func(t *testing.T, text string) {
		db, _ := read(t, text)
		for _, e := range db.Entries {
			want := e.String()
			again, _ := read(t, want)
			if len(again.Entries) != 1 {
				t.Fatalf("%q becomes %d entries", want, len(again.Entries))
			}
			if d := cmp.Diff(want, again.Entries[0].String()); d != "" {
				t.Error(d)
			}
		}
		db.Database = User
		Set{db}.Lint()
	})
}

func TestFind(t *testing.T) {
	db, _ := read(t, sample)
	db.File = "/x/f.osdb"
	for query, want := range map[string]string{
		"example os 2.0": "Example OS 2.0", "f.osdb:7": "Example OS 1.0 - 1.2", "f.osdb:15": "Example OS 1.0 - 1.2",
		"/x/f.osdb:21": "Example OS 2.0", "f.osdb:3": "", "g.osdb:7": "", "Example": "", "": "",
	} {
		got := ""
		for _, e := range (Set{db}).Find(query) {
			got += e.Name
		}
		if got != want {
			t.Errorf("%q: found %q, want %q", query, got, want)
		}
	}
}

// What stands in parentheses may be left out of a name, unless that is another record's.
func TestFindShort(t *testing.T) {
	db, _ := read(t, "Fingerprint Box 1 (rack, shelf)\nT1(R=N)\n\nFingerprint Box 2 (rack)\nT1(R=N)\n\n"+
		"Fingerprint Box 2 (shelf)\nT1(R=N)\n\nFingerprint Box 3 (rack)\nT1(R=N)\n\nFingerprint Box 3\nT1(R=N)\n")
	for query, want := range map[string][]string{
		"box 1": {"Box 1 (rack, shelf)"}, "Box 1 (rack)": nil, "Box 2": {"Box 2 (rack)", "Box 2 (shelf)"}, "Box 3": {"Box 3"}, "Box": nil,
	} {
		var got []string
		for _, e := range (Set{db}).Find(query) {
			got = append(got, e.Name)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q: -want +got\n%s", query, d)
		}
	}
}

func TestLint(t *testing.T) {
	db, _ := read(t, `Fingerprint A
Class a | b | c | d
T1(R=Y%T=45-3B|7)
IE(R=N)
NS6(HL=<0%NF=S)
NS6(R=N)

Fingerprint Example 1.1
Class a | b | c | d
T1(R=N)
Source x

Fingerprint Example 1.1
Class a | b | c | d
T1(R=N)
Source x

Fingerprint Example 1.2 - 1.0
T1(R=N)
Source x
`)
	db.Database = User
	var got []string
	for _, p := range (Set{db}).Lint() {
		got = append(got, p.Error())
	}
	want := []string{
		`osdb: f.osdb:1: NS6: HL=<0: nothing matches <0`,
		`osdb: f.osdb:1: NS6 stands twice; only the first counts`,
		`osdb: f.osdb:1: T1: T=45-3B|7: nothing matches 45-3B`,
		`osdb: f.osdb:1: "A" has no Source; add a line that says where its facts come from`,
		`osdb: f.osdb:1: "A" has a generation and no version in its name; write it as Linux 6.12 - 6.18`,
		`osdb: f.osdb:13: "Example 1.1" repeats the record at f.osdb:8`,
		`osdb: f.osdb:18: "Example 1.2 - 1.0" has no Class; add vendor | family | generation | device type`,
		`osdb: f.osdb:18: "Example 1.2 - 1.0" ends before it begins`,
		`osdb: f.osdb:18: "Example 1.2 - 1.0" has the tests of "Example 1.1" at f.osdb:8, which is always named first`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestStats(t *testing.T) {
	db, _ := read(t, sample)
	got := Set{db, db}.Stats()
	got.Tests = nil
	want := Stats{Entries: 4, Names: 2, Databases: []Count{{"f.osdb", 2}, {"f.osdb", 2}},
		Families: []Count{{"Example OS", 2}, {"embedded", 2}}, Extra: []Count{{"NS6", 2}, {"SynRcvd", 2}},
		Lines: 8, DistinctLines: 4, Attrs: 10, Predicates: 5}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestVersions(t *testing.T) {
	for name, want := range map[string]Span{
		"Linux 6.12 - 6.18":                   {"Linux", "6.12", "6.18"},
		"Linux 5.4":                           {"Linux", "5.4", "5.4"},
		"Linux 2.6.X":                         {"Linux", "2.6.X", "2.6.X"},
		"Linux 2.6.32-rc1 or 3.10":            {"Linux", "2.6.32-rc1", "2.6.32-rc1"},
		"FreeBSD 11.0-RELEASE - 12.1":         {"FreeBSD", "11.0-RELEASE", "12.1"},
		"Example Windows 10 1507 - 1607":      {"Example Windows 10", "1507", "1607"},
		"Example Server 2008 R2 - 2012":       {"Example Server", "2008", "2012"},
		"Box 1.2 (Core 9) - 1.4 or Pad 3 - 4": {"Box", "1.2", "1.4"},
		"Example box (Linux 2.4)":             {},
		"4.3BSD":                              {},
		"":                                    {},
		"- 5":                                 {"-", "5", "5"},
	} {
		got, ok := Versions(name)
		if ok != (want != Span{}) || got != want {
			t.Errorf("%q: %+v %v, want %+v", name, got, ok, want)
		}
	}
	s := Span{"Linux", "5.4", "5.15"}
	for v, want := range map[string]bool{"5.4": true, "5.4.1": true, "5.3.18": false, "5.15.3": true, "5.16": false, "5.10-rc1": true, "6": false} {
		if s.Contains(v) != want {
			t.Errorf("%v contains %s: %v", s, v, !want)
		}
	}
	for generation, want := range map[string]bool{"5.X": true, "5.10.X": true, "5.3.X": false, "5.16.X": false, "4.X": false, "6.X": false, "5": true} {
		if s.Meets(generation) != want {
			t.Errorf("%v meets %s: %v", s, generation, !want)
		}
	}
	for _, s := range []Span{{"Linux", "2.6.39", "7.3"}, {"Linux", "2.6.39", "2.6.39"}, {"Linux", "2", "3"}} {
		if !s.Meets("2.6.X") || s.Meets("2.4.X") != (s.Lo == "2") {
			t.Errorf("%v meets 2.6.X: %v, 2.4.X: %v", s, s.Meets("2.6.X"), s.Meets("2.4.X"))
		}
	}
	if CompareVersions("5.10", "5.9.3") != 1 || CompareVersions("11.0-RELEASE", "11.0") != 0 {
		t.Error("versions are out of order")
	}
}

func FuzzVersions(f *testing.F) {
	f.Add("FreeBSD 11.0-RELEASE - 12.1")
	f.Fuzz(func(t *testing.T, name string) {
		if s, ok := Versions(name); ok && (s.Family == "" || s.Lo == "" || s.Hi == "") {
			t.Errorf("%q: %+v", name, s)
		}
	})
}

func TestPlaces(t *testing.T) {
	env := map[string]string{"HOME": "/h", "NMAPDIR": "/n", "XDG_DATA_HOME": "/d"}
	got := PlacesOf(func(k string) string { return env[k] })
	want := Places{
		Nmap: []string{"/n/nmap-os-db", "/h/.nmap/nmap-os-db", "/usr/local/share/nmap/nmap-os-db", "/usr/share/nmap/nmap-os-db"},
		P0f:  []string{"/etc/p0f/p0f.fp", "/usr/share/p0f/p0f.fp"},
		User: "/d/whorl",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	env["XDG_DATA_HOME"] = "relative"
	if got := PlacesOf(func(k string) string { return env[k] }); got.User != "/h/.local/share/whorl" {
		t.Errorf("user's at %s", got.User)
	}
	if got := PlacesOf(func(string) string { return "" }); got.User != "" || len(got.Nmap) != 2 {
		t.Errorf("without environment: %+v", got)
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	write := func(name string) string {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte("Fingerprint "+filepath.Base(name)+"\nT1(R=N)\n"), 0o666); err != nil {
			t.Fatal(err)
		}
		return file
	}
	c := Config{
		Embedded: maps.All(map[string]string{"e.osdb": "Fingerprint e\nT1(R=N)\n"}),
		Places:   Places{Nmap: []string{filepath.Join(dir, "none"), write("nmap-os-db"), write("later")}, User: filepath.Join(dir, "user")},
		Files:    []string{write("named.osdb"), filepath.Join(dir, "missing")},
	}
	write("user/b.osdb")
	write("user/a.osdb")
	write("user/notes.txt")
	set, problems := Load(c)
	var got []string
	for _, e := range set.Entries() {
		got = append(got, fmt.Sprintf("%s from %s", e.Name, e.Source.Database))
	}
	want := []string{"e from embedded", "nmap-os-db from nmap-os-db", "named.osdb from named", "a.osdb from user", "b.osdb from user"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if len(problems) != 1 || problems[0].Error() != "osdb: "+filepath.Join(dir, "missing")+": cannot be opened: no such file or directory" {
		t.Errorf("problems: %v", problems)
	}
}

// The project's own database must be clean.
func TestEmbedded(t *testing.T) {
	set, problems := Load(Config{Embedded: data.Files})
	for _, p := range append(problems, set.Lint()...) {
		t.Error(p)
	}
	for _, d := range set {
		if d.Points != *gen2.DefaultPoints() {
			t.Errorf("%s: points differ from Nmap's", d.File)
		}
	}
}

// installed loads the nmap-os-db of this machine.
func installed(t testing.TB) *DB {
	t.Helper()
	set, problems := Load(Config{Places: PlacesOf(os.Getenv)})
	for _, d := range set {
		if d.Database == Nmap {
			for _, p := range problems {
				t.Error(p)
			}
			return d
		}
	}
	t.Skip("no nmap-os-db is installed")
	return nil
}

// What is there is read whole: every record survives writing and reading.
func TestNmapDatabase(t *testing.T) {
	db := installed(t)
	if len(db.Entries) < 5000 || db.Title == "" || db.Date == "" {
		t.Errorf("%d entries, title %q, date %q", len(db.Entries), db.Title, db.Date)
	}
	if db.Points != *gen2.DefaultPoints() {
		t.Error("its points are not the default ones")
	}
	text := []byte(defaultPoints())
	for _, e := range db.Entries {
		text = append(e.AppendTo(text), '\n')
		for n := range gen2.NumTests {
			for _, term := range e.Gen2.Test(n).Terms(expr.Nmap793) {
				for _, a := range term.Expr.Alternatives() {
					if v, ok := a.Example(); !ok || !term.Expr.Match(v) {
						t.Errorf("%v: %v: %s does not match its own %q", e.Source, n, term.Expr, v)
					}
				}
			}
		}
	}
	again, problems := read(t, string(text))
	if len(problems) > 0 || len(again.Entries) != len(db.Entries) {
		t.Fatalf("written and read again: %d entries, problems %q", len(again.Entries), problems)
	}
	for i, e := range db.Entries {
		if !same(e, again.Entries[i]) {
			t.Errorf("%v changes when it is written and read:\n%v", e.Source, again.Entries[i])
		}
	}
	s := Set{db}.Stats()
	t.Logf("%d entries, %d names, %d lines (%d different), %d attributes (%d different predicates)",
		s.Entries, s.Names, s.Lines, s.DistinctLines, s.Attrs, s.Predicates)
}

func BenchmarkReadNmap(b *testing.B) {
	db := installed(b)
	text, err := os.ReadFile(db.File)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Read(strings.NewReader(string(text)), Nmap, db.File)
	}
}

func ExampleRead() {
	db, problems := Read(strings.NewReader(`Fingerprint Linux 6.12 - 6.18
Class Linux | Linux | 6.X | general purpose
T2(R=N)
T5(DF=Y%W=0
Source measured
`), User, "mine.osdb")
	for _, e := range db.Entries {
		fmt.Println(e.Name, "from", e.Source)
	}
	for _, p := range problems {
		fmt.Println(p)
	}
	// Output:
	// Linux 6.12 - 6.18 from mine.osdb:1
	// osdb: mine.osdb:4: method: T5: closing parenthesis is missing
}
