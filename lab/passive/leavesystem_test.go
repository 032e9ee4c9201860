package main

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"

	"whorl"
	"whorl/osdb"
)

// A system without its records is named as the one that is like it, and one that nothing is
// like is not.
func TestSystemsLeftOut(t *testing.T) {
	const text = `Fingerprint A
Class A | A | | general purpose
Syn(TTL=40%DF=Y%ID=N%W=FFFF%WS=8%O=MSTNW)

Fingerprint A, also B
Class B | B | | general purpose
Class A | A | | general purpose
Syn(TTL=40%DF=Y%ID=N%W=FFFF%WS=8%O=MSTNW)

Fingerprint C
Class C | C | | general purpose
Syn(TTL=40%DF=Y%ID=N%W=FFFF%WS=8%O=MSTNW)

Fingerprint D
Class D | D | | general purpose
Syn(TTL=80%DF=Y%ID=N%W=2000%WS=2%O=MNWNNS)
`
	db, problems := osdb.Read(strings.NewReader(text), osdb.Embedded, "x")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	shown := func(family, print string) row {
		h := &whorl.Host{Addr: netip.MustParseAddr("192.0.2.1"), Observations: []whorl.Observation{{Method: "syn", Print: print}}}
		return row{label: label{family: family}, seen: h}
	}
	rows := []row{
		shown("A", "Syn(V=4%TTL=3C%H=3C%DF=Y%ID=N%W=FFFF%MSS=5B4%WS=8%O=MSTNW)"),
		shown("D", "Syn(V=4%TTL=80%H=34%DF=Y%ID=N%W=2000%MSS=5B4%WS=2%O=MNWNNS)"),
		{label: label{family: "D"}},
	}
	var out bytes.Buffer
	printSystemsLeftOut(&out, osdb.Set{db}, rows)
	got := strings.Fields(out.String())
	want := strings.Fields("system left out hosts named as others which A 1 1 C D 1 0")
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("%s", out.String())
	}
	if len(db.Entries) != 4 {
		t.Errorf("the set itself has changed: %d records", len(db.Entries))
	}
}
