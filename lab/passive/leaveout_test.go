package main

import (
	"net/netip"
	"strings"
	"testing"

	"whorl"
	"whorl/method/syn"
	"whorl/osdb"
)

// What only one project's hosts show is left out, what nobody shows, or others too, is not;
// nor is anything of records that rest on other sources.
func TestWithout(t *testing.T) {
	const text = `Fingerprint A
Class A | A | | general purpose
Syn(TTL=40%DF=Y%W=1000|2000|3000|4000%O=M)
Source captures

Fingerprint B
Class A | A | | general purpose
Syn(TTL=40%DF=Y%W=1000%O=M)
Source lab
`
	db, problems := osdb.Read(strings.NewReader(text), osdb.Embedded, "x")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	shown := func(capture, window string) row {
		h := &whorl.Host{Addr: netip.MustParseAddr("192.0.2.1"),
			Observations: []whorl.Observation{{Method: "syn", Print: "Syn(V=4%TTL=3C%H=2C%DF=Y%ID=N%W=" + window + "%MSS=5B4%O=M)"}}}
		return row{label: label{capture: capture, family: "A"}, seen: h}
	}
	rows := []row{shown("one__x.pcap", "1000"), shown("one__y.pcap", "2000"), shown("two__x.pcap", "2000")}
	for project, want := range map[string]string{"one": "2000|3000|4000", "two": "1000|2000|3000|4000"} {
		set, gone := without(osdb.Set{db}, rows, project)
		var got []string
		for _, e := range set.Entries() {
			w, _ := e.Tests(syn.Has)[0].Value("W")
			got = append(got, w)
		}
		if got[0] != want || got[1] != "1000" || gone != 4-len(strings.Split(want, "|")) {
			t.Errorf("without %s: %q, %d gone, want %s", project, got, gone, want)
		}
	}
	if w, _ := db.Entries[0].Tests(syn.Has)[0].Value("W"); w != "1000|2000|3000|4000" {
		t.Errorf("the set itself has changed: %s", w)
	}
}
