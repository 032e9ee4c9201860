package verdict

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl"
	"whorl/osdb"
)

func TestDescribe(t *testing.T) {
	linux := func(generation string) whorl.Class {
		return whorl.Class{Vendor: "Linux", Family: "Linux", Generation: generation, DeviceType: "general purpose", CPE: []string{"cpe:/o:linux:linux_kernel:" + generation[:1]}}
	}
	phone := whorl.Class{Vendor: "Google", Family: "Android", Generation: "9.X", DeviceType: "phone", CPE: []string{"cpe:/o:google:android:9"}}
	for _, c := range []struct {
		name    string
		classes []whorl.Class
		want    whorl.Verdict
	}{
		{"none", nil, whorl.Verdict{}},
		{"one", []whorl.Class{phone}, whorl.Verdict{Vendor: "Google", Family: "Android", Generation: "9.X", DeviceType: "phone", CPE: phone.CPE}},
		{"several generations", []whorl.Class{linux("6.X"), phone, linux("7.X")}, whorl.Verdict{Vendor: "Linux", Family: "Linux", Generation: "6.X|7.X",
			DeviceType: "general purpose", CPE: []string{"cpe:/o:linux:linux_kernel:6", "cpe:/o:linux:linux_kernel:7"}}},
		{"no version", []whorl.Class{ofNoVersion(linux("6.X"))}, whorl.Verdict{Vendor: "Linux", Family: "Linux", DeviceType: "general purpose",
			CPE: []string{"cpe:/o:linux:linux_kernel"}}},
	} {
		v := whorl.Verdict{Classes: c.classes, Generation: "of another", CPE: []string{"of another"}}
		describe(&v)
		c.want.Classes = c.classes
		if d := cmp.Diff(c.want, v); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

func TestProduct(t *testing.T) {
	for _, c := range [][3]string{
		{"cpe:/o:linux:linux_kernel:2.6.32", "Linux", "cpe:/o:linux:linux_kernel"},
		{"cpe:/o:microsoft:windows_server_2012:r2", "Windows", "cpe:/o:microsoft:windows"},
		{"cpe:/o:microsoft:windows_phone:7", "Windows Phone", "cpe:/o:microsoft:windows_phone"},
		{"cpe:/h:hp", "embedded", "cpe:/h:hp"},
		{"", "embedded", ""},
	} {
		if got := product(c[0], c[1]); got != c[2] {
			t.Errorf("%s of %s: %q, want %q", c[0], c[1], got, c[2])
		}
	}
}

// membersOf is a family of those records, all as likely.
func membersOf(entries []*osdb.Entry, members []int) family {
	f := family{share: 0.9, entries: entries, members: members}
	for _, place := range members {
		f.of = append(f.of, candidate{entries[place], place, f.share / float64(len(members))})
	}
	return f
}

// Every name that can be put together of one, two or three records of a family of ours
// covers those generations that it says, and no others: all that any record knows.
func TestNamesCoverTheirGenerations(t *testing.T) {
	refs := NewReferences(withGen2(embedded(t)))
	wants := map[string][]string{} // by name
	for n, class := range refs.families.names {
		all := refs.families.members[n]
		for i := range all {
			for k := i; k < len(all); k++ {
				for l := k; l < len(all); l++ {
					f := membersOf(refs.Entries, slices.Compact([]int{all[i], all[k], all[l]}))
					f.class = class
					list := f.byGenerations()
					for _, a := range []answer{f.byVersions(), f.byAge(), f.alone(), list} {
						if a.name == "" || len(a.classes) == 0 {
							continue
						}
						want, ok := wants[a.name]
						if !ok {
							says := nameSays
							if a.name == list.name {
								says = listSays
							}
							want = generationsSaid(a, says, refs.Entries)
							wants[a.name] = want
						}
						if got := generationsOf(a.classes); !slices.Equal(got, want) {
							t.Fatalf("%q of %d records: %q, want %q", a.name, len(f.of), got, want)
						}
					}
				}
			}
		}
	}
	if len(wants) < 100 {
		t.Errorf("%d names alone: %v", len(wants), wants)
	}
	t.Logf("%d names", len(wants))
}

// generationsOf are those of the first system of classes.
func generationsOf(classes []whorl.Class) (out []string) {
	for _, c := range classes {
		if systemOf(c) == systemOf(classes[0]) {
			out = addOnce(out, c.Generation)
		}
	}
	return out
}

// generationsSaid are all generations of the first system of an answer that its name says,
// in order.
func generationsSaid(a answer, says func(name string, c whorl.Class) bool, entries []*osdb.Entry) (out []string) {
	for _, e := range entries {
		for _, c := range e.Classes {
			if systemOf(c) == systemOf(a.classes[0]) && c.Generation != "" && says(a.name, c) {
				out = addOnce(out, c.Generation)
			}
		}
	}
	slices.SortFunc(out, olderFirst(a.classes[0].Family))
	return out
}

// listSays reports whether a name ends in a list with the generation of a class.
func listSays(name string, c whorl.Class) bool {
	list := strings.TrimPrefix(name, joinName(c.Vendor, c.Family)+" ")
	return slices.Contains(strings.Split(list, "|"), c.Generation)
}

// nameSays reports whether a name that is put together covers the generation of a class: by
// the list or the span of Windows that it ends in, or by trying versions of it.
func nameSays(name string, c whorl.Class) bool {
	if strings.Contains(name, "|") {
		return listSays(name, c)
	}
	if rest, ok := strings.CutPrefix(name, "Microsoft Windows"); ok {
		return ageSaid(rest, c.Generation)
	}
	s, ok := osdb.Versions(name)
	if !ok || s.Family != c.Family && s.Family != joinName(c.Vendor, c.Family) {
		return false
	}
	begins := strings.TrimSuffix(c.Generation, ".X")
	for minor := range 1000 {
		if s.Contains(begins) || s.Contains(fmt.Sprintf("%s.%d", begins, minor)) {
			return true
		}
	}
	return false
}

// ageSaid reports whether " 7 - 10 (Server 2008 - 2016)" covers a generation.
func ageSaid(said, generation string) bool {
	desktops, servers, _ := strings.Cut(said, "Server ")
	span := strings.Trim(desktops, " (")
	if generation > "2000" && generation < "2100" {
		span = strings.Trim(servers, " )")
	}
	oldest, newest, ok := strings.Cut(span, " - ")
	if !ok {
		newest = oldest
	}
	first, last, at := slices.Index(windowsAges, oldest), slices.Index(windowsAges, newest), slices.Index(windowsAges, generation)
	return span != "" && first <= at && at <= last
}

// handshakesOfAll are kinds of packets whose senders get names of all sorts.
var handshakesOfAll = []string{
	"Syn(V=4%TTL=40%H=40%DF=Y%ID=N%W=FFFF%MSS=5B4%WS=5%O=MNWNNTSLL)",
	"Syn(V=4%TTL=3F%H=3C%DF=Y%ID=N%W=FAF0%MSS=5B4%WS=7%O=MSTNW)",
	"Syn(V=4%TTL=40%H=3C%DF=Y%ID=N%W=FFFF%MSS=5B4%WS=6%O=MSTNW)",
	"Syn(V=4%TTL=80%H=30%DF=Y%ID=N%W=FAF0%MSS=5B4%O=MNNS)",
	"Syn(V=4%TTL=7E%H=40%DF=Y%ID=N%W=FFFF%MSS=534%WS=3%O=MNWNNTNNS%TS=0)",
	"Syn(V=4%TTL=80%H=34%DF=Y%ID=N%W=FFFF%MSS=5B4%WS=8%O=MNWNNS)",
	"Syn(V=4%TTL=7D%H=34%DF=Y%ID=N%W=2000%MSS=550%WS=2%O=MNWNNS)",
	"SynAck(V=4%TTL=3B%H=3C%DF=Y%ID=Z%W=FFFF%MSS=5B4%WS=9%O=MNWST%SO=WST%SM=5B4)",
	"SynAck(V=4%TTL=40%H=3C%DF=Y%ID=Z%W=A9B0%MSS=5B4%WS=7%O=MSTNW%SO=WST%SM=5B4)",
	"SynAck(V=4%TTL=2B%H=34%DF=Y%ID=Z%W=7EF4%MSS=514%WS=C%O=MNNSNW%SO=WS%SM=5B4)",
	"SynAck(V=4%TTL=34%H=3C%DF=N%ID=Z%W=70D0%MSS=5AC%WS=8%O=MSTNW%SO=WST%SM=5B4)",
	"SynAck(V=6%TTL=38%H=50%FL=N%W=FFFF%MSS=4C4%WS=4%O=MNWST%SO=WST%SM=4C4)",
}

// What a host is named covers what the name says, over IPv4, over IPv6 and by handshakes: all
// classes of a record, and of a name that is put together no generation that it excludes.
func TestVerdictsCoverTheirNames(t *testing.T) {
	j, r := ours(t), rand.New(rand.NewPCG(13, 1))
	var hosts []*whorl.Host
	for _, e := range withGen2(embedded(t)).Entries() {
		for _, s := range Scenarios {
			hosts = append(hosts, hostOf(s.Change(Subject(e.Gen2, r), j.refs, r)))
		}
	}
	for _, p := range sixPrints(t) {
		hosts = append(hosts, hostOver6(p.print))
	}
	for _, line := range handshakesOfAll {
		hosts = append(hosts, heardHost(line))
	}
	composed, several := 0, 0
	for _, h := range hosts {
		j.Judge(h)
		v := h.Verdicts[0]
		if v.Confidence == 0 || len(v.Classes) == 0 {
			continue
		}
		if v.Family == "" {
			several++
		}
		if records := recordsNamed(j.set, v.Name); len(records) > 0 {
			for _, e := range records {
				if lacks := classesIn([]candidate{{entry: e}}, func(c whorl.Class) bool { return !covered(v.Classes, c) }); len(lacks) > 0 {
					t.Errorf("%s lacks %v", v.Name, lacks)
				}
			}
			continue
		}
		composed++
		main, _, _ := strings.Cut(v.Name, " or ")
		if got, want := generationsOf(v.Classes), generationsSaid(answer{name: main, classes: v.Classes}, nameSays, j.entries); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", v.Name, got, want)
		}
		for _, c := range v.Classes {
			if c.Generation != "" && !strings.ContainsAny(v.Name, "0123456789") || !strings.Contains(v.Name, c.Family) && v.Family != "Darwin" && v.Family != "Linux" && v.Family != "Solaris" {
				t.Errorf("%s covers %v", v.Name, c)
			}
		}
	}
	t.Logf("of %d hosts %d have names that are put together, %d are of several families", len(hosts), composed, several)
	if composed < 100 || several < 2 {
		t.Errorf("of %d hosts %d have names that are put together, %d are of several families", len(hosts), composed, several)
	}
}

// recordsNamed are the records of a name.
func recordsNamed(set osdb.Set, name string) (out []*osdb.Entry) {
	for _, e := range set.Entries() {
		if e.Name == name {
			out = append(out, e)
		}
	}
	return out
}

func covered(list []whorl.Class, c whorl.Class) bool {
	return slices.ContainsFunc(list, func(o whorl.Class) bool { return systemOf(o) == systemOf(c) && o.Generation == c.Generation })
}
