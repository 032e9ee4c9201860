package scan

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// names is a resolver with a few entries.
func names(name string) ([]netip.Addr, error) {
	switch name {
	case "two.example":
		return []netip.Addr{netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("192.0.2.80"), netip.MustParseAddr("192.0.2.81")}, nil
	case "six.example":
		return []netip.Addr{netip.MustParseAddr("2001:db8::1")}, nil
	case "none.example":
		return nil, nil
	case "mapped.example":
		return []netip.Addr{netip.MustParseAddr("::ffff:192.0.2.90")}, nil
	}
	return nil, errors.New("no such host")
}

// walk lists the targets that are not excluded as they were given, at most n.
func walk(t *Targets, n int) string {
	var out []string
	for i := range t.Count() {
		s := &t.include[sort.Search(len(t.include), func(k int) bool { return t.include[k].start > i })-1]
		a := Target{Addr: s.at(i - s.start), Names: s.names}
		if t.excluded(a.Addr) {
			continue
		}
		if n--; n < 0 {
			return strings.Join(out, " ") + " ..."
		}
		text := a.Addr.String()
		if len(a.Names) > 0 {
			text += "=" + strings.Join(a.Names, ",")
		}
		out = append(out, text)
	}
	return strings.Join(out, " ")
}

func TestTargets(t *testing.T) {
	for _, c := range []struct {
		add, exclude string
		want         string
		count        uint64
	}{
		{"192.0.2.7", "", "192.0.2.7", 1},
		{"192.0.2.7 192.0.2.7", "", "192.0.2.7 192.0.2.7", 2},
		{"192.0.2.5/30", "", "192.0.2.4 192.0.2.5 192.0.2.6 192.0.2.7", 4},
		{"192.0.2.255/31", "", "192.0.2.254 192.0.2.255", 2},
		{"192.0.2.7/32", "", "192.0.2.7", 1},
		{"255.255.255.254/31", "", "255.255.255.254 255.255.255.255", 2},
		{"0.0.0.0/0", "", "0.0.0.0 0.0.0.1 0.0.0.2 ...", 1 << 32},
		{"192.0.2.1-3", "", "192.0.2.1 192.0.2.2 192.0.2.3", 3},
		{"192.0.1-2.1-2", "", "192.0.1.1 192.0.1.2 192.0.2.1 192.0.2.2", 4},
		{"10.0.0.-2", "", "10.0.0.0 10.0.0.1 10.0.0.2", 3},
		{"10.0.0.254-", "", "10.0.0.254 10.0.0.255", 2},
		{"10.0.0.3,1,7-8", "", "10.0.0.3 10.0.0.1 10.0.0.7 10.0.0.8", 4},
		{"10.1,3.0.5", "", "10.1.0.5 10.3.0.5", 2},
		{"10.0.0.*", "10.0.0.2-254", "10.0.0.0 10.0.0.1 10.0.0.255", 256},
		{"10.0.0.-", "10.0.0.2-254", "10.0.0.0 10.0.0.1 10.0.0.255", 256},
		{"*.*.*.*", "", "0.0.0.0 0.0.0.1 0.0.0.2 ...", 1 << 32},
		{"192.0.2.0/29", "192.0.2.2/31 192.0.2.5", "192.0.2.0 192.0.2.1 192.0.2.4 192.0.2.6 192.0.2.7", 8},
		{"192.0.2.0/30", "192.0.2.0/24", "", 4},
		{"two.example", "", "192.0.2.80=two.example", 1},
		{"two.example/31", "", "192.0.2.80=two.example 192.0.2.81=two.example", 2},
		{"mapped.example", "", "192.0.2.90=mapped.example", 1},
		{"192.0.2.80/31", "two.example", "192.0.2.81", 2},
		{"2001:db8::1", "", "2001:db8::1", 1},
		{"fe80::1%eth0", "", "fe80::1%eth0", 1},
		{"fe80::1%eth0 fe80::2%eth1", "fe80::2%eth0 fe80::1", "fe80::2%eth1", 2},
		{"::ffff:192.0.2.1", "", "192.0.2.1", 1},
		{"2001:db8::fffe/127", "2001:db8::ffff", "2001:db8::fffe", 2},
		{"2001:db8::/64", "", "2001:db8:: 2001:db8::1 2001:db8::2 ...", 1<<64 - 1},
		{"2001:db8::/64*3", "2001:db8::2", "2001:db8::1 2001:db8::3", 3},
		{"2001:db8::/124*3", "", "2001:db8::1 2001:db8::2 2001:db8::3", 3},
		{"2001:db8::/126*3", "", "2001:db8::1 2001:db8::2 2001:db8::3", 3},
		{"2001:db8::/126*4", "", "2001:db8:: 2001:db8::1 2001:db8::2 2001:db8::3", 4},
		{"::ffff:192.0.2.6/127", "", "192.0.2.6 192.0.2.7", 2},
		{"192.0.2.6/31", "::ffff:192.0.2.6/128", "192.0.2.7", 2},
		{"six.example", "", "2001:db8::1=six.example", 1},
		{"six.example/127", "", "2001:db8::=six.example 2001:db8::1=six.example", 2},
		{"2001:db8::/126", "0.0.0.0/0", "2001:db8:: 2001:db8::1 2001:db8::2 ...", 4},
	} {
		var ts Targets
		for s := range strings.FieldsSeq(c.add) {
			if err := ts.Add(s, names); err != nil {
				t.Errorf("%s: %v", c.add, err)
			}
		}
		for s := range strings.FieldsSeq(c.exclude) {
			if err := ts.Exclude(s, names); err != nil {
				t.Errorf("%s: %v", c.exclude, err)
			}
		}
		if got := ts.Count(); got != c.count {
			t.Errorf("%s: %d addresses, want %d", c.add, got, c.count)
		}
		most := 6
		if strings.HasSuffix(c.want, "...") {
			most = 3
		}
		if d := cmp.Diff(c.want, walk(&ts, most)); d != "" {
			t.Errorf("%s without %s: %s", c.add, c.exclude, d)
		}
	}
}

