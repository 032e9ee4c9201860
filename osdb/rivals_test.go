package osdb

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl/data"
	"whorl/method/expr"
	"whorl/method/gen2"
)

func TestExample(t *testing.T) {
	db, _ := read(t, "Fingerprint A\nSEQ(SP=5-3|FD-108%TI=Z|I%TS=9-8)\nT1(R=N|Y%T=3B-45)\nT2(R=N)\nT3()\nT4(DF=Y)\n")
	var got strings.Builder
	for _, l := range db.Entries[0].Example() {
		got.WriteString(l.String())
	}
	if want := "SEQ(SP=FD%TI=Z)T1(R=Y%T=3B)T2(R=N)T3(R=N)T4(R=Y%DF=Y)"; got.String() != want {
		t.Errorf("%s, want %s", got.String(), want)
	}
}

// Every record fits its own example, which therefore cannot widen it, and of which a
// record can be made that fits it.
func TestExamplesFit(t *testing.T) {
	set, _ := Load(Config{Embedded: data.Files, Places: PlacesOf(os.Getenv)})
	for _, e := range set.Entries() {
		if s := e.Gen2.Score(e.Example(), gen2.DefaultPoints(), expr.Whorl); s.Num != s.Den || s.Den == 0 && e.Gen2 != nil {
			t.Errorf("%v: %d of %d points", e.Source, s.Num, s.Den)
		}
		if e.Gen2 == nil {
			continue
		}
		if _, changes, err := e.Widen(e.Example()); err != nil || len(changes) > 0 {
			t.Errorf("%v: widened by its own example: %v, %v", e.Source, changes, err)
		}
		r, err := FromObservation(e.Example())
		if err != nil {
			t.Errorf("%v: %v", e.Source, err)
			continue
		}
		if s := r.Score(e.Example(), gen2.DefaultPoints(), expr.Whorl); s.Num != s.Den {
			t.Errorf("%v: a record of its example has %d of %d points", e.Source, s.Num, s.Den)
		}
	}
}

func TestLintRivals(t *testing.T) {
	class := func(family string) string { return "\nClass a | " + family + " | | d\n" }
	rest := strings.SplitN(observed, "\n", 3)[2]
	db, _ := read(t, "Fingerprint Wide"+class("X")+"SEQ(SP=0-20%TI=Z|I)\nT1(R=Y|N%O=)\nSource x\n\n"+
		"Fingerprint Narrow"+class("X")+"SEQ(SP=5-10|7%TI=I)\nT1(R=Y)\nSource x\n\n"+
		"Fingerprint Narrower"+class("X")+"SEQ(SP=5-10|7%TI=I)\nT1(R=Y)\nSource y\n\n"+
		"Fingerprint Less"+class("X")+"SEQ(SP=5-10)\nSource x\n\n"+
		"Fingerprint Wider"+class("X")+"SEQ(SP=0-21%TI=I)\nT1(R=Y)\nSource x\n\n"+
		"Fingerprint One"+class("X")+"SEQ(SP=5)\n"+rest+"Source x\n\n"+
		"Fingerprint Other"+class("Y")+"SEQ(SP=5-6)\n"+rest+"Source x\n\n"+
		"Fingerprint Both"+class("X")+"Class a | Y | | d\nSEQ(SP=3-6)\n"+rest+"Source x\n")
	db.Database = User
	got := []string{}
	for _, p := range (Set{db}).lintRivals() {
		got = append(got, p.Error())
	}
	want := []string{
		`osdb: f.osdb:7: "Narrow" can never win by points: "Wide" at f.osdb:1 allows all that it does, and is named first`,
		`osdb: f.osdb:13: "Narrower" can never win by points: "Wide" at f.osdb:1 allows all that it does, and is named first`,
		`osdb: f.osdb:41: "Other" and "One" at f.osdb:30 fit the same host (1905 points) and are of different families; tell them apart, or give one the class of the other`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	db.Database = Nmap
	if p := (Set{db}).lintRivals(); p != nil {
		t.Errorf("a foreign database: %v", p)
	}
}

func TestStamp(t *testing.T) {
	dir := t.TempDir()
	named, p0f, user := filepath.Join(dir, "named"), filepath.Join(dir, P0f), filepath.Join(dir, "whorl", "user.osdb")
	c := Config{Files: []string{named}, Places: Places{P0f: []string{p0f}, User: filepath.Dir(user)}}
	last := c.Stamp()
	later := time.Now()
	for _, step := range []struct {
		what    string
		do      func() error
		changes bool
	}{
		{"nothing", func() error { return nil }, false},
		{"a folder", func() error { return os.Mkdir(filepath.Dir(user), 0o777) }, false},
		{"a file", func() error { return os.WriteFile(user, []byte("a"), 0o666) }, true},
		{"its text", func() error { return os.WriteFile(user, []byte("ab"), 0o666) }, true},
		{"its time", func() error { return os.Chtimes(user, later, later.Add(time.Second)) }, true},
		{"another", func() error { return os.WriteFile(named, nil, 0o666) }, true},
		{"a stranger", func() error { return os.WriteFile(user+".new", nil, 0o666) }, false},
		{"one gone", func() error { return os.Remove(user) }, true},
		{"p0f's, which is not read", func() error { return os.WriteFile(p0f, nil, 0o666) }, false},
		{"p0f's, which is", func() error { c.Passive = true; return nil }, true},
		{"its text", func() error { return os.WriteFile(p0f, []byte("; p0f"), 0o666) }, true},
	} {
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		now := c.Stamp()
		if (now != last) != step.changes {
			t.Errorf("%s: changed %v", step.what, now != last)
		}
		last = now
	}
}

func BenchmarkLintRivals(b *testing.B) {
	db := installed(b)
	db.Database = User
	b.ReportAllocs()
	for b.Loop() {
		Set{db}.lintRivals()
	}
}
