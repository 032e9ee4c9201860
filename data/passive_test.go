package data_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl/data"
	"whorl/method"
	"whorl/method/backoff"
	"whorl/method/syn"
	"whorl/osdb"
)

// Every file of the folder is part of the program.
func TestFiles(t *testing.T) {
	want, err := filepath.Glob("*.osdb")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for name, text := range data.Files {
		got = append(got, name)
		if file, err := os.ReadFile(name); err != nil || string(file) != text {
			t.Errorf("%s: its text is not that of the file: %v", name, err)
		}
	}
	slices.Sort(want)
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// A run that only listens is told the same by records whose tests wait to be asked for.
func TestUnreadSayTheSame(t *testing.T) {
	whole := load(t)
	unread, problems := osdb.Load(osdb.Config{Embedded: data.Files, Trusted: true, Lazy: true})
	if len(problems) > 0 || unread.Len() != whole.Len() || len(unread) != len(whole) {
		t.Fatalf("%d records of %d, %v", unread.Len(), whole.Len(), problems)
	}
	lines := func(ls []method.Line) string { return method.Lines(ls).String() }
	forms := 0
	for i, d := range unread {
		if d.Title != whole[i].Title || d.Date != whole[i].Date {
			t.Errorf("%s: %q %q", d.File, d.Title, d.Date)
		}
		for j, e := range d.Entries {
			w := whole[i].Entries[j]
			if e.Name != w.Name || e.Within != w.Within || !cmp.Equal(e.Classes, w.Classes) || e.Source != w.Source {
				t.Errorf("%+v, want %+v", e, w)
			}
			if e.Gen2 != nil || e.Gen1 != nil || e.Extra != nil {
				t.Errorf("%s: tests were read", e.Name)
			}
			forms += len(e.Passive())
			if d := cmp.Diff(lines(linesOf(w.Passive())), lines(linesOf(e.Passive()))); d != "" {
				t.Errorf("%s: forms: %s", w.Name, d)
			}
			if want, got := fmt.Sprint(w.Habits()), fmt.Sprint(e.Habits()); want != got {
				t.Errorf("%s: habits %s, want %s", w.Name, got, want)
			}
			if d := cmp.Diff(lines(w.Tests(backoff.Has)), lines(e.Tests(backoff.Has))); d != "" {
				t.Errorf("%s: schedules: %s", w.Name, d)
			}
		}
	}
	if forms < 150 {
		t.Errorf("%d forms, want at least 150", forms)
	}
}

// linesOf are the forms of a record as lines.
func linesOf(r syn.Reference) (out []method.Line) {
	for i := range r {
		out = append(out, r[i].Line())
	}
	return out
}
