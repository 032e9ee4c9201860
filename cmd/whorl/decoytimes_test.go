package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"whorl/osdb"
)

// untimed has a record that tells nothing of times, and relatives that do.
const untimed = `Fingerprint Example 4.5
Class a | Example | 4.X | general purpose
T2(R=N)

Fingerprint Example 4.1 - 4.9
Class a | Example | 4.X | general purpose
T2(R=N)
SynRcvd(G=1,2%E=none)
LastAck(G=3%E=none)

Fingerprint Stranger
Class b | Other | 1.X | general purpose
T2(R=N)

`

// Records get the times of their relative, each once however often it is used. Those of the
// database stay as they are.
func TestTimed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.osdb")
	if err := os.WriteFile(file, []byte(untimed), 0o666); err != nil {
		t.Fatal(err)
	}
	set, problems := osdb.Load(osdb.Config{Files: []string{file}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	p := decoyPlan{set: set}
	var all []*osdb.Entry
	for _, e := range set.Entries() {
		all = append(all, e)
	}
	got := p.timed(append(all, all...))
	times := func(e *osdb.Entry) string {
		var b strings.Builder
		for _, l := range e.Extra {
			b.WriteString(l.Test + " ")
		}
		return b.String()
	}
	if got[0] == all[0] || got[0].Name != all[0].Name || got[0].Source != all[0].Source || times(got[0]) != "SynRcvd LastAck " || times(all[0]) != "" {
		t.Errorf("the foreign record has %q, in the database %q", times(got[0]), times(all[0]))
	}
	if got[1] != all[1] || got[2] != all[2] {
		t.Error("records that have times, or no relative, are changed")
	}
	for i := range all {
		if got[i] != got[i+len(all)] {
			t.Errorf("%s: made twice", all[i].Name)
		}
	}
}
