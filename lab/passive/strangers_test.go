package main

import (
	"bytes"
	"strings"
	"testing"

	"whorl/osdb"
	"whorl/verdict"
)

// Of the stacks of another database one is that of a record, one looks like it, and one like
// nothing.
func TestStrangers(t *testing.T) {
	read := func(text string) osdb.Set {
		db, problems := osdb.Read(strings.NewReader(text), osdb.Embedded, "x")
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		return osdb.Set{db}
	}
	const answer = "SynAck(TTL=40%DF=Y%ID=Z%W=20*SEG%WS=7%O=MSTNW)\n"
	known := "Fingerprint Linux 3\nClass Linux | Linux | 3.X | general purpose\n" + answer
	var out bytes.Buffer
	printStrangers(&out, verdict.NewHandshakes(read(known), verdict.Options{}), read(known+
		"\nFingerprint B\nClass B | B | | general purpose\n"+answer+
		"\nFingerprint C\nClass C | C | | general purpose\nSynAck(TTL=20%DF=N%ID=N%W=777%WS=0%O=NWMNNT)\n"+
		"\nFingerprint no window\nClass D | D | | general purpose\nSynAck(TTL=20%O=M)\n"))
	lines := strings.Split(out.String(), "\n")
	if got := strings.Join(strings.Fields(lines[2]), " "); got != "Linux 3 1 1 1 0 0 0 0 0 0" {
		t.Errorf("%q in\n%s", got, out.String())
	}
}
