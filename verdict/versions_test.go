package verdict

import (
	"strings"
	"testing"

	"whorl"
	"whorl/osdb"
)

// A record tells versions of the family by its name, as far as that is of the family.
func TestSpanOf(t *testing.T) {
	known, _ := osdb.Read(strings.NewReader("Fingerprint Linux 6.1 - 7.3\nClass Linux | Linux | 7.X | t\nClass Linux | Linux | 6.X | t\n"), osdb.Embedded, "test.osdb")
	for _, c := range []struct {
		record     string
		vendor, of string
		want       osdb.Span // zero: none
	}{
		{"Linux 5.4 - 6.1\nClass Linux | Linux | 5.X | t\nClass Linux | Linux | 6.X | t", "Linux", "Linux", osdb.Span{Family: "Linux", Lo: "5.4", Hi: "6.1"}},
		{"Sun Solaris 9 or 10\nClass Sun | Solaris | 9 | t\nClass Sun | Solaris | 10 | t", "Sun", "Solaris", osdb.Span{Family: "Sun Solaris", Lo: "9", Hi: "10"}},
		{"Router 4.5 (Linux)\nClass Linux | Linux | 2.6.X | t", "Linux", "Linux", osdb.Span{}},
		{"FreeBSD 6.X or Mac OS X 10.4\nClass FreeBSD | FreeBSD | 6.X | t\nClass Apple | macOS | 10.4.X | t", "FreeBSD", "FreeBSD",
			osdb.Span{Family: "FreeBSD", Lo: "6.X", Hi: "6.X"}},
		{"FreeBSD 6.X or Mac OS X 10.4\nClass FreeBSD | FreeBSD | 6.X | t\nClass Apple | macOS | 10.4.X | t", "Apple", "Darwin",
			osdb.Span{Family: "Apple macOS", Lo: "10.4.X", Hi: "10.4.X"}},
		{"FreeBSD 7.0 (ESXi)\nClass FreeBSD | FreeBSD | 7.X | t\nClass VMware | ESXi | | t", "VMware", "ESXi", osdb.Span{}},
		{"HP LaserJet 2430, 2550\nClass HP | embedded | | printer", "HP", "embedded", osdb.Span{}},
		{"Linux 2.6.39 or newer\nClass Linux | Linux | | t", "Linux", "Linux", osdb.Span{Family: "Linux", Lo: "2.6.39", Hi: "7.3"}},
		{"Plan 9 4.0 or newer\nClass Bell Labs | Plan 9 | | t", "Bell Labs", "Plan 9", osdb.Span{}},
		{"Linux\nClass Linux | Linux | 6.X | t", "Linux", "Linux", osdb.Span{}},
		{"VxWorks 5.4\nClass Wind River | VxWorks | 5.4.X | t", "Wind River", "VxWorks", osdb.Span{Family: "VxWorks", Lo: "5.4", Hi: "5.4"}},
	} {
		db, _ := osdb.Read(strings.NewReader("Fingerprint "+c.record+"\n"), osdb.Embedded, "test.osdb")
		f := family{class: whorl.Class{Vendor: c.vendor, Family: c.of}, entries: known.Entries}
		got, ok := f.spanOf(db.Entries[0])
		if ok != (c.want != osdb.Span{}) || ok && got != c.want {
			t.Errorf("%s of %s: %v %v, want %v", db.Entries[0].Name, c.of, got, ok, c.want)
		}
	}
}

// Generations of Windows are told by age, those of servers beside the others.
func TestByAge(t *testing.T) {
	const seven = "Fingerprint Microsoft Windows 7 or Server 2008 R2\nClass Microsoft | Windows | 7 | t\nClass Microsoft | Windows | 2008 | t\n\n"
	const ten = "Fingerprint Microsoft Windows 10 or 11\nClass Microsoft | Windows | 10 | t\nClass Microsoft | Windows | 11 | t\n\n"
	const server = "Fingerprint Microsoft Windows Server 2016\nClass Microsoft | Windows | 2016 | t\n\n"
	const unheard = "Fingerprint Microsoft Windows CE\nClass Microsoft | Windows | PocketPC/CE | t\n\n"
	for _, c := range []struct {
		name, text string
		shares     []float64
		want       string
		classes    int
	}{
		{"both sides", seven + ten, []float64{0.5, 0.4}, "Microsoft Windows 7 - 11 (Server 2008)", 4},
		{"with what stands between", seven + ten + server, []float64{0.5, 0.3, 0.1}, "Microsoft Windows 7 - 11 (Server 2008 - 2016)", 5},
		{"no server", ten, []float64{0.9}, "Microsoft Windows 10 - 11", 2},
		{"servers alone", server, []float64{0.9}, "Microsoft Windows Server 2016", 1},
		{"what has no age", seven + unheard, []float64{0.5, 0.4}, "", 0},
		{"but hardly counts", seven + unheard, []float64{0.9, 0.01}, "Microsoft Windows 7 (Server 2008)", 2},
	} {
		f, _ := familyFrom(t, "Microsoft", "Windows", c.text, c.shares...)
		if got := f.byAge(); got.name != c.want || len(got.classes) != c.classes {
			t.Errorf("%s: %q, %v; want %q, %d classes", c.name, got.name, got.classes, c.want, c.classes)
		}
	}
	f, _ := familyFrom(t, "Linux", "Linux", linuxRecord, 0.9)
	if got := f.byAge(); got.name != "" {
		t.Errorf("of Linux: %q", got.name)
	}
}
