package osdb

import "testing"

// The times of a record are its own, or those of the record of the same versions, or of
// the same generation, and never those of another system.
func TestSchedules(t *testing.T) {
	db, problems := read(t, `Fingerprint Example 4.1 - 4.9
Class a | Example | 4.X | general purpose
T2(R=N)
SynRcvd(G=1,2%E=none)
LastAck(G=3%E=none)
SynAck(TTL=40%O=M)

Fingerprint Example 4.10 - 5.3
Class a | Example | 4.X | general purpose
Class a | Example | 5.X | general purpose
T2(R=N)
SynRcvd(G=3,6%E=none)

Fingerprint Box
Class b | embedded | | printer
T2(R=N)
SynRcvd(G=9%E=none)

`)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for _, c := range []struct{ record, want string }{
		{"Fingerprint Example 4.5\nClass a | Example | 4.X | general purpose\n", "SynRcvd(G=1,2%E=none)"},
		{"Fingerprint Example 4.12 - 5.0\nClass a | Example | 5.X | general purpose\n", "SynRcvd(G=3,6%E=none)"},
		{"Fingerprint Gadget (Example)\nClass c | Example | 5.X | WAP\n", "SynRcvd(G=3,6%E=none)"},
		{"Fingerprint Example 9\nClass a | Example | 9.X | general purpose\n", ""},
		{"Fingerprint Printer\nClass b | embedded | | printer\n", ""},
		{"Fingerprint Example 4.5\nClass a | Example | 4.X | general purpose\nSynRcvd(G=7%E=none)\n", ""},
	} {
		one, problems := read(t, c.record+"T2(R=N)\n")
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		e := one.Entries[0]
		got := ""
		lines := Set{one, db}.Schedules(e)
		if len(lines) > 0 {
			got = lines[0].String()
		}
		if got != c.want || c.want == "SynRcvd(G=1,2%E=none)" && len(lines) != 2 {
			t.Errorf("%s: %v, want %s", e.Name, lines, c.want)
		}
	}
}