// Of a large IPv6 prefix the likeliest addresses are taken, each once, and they read back.
func TestLikely(t *testing.T) {
	ts := Targets{Likely: 40000, Family: IPv6Only}
	for _, s := range []string{"2001:db8::/64", "two.example", "192.0.2.0/30"} {
		if err := ts.Add(s, names); err != nil {
			t.Fatal(err)
		}
	}
	if n := ts.Count(); n != 40000+1+4 {
		t.Fatalf("%d addresses", n)
	}
	s := &ts.include[0]
	seen := map[netip.Addr]bool{}
	for i := range s.likely {
		a := s.at(i)
		if seen[a] || !s.prefix.Contains(a) {
			t.Fatalf("%v is no new address of %v", a, s.prefix)
		}
		seen[a] = true
	}
	for _, a := range []string{"::1", "::ff", "::100", "::443", "::8443", "::7000"} {
		if !seen[netip.MustParseAddr("2001:db8"+a)] {
			t.Errorf("%s is not likely", a)
		}
	}
	if a := s.at(0); a != netip.MustParseAddr("2001:db8::1") || seen[netip.MustParseAddr("2001:db8::")] {
		t.Errorf("first is %v", a)
	}
	again, err := ParseTargets(ts.String())
	if err != nil || again.String() != ts.String() || again.Count() != ts.Count() {
		t.Errorf("%v: reads back as\n%s, was\n%s", err, again, &ts)
	}
	if small := (&Targets{Likely: 1000}); small.Add("2001:db8::/113", nil) != nil || small.Count() != 1000 {
		t.Errorf("of 32768 addresses %d are the likeliest 1000", small.Count())
	}
	if err := ts.Exclude("2001:db8::/64*3", names); err == nil || !strings.Contains(err.Error(), "only a whole prefix") {
		t.Errorf("the likeliest are left out: %v", err)
	}
	if four := (&Targets{}); !ts.HasIPv6() || four.Add("192.0.2.0/30", nil) != nil || four.HasIPv6() {
		t.Error("IPv6 is not told from IPv4")
	}
	if err := (&Targets{Family: IPv6Only}).Add("mapped.example", names); err == nil || !strings.Contains(err.Error(), "has no IPv6 address") {
		t.Errorf("IPv4 alone: %v", err)
	}
}

// However small a prefix is, its likeliest addresses are within it, and each is another.
func TestLikelyWithin(t *testing.T) {
	if h := likelyHost(lowHosts+3, math.MaxUint64); h != 0x443 {
		t.Errorf("the first services of a /64 come before the numbers that follow: %#x", h)
	}
	for bits := 111; bits <= 127; bits++ {
		last := uint64(1)<<(128-bits) - 1
		for _, n := range []uint64{1, last / 2, last} {
			seen := map[uint64]bool{}
			for i := range n {
				if h := likelyHost(i, last); h == 0 || h > last || seen[h] {
					t.Fatalf("/%d*%d: the host of place %d is %#x", bits, n, i, h)
				} else {
					seen[h] = true
				}
			}
		}
	}
}

