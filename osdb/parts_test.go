package osdb

import (
	"strings"
	"testing"
)

const whole = "Fingerprint Example 4.15 - 6.19\nClass a | Example | 4.X | general purpose\nT2(R=N)\nSource measured\n\n"

// A part is found under its whole, and written as it was read.
func TestPart(t *testing.T) {
	const part = "Fingerprint Example 6.16 - 6.17\nWithin Example 4.15 - 6.19\nClass a | Example | 6.X | general purpose\nAE(B=0)\nSource measured\n"
	db, problems := read(t, whole+part)
	if len(problems) > 0 || len(db.Entries) != 2 {
		t.Fatalf("%q, %v", problems, db.Entries)
	}
	db.Database = User
	for _, p := range (Set{db}).Lint() {
		t.Error(p)
	}
	if got := db.Whole(db.Entries[1]); got != db.Entries[0] {
		t.Errorf("the whole is %v", got)
	}
	if got := db.Whole(db.Entries[0]); got != nil {
		t.Errorf("the whole of what is no part is %v", got)
	}
	if got := db.Entries[1].String(); got != part {
		t.Errorf("written as %q", got)
	}
}

func TestPartProblems(t *testing.T) {
	for _, c := range []struct{ name, part, want string }{
		{"no whole", "Fingerprint Example 6.16\nWithin Example\nClass a | Example | 6.X | b\nAE(B=0)\n", `f.osdb:6: "Example 6.16" narrows "Example", and no record of this file has that name`},
		{"of itself", "Fingerprint Example 6.16\nWithin Example 6.16\nClass a | Example | 6.X | b\nAE(B=0)\n", `and no record of this file`},
		{"tests of its own", "Fingerprint Example 6.16\nWithin Example 4.15 - 6.19\nClass a | Example | 6.X | b\nT3(R=N)\nAE(B=0)\n", `has tests of Nmap's second generation; leave them to "Example 4.15 - 6.19"`},
		{"no deep line", "Fingerprint Example 6.16\nWithin Example 4.15 - 6.19\nClass a | Example | 6.X | b\nSyn(TTL=40%O=M)\n", `narrows "Example 4.15 - 6.19" by no test; want one of [CLK`},
		{"another family", "Fingerprint Example 6.16\nWithin Example 4.15 - 6.19\nClass a | Other | 6.X | b\nAE(B=0)\n", `is of another family than "Example 4.15 - 6.19"`},
		{"other versions", "Fingerprint Example 6.16 - 7.1\nWithin Example 4.15 - 6.19\nClass a | Example | 6.X | b\nAE(B=0)\n", `has versions that are not within "Example 4.15 - 6.19"`},
		{"no version", "Fingerprint Example\nWithin Example 4.15 - 6.19\nClass a | Example | | b\nAE(B=0)\n", `has versions that are not within`},
	} {
		db, problems := read(t, whole+c.part+"Source measured\n")
		if len(problems) > 0 {
			t.Errorf("%s: %q", c.name, problems)
		}
		db.Database = User
		found := Set{db}.Lint()
		if len(found) != 1 || !strings.Contains(found[0].Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, found, c.want)
		}
	}
}
