package verdict

import (
	"math"
	"strings"
	"testing"

	"whorl"
	"whorl/osdb"
)

// inFamily is a family of records with those names, generations and shares.
func inFamily(share float64, list ...candidate) family {
	return family{class: whorl.Class{Vendor: "Linux", Family: "Linux"}, share: share, of: list}
}

func linux(name, generation string, share float64) candidate {
	return candidate{entry: &osdb.Entry{Name: name, Classes: []whorl.Class{{Vendor: "Linux", Family: "Linux", Generation: generation}}}, share: share}
}

func TestLevels(t *testing.T) {
	for _, c := range []struct {
		name   string
		family family
		want   string
		share  float64
	}{
		{"one record", inFamily(0.95, linux("Linux 6.12 - 6.18", "6.X", 0.9), linux("Linux 5.4 - 5.10", "5.X", 0.05)), "Linux 6.12 - 6.18", 0.9},
		{"two records of one name", inFamily(0.9, linux("Linux 5.4 - 5.10", "5.X", 0.45), linux("Linux 5.4 - 5.10", "5.X", 0.45)), "Linux 5.4 - 5.10", 0.9},
		{"a range", inFamily(0.9, linux("Linux 5.4 - 5.10", "5.X", 0.5), linux("Linux 5.15 - 6.1", "6.X", 0.4)), "Linux 5.4 - 6.1", 0.9},
		{"what hardly counts does not widen it", inFamily(0.95, linux("Linux 5.4", "5.X", 0.5), linux("Linux 5.15", "5.X", 0.4), linux("Linux 2.4.20", "2.4.X", 0.05)), "Linux 5.4 - 5.15", 0.9},
		{"no single minor version", inFamily(0.95, linux("Linux 3.2", "3.X", 0.95)), "Linux 3.X", 0.95},
		{"no single minor version of two records", inFamily(0.95, linux("Linux 3.2", "3.X", 0.5), linux("Linux 3.2", "3.X", 0.45)), "Linux 3.X", 0.95},
		{"generations", inFamily(0.9, linux("Router, big", "2.6.X", 0.5), linux("Router, small", "2.4.X", 0.4)), "Linux 2.4.X|2.6.X", 0.9},
		{"too many generations", inFamily(0.9, linux("a", "1.X", 0.15), linux("b", "2.X", 0.15), linux("c", "3.X", 0.15),
			linux("d", "4.X", 0.15), linux("e", "5.X", 0.15), linux("f", "6.X", 0.15)), "Linux", 0.9},
		{"no generation", inFamily(0.9, linux("a", "", 0.5), linux("b", "", 0.4)), "Linux", 0.9},
		{"generations of too few", inFamily(0.9, linux("a", "", 0.5), linux("b", "3.X", 0.4)), "Linux", 0.9},
	} {
		got := c.family.deepest(0.8)
		if got.name != c.want || math.Abs(got.share-c.share) > 1e-9 {
			t.Errorf("%s: %s %.3f, want %s %.3f", c.name, got.name, got.share, c.want, c.share)
		}
		if single(got.name) && !strings.HasSuffix(got.name, ".X") {
			t.Errorf("%s: %s is a single version", c.name, got.name)
		}
	}
}

