package main

import (
	"path/filepath"
	"strings"
	"testing"

	"whorl/osdb"
)

// The stack of this machine, asked over the loopback of a namespace, becomes a record
// that is read as it was written.
func TestAddHost(t *testing.T) {
	whorl := namespace(t, "link set lo up")
	file := filepath.Join(t.TempDir(), "mine.osdb")
	code, out, people := outcome(t, whorl("db", "add", "--no-system-db", "--host", "127.0.0.1", "--to", file, "--yes",
		"--name", "Mine 1", "--class", "a | b | 1.X | general purpose"))
	if code != exitOK || !strings.Contains(people, "Written to "+file+":4") {
		t.Fatalf("exit code %d: %s", code, people)
	}
	set, problems := osdb.Load(osdb.Config{Files: []string{file}})
	found := set.Find("mine 1")
	if len(problems) > 0 || len(found) != 1 || found[0].String() != out {
		t.Fatalf("%v, %v; shown was\n%s", problems, found, out)
	}
	for _, want := range []string{"MSS FFD7 brought to 5B4", "scan of 127.0.0.1", "OPS(O1=M5B4", "T1(R=Y"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}
