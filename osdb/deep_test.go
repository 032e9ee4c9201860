package osdb

import (
	"strings"
	"testing"

	"whorl/method/deep"
)

// Every test of package deep may stand in a record and is kept for its Score.
func TestDeepTests(t *testing.T) {
	text := "Fingerprint Example\nClass a | b | | c\nSource measured\nT2(R=N)\n"
	for _, name := range deep.Tests {
		text += name + "(R=Y|N)\n"
	}
	db, problems := Read(strings.NewReader(text), "test", "test.osdb")
	if len(problems) > 0 || len(db.Entries) != 1 || len(db.Entries[0].Extra) != len(deep.Tests) {
		t.Errorf("%v, %v", problems, db.Entries)
	}
}