// A record that is first of another family names one that is sure without it by its
// class there.
func TestInside(t *testing.T) {
	apple := whorl.Class{Vendor: "Apple", Family: "macOS", Generation: "10.4.X", CPE: []string{"cpe:/o:apple:mac_os_x:10.4"}}
	both := &osdb.Entry{Name: "FreeBSD 6.X (Mac OS X 10.4)", Classes: []whorl.Class{{Vendor: "FreeBSD", Family: "FreeBSD", Generation: "6.X"}, apple}}
	own := &osdb.Entry{Name: "Mac OS X 10.5", Classes: []whorl.Class{apple}}
	for _, c := range []struct {
		name    string
		class   whorl.Class
		entry   *osdb.Entry
		without float64 // the share of the family without the record
		said    string
		want    string
	}{
		{"another's record", whorl.Class{Vendor: "Apple", Family: "Darwin"}, both, 0.9, both.Name, "Apple macOS 10.4.X"},
		{"that carries the family", whorl.Class{Vendor: "Apple", Family: "Darwin"}, both, 0.5, both.Name, both.Name},
		{"of its first family", whorl.Class{Vendor: "FreeBSD", Family: "FreeBSD"}, both, 0.9, both.Name, both.Name},
		{"the family's own", whorl.Class{Vendor: "Apple", Family: "Darwin"}, own, 0.9, own.Name, own.Name},
		{"a range", whorl.Class{Vendor: "Apple", Family: "Darwin"}, both, 0.9, "Apple macOS 10.4 - 10.6", "Apple macOS 10.4 - 10.6"},
	} {
		f := family{class: c.class, share: c.without + 0.05, of: []candidate{{entry: c.entry, place: 1, share: 0.9}}}
		got := f.inside(answer{name: c.said, share: 0.9}, []float64{0, 0.05}, 0.8)
		if got.name != c.want || got.share != 0.9 {
			t.Errorf("%s: %s %.2f, want %s", c.name, got.name, got.share, c.want)
		}
		if got.name != c.said && (len(got.classes) != 1 || got.classes[0].Generation != "10.4.X" || len(got.classes[0].CPE) != 1) {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

func TestLineage(t *testing.T) {
	for text, want := range map[string]string{
		"Fingerprint x\nClass Google | Android | 5.X | phone":                 "Google Android, Linux",
		"Fingerprint x\nClass Apple | macOS | 11.X | general purpose":         "Apple macOS, Apple Darwin",
		"Fingerprint x\nClass Cisco | IOS XE | 2.X | router":                  "Cisco IOS XE, Cisco IOS",
		"Fingerprint Foo router (Linux 2.6)\nClass Foo | embedded | | router": "Foo embedded, Linux",
		"Fingerprint Old thing": "Old thing",
		"Fingerprint x\nClass Linux | Linux | 3.X | router\nClass Linux | Linux | 4.X | WAP":       "Linux",
		"Fingerprint x\nClass Microsoft | Windows | 10 | t\nClass Microsoft | Windows Phone | | t": "Microsoft Windows, Microsoft Windows Phone",
	} {
		g := groupBy(records(t, text+"\nT1(R=Y)\n")[0].Entries, classesOf)
		var names []string
		for _, c := range g.names {
			names = append(names, joinName(c.Vendor, c.Family))
		}
		if got := strings.Join(names, ", "); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestFitting(t *testing.T) {
	record := whorl.Source{File: "f", Line: 1}
	name := func(name string, a whorl.Fraction) whorl.Verdict {
		return whorl.Verdict{Name: name, Accuracy: a, Source: record}
	}
	tied := whorl.Verdict{Name: "a or b"}
	for _, c := range []struct {
		name string
		list []whorl.Verdict
		want string
	}{
		{"none", nil, ""},
		{"one that fits", []whorl.Verdict{name("a", 0.6)}, "a"},
		{"one that does not", []whorl.Verdict{name("a", 0.59)}, "unknown"},
		{"a tie of two that fit", []whorl.Verdict{tied, name("a", 0.9), name("b", 0.8)}, "a or b"},
		{"a tie with one that does not", []whorl.Verdict{tied, name("a", 0.9), name("b", 0.79)}, "unknown"},
		{"no answer stays", []whorl.Verdict{nothing("why"), name("a", 0.1)}, "unknown"},
	} {
		got := fitting(c.list)
		if len(c.list) > 0 && got[0].Name != c.want || got == nil != (c.list == nil) {
			t.Errorf("%s: %v", c.name, got)
		}
		if c.want == whorl.Unknown && (got[0].Source.Text == "" || got[len(got)-1].Name != c.list[len(c.list)-1].Name) {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
