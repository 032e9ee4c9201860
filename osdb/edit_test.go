package osdb

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const overlay = `# My own.

# the first
Fingerprint Example 1 # a remark
Class Example | Example OS | 1.X | general purpose
# before T2
T2(R=N)
  T3 is not read
SEQ(SP=FD-108%GCD=1-6)
Source lab
Source and a table
# behind

MatchPoints
SEQ(SP=25)

Fingerprint Example 2
T2(R=N)`

func TestAmend(t *testing.T) {
	db, _ := read(t, overlay)
	was := db.Entries[0]
	now := *was
	now.Gen2, _ = FromObservation(parse(t, "SEQ(SP=102%GCD=2)T2(R=N)T5(R=N)"))
	now.Source.Text = "lab; again"
	got, err := Amend([]byte(overlay), was, &now)
	if err != nil {
		t.Fatal(err)
	}
	want := `# My own.

# the first
Fingerprint Example 1 # a remark
Class Example | Example OS | 1.X | general purpose
# before T2
T2(R=N)
  T3 is not read
SEQ(SP=FA-10A%GCD=1-6)
Source lab; again
# behind
T5(R=N)

MatchPoints
SEQ(SP=25)

Fingerprint Example 2
T2(R=N)`
	if d := cmp.Diff(want, string(got)); d != "" {
		t.Error(d)
	}
	if _, err := Amend(got, was, &now); err == nil || !strings.Contains(err.Error(), "f.osdb:4: the record is not there any more as it was read") {
		t.Errorf("a record that has changed: %v", err)
	}
	now.Name = "a\nb"
	if _, err := Amend([]byte(overlay), was, &now); err == nil {
		t.Error("a bad record is written")
	}
	last := *db.Entries[1]
	last.Source.Text = "lab"
	if got, err := Amend([]byte(overlay), db.Entries[1], &last); err != nil || string(got) != overlay+"\nSource lab\n" {
		t.Errorf("the last record: %v\n%s", err, got)
	}
}

func TestAppend(t *testing.T) {
	db, _ := read(t, "Fingerprint A\nT1(R=N)\n")
	e := db.Entries[0]
	for _, tt := range []struct {
		text, want string
		line       int
	}{
		{"", "Fingerprint A\nT1(R=N)\n", 1},
		{"# head", "# head\n\nFingerprint A\nT1(R=N)\n", 3},
		{"Fingerprint B\nT2()\n", "Fingerprint B\nT2()\n\nFingerprint A\nT1(R=N)\n", 4},
		{"Fingerprint B\nT2()\n\n", "Fingerprint B\nT2()\n\nFingerprint A\nT1(R=N)\n", 4},
	} {
		got, line, err := Append([]byte(tt.text), e)
		if err != nil || string(got) != tt.want || line != tt.line {
			t.Errorf("%q: %q, line %d, %v", tt.text, got, line, err)
		}
	}
	if _, _, err := Append(nil, &Entry{Name: "A"}); err == nil {
		t.Error("a record without tests is written")
	}
	if _, _, err := Append(make([]byte, MaxFile), e); err == nil {
		t.Error("a file grows beyond what is read")
	}
}

func TestUpdate(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "deep", "user.osdb")
	add := func(s string) func([]byte) ([]byte, error) {
		return func(text []byte) ([]byte, error) { return append(text, s...), nil }
	}
	for _, s := range []string{"a\n", "b\n"} {
		if err := Update(file, add(s)); err != nil {
			t.Fatal(err)
		}
	}
	os.Chmod(file, 0o640)
	link := filepath.Join(dir, "link.osdb")
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	nested := func(text []byte) ([]byte, error) {
		if err := Update(file, add("x\n")); !errors.Is(err, ErrBusy) || !strings.Contains(err.Error(), "delete "+file+".new") {
			t.Errorf("two writers: %v", err)
		}
		return append(text, "c\n"...), nil
	}
	if err := Update(link, nested); err != nil {
		t.Fatal(err)
	}
	failure := errors.New("no")
	if err := Update(file, func([]byte) ([]byte, error) { return nil, failure }); !errors.Is(err, failure) {
		t.Errorf("a change that fails: %v", err)
	}
	text, err := os.ReadFile(file)
	if err != nil || string(text) != "a\nb\nc\n" {
		t.Errorf("%q, %v", text, err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v", err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if left, _ := os.ReadDir(filepath.Dir(file)); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
	if err := Update(filepath.Join(file, "x"), add("")); err == nil {
		t.Error("a file as a folder")
	}
}

// FuzzAmend: whatever a file holds, a change of one record leaves the others alone.
func FuzzAmend(f *testing.F) {
	f.Add(overlay)
	f.Add(sample)
	f.Fuzz(func(t *testing.T, text string) {
		db, _ := read(t, text)
		for i, was := range db.Entries[:min(len(db.Entries), 4)] {
			now := *was
			now.Source.Text = "changed"
			got, err := Amend([]byte(text), was, &now)
			if err != nil {
				continue
			}
			again, _ := read(t, string(got))
			if len(again.Entries) != len(db.Entries) {
				t.Fatalf("%d records become %d", len(db.Entries), len(again.Entries))
			}
			for j, e := range again.Entries {
				want := db.Entries[j]
				if j == i {
					want = &now
				}
				if e.String() != want.String() {
					t.Errorf("record %d: %v", j, e)
				}
			}
		}
	})
}
