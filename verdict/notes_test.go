package verdict

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl/method/methodtest"
	"whorl/osdb"
)

func TestNotes(t *testing.T) {
	db, problems := osdb.Read(strings.NewReader(`Fingerprint Linux 4.15 - 6.19
OPS(O1=M5B4ST11NW[0-E]|M5B4NNSNW[0-E]|M5B4)
T1(R=Y%T=3B-45%TG=40)
IE(R=Y|N%CD=S)
`), osdb.Embedded, "t.osdb")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for _, c := range []struct {
		name, o1, ttl, echo string
		want                []string
	}{
		{"as it comes", "M5B4ST11NW7", "40", "Y", nil},
		{"seen over its loopback", "MFFD7ST11NW7", "40", "Y", nil},
		{"a tunnel", "M550ST11NW7", "40", "Y", []string{"path of 1400-byte packets"}},
		{"no timestamps, no ping", "M5B4NNSNW7", "40", "N", []string{"timestamps off", "pings not answered"}},
		{"bare, another TTL", "M5B4", "80", "Y", []string{"timestamps off", "SACK off", "window scaling off", "initial TTL set to 128"}},
	} {
		seen := methodtest.Lines(t, "OPS(O1="+c.o1+") T1(R=Y%T="+c.ttl+") T4(R=Y) IE(R="+c.echo+")")
		if diff := cmp.Diff(c.want, notes(db.Entries[0], seen)); diff != "" {
			t.Errorf("%s: -want +got\n%s", c.name, diff)
		}
	}
}