func TestTargetErrors(t *testing.T) {
	for spec, want := range map[string]string{
		"":                `scan: target "" is neither an address nor a range`,
		"/24":             `scan: target "/24" is neither an address nor a range`,
		"192.0.2.256":     `scan: target "192.0.2.256": octet "256" is not a number or range from 0 to 255`,
		"192.0.2.9-1":     `scan: target "192.0.2.9-1": octet "9-1" runs backwards`,
		"192.0.2.1,":      `scan: target "192.0.2.1,": octet "" is not a number or range from 0 to 255`,
		"192.0..1":        `scan: target "192.0..1": octet "" is not a number or range from 0 to 255`,
		"1-2-3.0.0.1":     `scan: target "1-2-3.0.0.1": octet "1-2-3" is not a number or range from 0 to 255`,
		"192.0.2.0/33":    `scan: target "192.0.2.0/33" does not resolve: no such host`,
		"nowhere.example": `scan: target "nowhere.example" does not resolve: no such host`,
		"six.example/129": `scan: target "six.example/129": prefix length "129" is not between 0 and 128`,
		"none.example":    `scan: target "none.example" has no address`,
		"2001:db8::/64*0": `scan: target "2001:db8::/64*0": "0" is not a number of addresses, 1 to 1048576`,
		"two.example/33":  `scan: target "two.example/33": prefix length "33" is not between 0 and 32`,
		"two.example/x":   `scan: target "two.example/x": prefix length "x" is not between 0 and 32`,
		"two.example/-1":  `scan: target "two.example/-1": prefix length "-1" is not between 0 and 32`,
	} {
		var ts Targets
		if err := ts.Add(spec, names); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", spec, err, want)
		}
		if ts.Count() != 0 {
			t.Errorf("%q: %d addresses", spec, ts.Count())
		}
	}
	if err := new(Targets).Add("host.example", nil); err == nil {
		t.Error("a name without a resolver is taken")
	}
	list := strings.TrimSuffix(strings.Repeat("1,3,", 2000), ",")
	if err := new(Targets).Add(fmt.Sprintf("%s.%[1]s.%[1]s.%[1]s", list), nil); err == nil || !strings.Contains(err.Error(), "more than 4096 ranges") {
		t.Errorf("lists without bound: %v", err)
	}
}

