package verdict

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"whorl"
	"whorl/osdb"
)

const (
	sharedRecord = "Fingerprint FreeBSD 6.X, Juniper JUNOS or Apple macOS 10.4\nClass FreeBSD | FreeBSD | 6.X | t\nClass Juniper | JUNOS | | router\nClass Apple | macOS | 10.4.X | t\n\n"
	olderRecord  = "Fingerprint FreeBSD 5.X\nClass FreeBSD | FreeBSD | 5.X | t\n\n"
	appleRecord  = "Fingerprint Apple macOS 10.10 - 10.12 (iOS 10)\nClass Apple | macOS | 10.10.X | t\nClass Apple | macOS | 10.12.X | t\nClass Apple | iOS | 10.X | phone\n\n"
	firstRecord  = "Fingerprint Apple macOS 10.5\nClass Apple | macOS | 10.5.X | t\n\n"
	phoneRecord  = "Fingerprint Linux 4.4 (Android)\nClass Linux | Linux | 4.X | t\nClass Google | Android | 9.X | phone\nClass Acme | embedded | | phone\n\n"
	linuxRecord  = "Fingerprint Linux 5.4\nClass Linux | Linux | 5.X | t\n\n"
	modelsRecord = "Fingerprint A | B, C, D, E\nClass A | embedded | | t\nClass B | embedded | | t\nClass C | embedded | | t\nClass D | embedded | | t\nClass E | embedded | | t\n\n"
)

// familyFrom is a family of records and their shares, all of them its own.
func familyFrom(t *testing.T, vendor, name, text string, shares ...float64) (f family, all []float64) {
	t.Helper()
	db, _ := osdb.Read(strings.NewReader(text), osdb.Embedded, "test.osdb")
	f = family{class: whorl.Class{Vendor: vendor, Family: name}, entries: db.Entries}
	if len(shares) != len(db.Entries) {
		t.Fatalf("%d records", len(db.Entries))
	}
	for i, s := range shares {
		f.share += s
		f.members = append(f.members, i)
		f.of = append(f.of, candidate{db.Entries[i], i, s})
	}
	slices.SortStableFunc(f.of, func(a, b candidate) int { return cmp.Compare(b.share, a.share) })
	return f, shares
}

// A name that is put together says what else its records are of, if the family is not as sure
// without them.
func TestBeside(t *testing.T) {
	for _, c := range []struct {
		name         string
		vendor, of   string
		text         string
		shares       []float64
		level        func(family) answer
		want, family string
		classes      int
	}{
		{"a range", "FreeBSD", "FreeBSD", sharedRecord + olderRecord, []float64{0.5, 0.4}, family.byVersions,
			"FreeBSD 5.X - 6.X, Juniper JUNOS or Apple macOS 10.4.X", "", 4},
		{"that is sure without the others", "FreeBSD", "FreeBSD", sharedRecord + olderRecord, []float64{0.05, 0.85}, family.byVersions, "FreeBSD 5.X", "FreeBSD", 1},
		{"the family alone", "FreeBSD", "FreeBSD", sharedRecord + olderRecord, []float64{0.5, 0.4}, family.alone, "FreeBSD, Juniper JUNOS or Apple macOS", "", 3},
		{"a range of another than the record is named by", "Apple", "Darwin", sharedRecord + firstRecord, []float64{0.5, 0.4}, family.byVersions,
			"Apple macOS 10.4.X - 10.5, FreeBSD 6.X or Juniper JUNOS", "", 4},
		{"a record by its name", "FreeBSD", "FreeBSD", sharedRecord + olderRecord, []float64{0.9, 0.05}, family.byName,
			"FreeBSD 6.X, Juniper JUNOS or Apple macOS 10.4", "FreeBSD", 3},
		{"kin with a name of its own", "Apple", "Darwin", appleRecord + firstRecord, []float64{0.5, 0.4}, family.byVersions, "Apple macOS 10.5 - 10.12 (iOS 10.X)", "macOS", 4},
		{"kin under the name of the family", "Apple", "Darwin", appleRecord + firstRecord, []float64{0.5, 0.4}, family.alone, "Apple Darwin", "Darwin", 2},
		{"what a device runs", "Linux", "Linux", phoneRecord + linuxRecord, []float64{0.5, 0.4}, family.byVersions, "Linux 4.4 - 5.4 (Google Android 9.X)", "Linux", 3},
		{"generations", "Linux", "Linux", phoneRecord + linuxRecord, []float64{0.5, 0.4}, family.byGenerations, "Linux 4.X|5.X (Google Android 9.X)", "Linux", 3},
		{"too many", "A", "embedded", modelsRecord, []float64{0.9}, family.alone, "", "", 0},
	} {
		f, all := familyFrom(t, c.vendor, c.of, c.text, c.shares...)
		a, ok := f.beside(c.level(f), all, 0.8)
		if !ok {
			a = answer{}
		}
		if ok != (c.want != "") || a.name != c.want || a.system.Family != c.family || len(a.classes) != c.classes {
			t.Errorf("%s: %q of %q, %v; want %q of %q, %d classes", c.name, a.name, a.system.Family, a.classes, c.want, c.family, c.classes)
		}
	}
}

// Handshakes of a record that several systems share are of one that the host shows otherwise,
// and alone they name them all.
func TestSharedHandshakes(t *testing.T) {
	records := sharedRecord[:len(sharedRecord)-1] + "SynAck(TTL=40%DF=Y%W=FFFF%WS=0-2%O=MNWNNTSLL)\n\n" +
		firstRecord[:len(firstRecord)-1] + "Syn(TTL=40%DF=Y%W=FFFF%WS=3%O=MNWNNTSLL)\n\n" +
		"Fingerprint Linux 3.10\nClass Linux | Linux | 3.X | general purpose\nSyn(TTL=40%DF=Y%W=1000%WS=1%O=MSTNW)\n\n"
	db, _ := osdb.Read(strings.NewReader(records), osdb.Embedded, "test.osdb")
	j := NewHandshakes(osdb.Set{db}, Options{})
	const (
		answers = "SynAck(V=4%TTL=40%H=40%DF=Y%ID=N%W=FFFF%MSS=5B4%WS=1%O=MNWNNTSLL%SO=WST%SM=5B4)\nSeen(N=5%F=1%L=9%P=50)\n"
		begins  = "Syn(V=4%TTL=40%H=40%DF=Y%ID=N%W=FFFF%MSS=5B4%WS=3%O=MNWNNTSLL)\nSeen(N=4%F=2%L=8%P=50)\n"
		another = "Syn(V=4%TTL=40%H=3C%DF=Y%ID=N%W=1000%MSS=5B4%WS=1%O=MSTNW)\nSeen(N=4%F=2%L=8%P=50)\n"
	)
	for _, c := range []struct {
		name   string
		prints []string
		want   string
	}{
		{"alone", []string{answers}, "FreeBSD 6.X, Juniper JUNOS or Apple macOS 10.4"},
		{"beside one of them", []string{answers, begins}, "Apple macOS 10.5"},
		{"beside another", []string{answers, another}, whorl.Unknown},
	} {
		h := heardHost(c.prints...)
		j.Judge(h)
		if got := h.Verdicts[0]; got.Name != c.want || (len(h.Boxes) > 0) != (c.want == whorl.Unknown) {
			t.Errorf("%s: %s (%s), boxes %v; want %s", c.name, got.Name, got.Source.Text, h.Boxes, c.want)
		}
	}
}
