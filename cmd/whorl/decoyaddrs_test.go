package main

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl/decoy"
)

func ranges(t *testing.T, texts ...string) (out []decoy.Range) {
	t.Helper()
	for _, s := range texts {
		r, err := decoyAddresses(s)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, r...)
	}
	return out
}

// Decoys of PREFIX*N are where a scan of that looks first.
func TestDecoyAddresses(t *testing.T) {
	for text, want := range map[string]string{
		"192.0.2.7-9":         "[192.0.2.7-9]",
		"2001:db8::7-f":       "[2001:db8::7-f]",
		"2001:db8::/64*3":     "[2001:db8::1-3]",
		"2001:db8::/48*257":   "[2001:db8::1-ff 2001:db8::110 2001:db8::143]",
		"2001:db8::fff0/126*": "",
		"192.0.2.0/24*3":      "",
		"2001:db8::/64":       "",
	} {
		r, err := decoyAddresses(text)
		if (err != nil) != (want == "") || err == nil && fmt.Sprint(r) != want {
			t.Errorf("%s: %v, %v; want %s", text, r, err, want)
		}
	}
}

func TestPairs(t *testing.T) {
	got, err := pairs(ranges(t, "192.0.2.1-4", "192.0.2.9"), ranges(t, "2001:db8::1-2", "2001:db8::/64*3"))
	if want := "[[192.0.2.1-2 2001:db8::1-2] [192.0.2.3-4 2001:db8::1-2] [192.0.2.9 2001:db8::3]]"; err != nil || fmt.Sprint(got) != want {
		t.Errorf("%v, %v; want %s", got, err, want)
	}
	for _, also := range [][]string{{"2001:db8::1"}, {"192.0.2.11-14"}, {"2001:db8::1-3", "192.0.2.11"}} {
		if got, err := pairs(ranges(t, "192.0.2.1-4"), ranges(t, also...)); err == nil {
			t.Errorf("%v: %v", also, got)
		}
	}
}

// A host that cannot be at one of its addresses stays at the other.
func TestWithout(t *testing.T) {
	group := func(addrs, also string) decoy.Group {
		g := decoy.Group{Addrs: ranges(t, addrs)[0]}
		if also != "" {
			g.Also = ranges(t, also)[0]
		}
		return g
	}
	for _, c := range []struct {
		name  string
		of    decoy.Group
		addr  string
		found bool
		want  []decoy.Group
	}{
		{"another", group("192.0.2.1-4", ""), "192.0.2.5", false, []decoy.Group{group("192.0.2.1-4", "")}},
		{"the only one", group("192.0.2.1", ""), "192.0.2.1", true, nil},
		{"in the middle", group("192.0.2.1-4", ""), "192.0.2.2", true, []decoy.Group{group("192.0.2.1", ""), group("192.0.2.3-4", "")}},
		{"one of two", group("192.0.2.1-3", "2001:db8::1-3"), "192.0.2.3", true,
			[]decoy.Group{group("192.0.2.1-2", "2001:db8::1-2"), group("2001:db8::3", "")}},
		{"the other of two", group("192.0.2.1-3", "2001:db8::1-3"), "2001:db8::1", true,
			[]decoy.Group{group("192.0.2.1", ""), group("192.0.2.2-3", "2001:db8::2-3")}},
	} {
		p := decoyPlan{options: decoy.Options{Groups: []decoy.Group{c.of}}}
		found := p.without(netip.MustParseAddr(c.addr))
		var got, want []string
		for _, g := range p.options.Groups {
			got = append(got, fmt.Sprint(g.Addrs, g.Also))
		}
		for _, g := range c.want {
			want = append(want, fmt.Sprint(g.Addrs, g.Also))
		}
		if diff := cmp.Diff(want, got); found != c.found || diff != "" {
			t.Errorf("%s: found %v (-want +got):\n%s", c.name, found, diff)
		}
	}
}