// A list names its bad lines and loses no others, however long a line is.
func TestRead(t *testing.T) {
	var many []string
	for i := range 20_000 {
		many = append(many, fmt.Sprintf("10.1.%d.%d", i/256, i%256))
	}
	text := "192.0.2.1 192.0.2.2\n\n# a comment\n192.0.2.3 # and another\nnowhere.example\t192.0.2.4\r\n192.0.2.300\n" + strings.Join(many, " ") + "\n192.0.2.5"
	var ts Targets
	var got []string
	for _, err := range ts.Read(strings.NewReader(text), "list.txt", ts.Add, names) {
		got = append(got, err.Error())
	}
	want := []string{
		`list.txt:5: scan: target "nowhere.example" does not resolve: no such host`,
		`list.txt:6: scan: target "192.0.2.300": octet "300" is not a number or range from 0 to 255`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if n := ts.Count(); n != 5+20_000 {
		t.Errorf("%d targets", n)
	}
	if problems := ts.Read(&broken{}, "gone.txt", ts.Add, nil); len(problems) != 1 || problems[0].Error() != "gone.txt: disk on fire" {
		t.Errorf("%v", problems)
	}
}

type broken struct{}

func (*broken) Read([]byte) (int, error) { return 0, errors.New("disk on fire") }

// FuzzTargets: a target is read or complained of; what is read is walked from its
// first to its last address, each as often as it counts.
func FuzzTargets(f *testing.F) {
	for _, s := range []string{"192.0.2.0/29", "10.0-3.1,5.*", "two.example/30", "2001:db8::/120", "1.2.3.4,", "-.-.-.-", "2001:db8::/64*7", "fe80::1%eth0", "::ffff:10.0.0.0/120"} {
		f.Add(s, "192.0.2.3")
	}
	f.Fuzz(func(t *testing.T, spec, exclude string) {
		var ts Targets
		if err := ts.Add(spec, names); err != nil {
			if !strings.HasPrefix(err.Error(), "scan: target ") || ts.Count() != 0 {
				t.Errorf("%v, %d targets", err, ts.Count())
			}
			return
		}
		count := ts.Count()
		if count == 0 {
			t.Errorf("%q is no address", spec)
		}
		if count > 10_000 {
			return
		}
		walked := uint64(0)
		for a, ok := ts.Next(); ok; a, ok = ts.Next() {
			if walked++; !a.Addr.IsValid() {
				t.Errorf("%q has an invalid address", spec)
			}
		}
		if walked != count {
			t.Errorf("%q: %d addresses of %d", spec, walked, count)
		}
		var rest Targets
		rest.Add(spec, names)
		if rest.Exclude(exclude, names) != nil {
			return
		}
		var gone Targets
		gone.Add(exclude, names)
		if gone.Count() > 10_000 {
			return
		}
		left := map[netip.Addr]bool{}
		for a, ok := rest.Next(); ok; a, ok = rest.Next() {
			left[a.Addr] = true
		}
		for a, ok := gone.Next(); ok; a, ok = gone.Next() {
			if left[a.Addr] {
				t.Errorf("%q without %q has %v", spec, exclude, a.Addr)
			}
		}
	})
}

func ExampleTargets() {
	var t Targets
	t.Add("192.0.2.0/29", nil)
	t.Exclude("192.0.2.1-6", nil)
	for a, ok := t.Next(); ok; a, ok = t.Next() {
		fmt.Println(a.Addr)
	}
	// Output:
	// 192.0.2.0
	// 192.0.2.7
}

// Of a name the addresses are taken that the family says, and how many more there are
// survives the journal.
func TestFamilies(t *testing.T) {
	for _, c := range []struct {
		family   Family
		spec     string
		want     string
		wrong    string
		excluded string // of 192.0.2.80/31 and 2001:db8::/127
	}{
		{0, "two.example", "192.0.2.80 two.example\n", "", "192.0.2.80"},
		{IPv4Only, "two.example", "192.0.2.80 two.example\n", "", "192.0.2.80"},
		{IPv6Only, "two.example", "2001:db8::1/128 two.example\n", "", "2001:db8::1"},
		{BothVersions, "two.example", "192.0.2.80 two.example +1\n2001:db8::1/128 two.example\n", "", "192.0.2.80 2001:db8::1"},
		{BothVersions, "six.example", "2001:db8::1/128 six.example\n", "", "2001:db8::1"},
		{BothVersions, "mapped.example", "192.0.2.90 mapped.example\n", "", ""},
		{BothVersions, "two.example/31", "", "of both versions of IP, and a prefix length is of one; take it with -4 or -6 alone", ""},
		{BothVersions, "none.example", "", "has no address", ""},
		{IPv4Only, "six.example", "", "has no IPv4 address; without -4", ""},
		{IPv6Only, "mapped.example", "", "has no IPv6 address; without -6", ""},
		{BothVersions, "2001:db8::7", "2001:db8::7/128\n", "", ""},
	} {
		ts := Targets{Family: c.family}
		err := ts.Add(c.spec, names)
		if (err != nil) != (c.wrong != "") || err != nil && !strings.Contains(err.Error(), c.wrong) {
			t.Errorf("%d, %s: %v, want %q", c.family, c.spec, err, c.wrong)
			continue
		}
		if err != nil {
			continue
		}
		if got := ts.String(); got != c.want {
			t.Errorf("%d, %s: %q, want %q", c.family, c.spec, got, c.want)
		}
		again, err := ParseTargets(ts.String())
		if err != nil || again.String() != ts.String() {
			t.Errorf("%d, %s: %v: reads back as %q", c.family, c.spec, err, again)
		}
		both := strings.Count(c.want, "\n") == 2
		if more, dual := again.DualNames()["two.example"]; dual != both || more != both || again.Mixed() != both {
			t.Errorf("%d, %s: %v, mixed %t", c.family, c.spec, again.DualNames(), again.Mixed())
		}
		all := Targets{Family: c.family}
		for _, s := range []string{"192.0.2.80/31", "2001:db8::/127"} {
			if err := all.Add(s, nil); err != nil {
				t.Fatal(err)
			}
		}
		if err := all.Exclude(c.spec, names); err != nil {
			t.Error(err)
		}
		var excluded []string
		for _, a := range []string{"192.0.2.80", "192.0.2.81", "2001:db8::", "2001:db8::1"} {
			if all.excluded(netip.MustParseAddr(a)) {
				excluded = append(excluded, a)
			}
		}
		if got := strings.Join(excluded, " "); got != c.excluded {
			t.Errorf("%d, %s: excludes %q, want %q", c.family, c.spec, got, c.excluded)
		}
	}
}
