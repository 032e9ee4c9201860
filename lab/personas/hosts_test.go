package main

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"whorl/data"
	"whorl/method"
	"whorl/osdb"
)

// town makes the hosts of a prefix from the embedded database.
func town(t testing.TB, prefix string, key byte) (*hosts, *strings.Builder) {
	t.Helper()
	set, problems := osdb.Load(osdb.Config{Embedded: data.Files})
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	truth := &strings.Builder{}
	h := &hosts{prefix: netip.MustParsePrefix(prefix), share: 1, keep: 1000, start: time.Unix(1e9, 0), truth: truth}
	h.o.Key, h.o.OpenTCP = method.Key{key}, []uint16{80}
	if err := h.order(set); err != nil {
		t.Fatal(err)
	}
	return h, truth
}

func (h *hosts) must(t testing.TB, addr string) {
	t.Helper()
	if p, err := h.at(netip.MustParseAddr(addr)); err != nil || p == nil || p.Addr().String() != addr {
		t.Fatalf("%s: %v, %v", addr, p, err)
	}
}

// As many addresses in a row as there are records are different ones, but for those that
// stand in for a record that cannot be shown.
func TestAllRecords(t *testing.T) {
	h, truth := town(t, "198.18.0.0/16", 1)
	n := len(h.entries)
	if n < 100 {
		t.Fatalf("%d records", n)
	}
	if err := h.ahead(n); err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, e := range h.entries {
		names[e.Name] = true
	}
	shown := map[string]bool{}
	for line := range strings.Lines(truth.String()) {
		_, name, _ := strings.Cut(strings.TrimSpace(line), "\t")
		shown[name] = true
	}
	if len(shown) < len(names)*98/100 {
		t.Errorf("%d names of %d", len(shown), len(names))
	}
}

// The key decides; the order in which addresses are asked for does not.
func TestKey(t *testing.T) {
	one, truth1 := town(t, "198.18.0.0/24", 1)
	two, truth2 := town(t, "198.18.0.0/24", 1)
	other, truth3 := town(t, "198.18.0.0/24", 2)
	for _, h := range []*hosts{one, other} {
		h.must(t, "198.18.0.3")
		h.must(t, "198.18.0.200")
	}
	two.must(t, "198.18.0.200")
	two.must(t, "198.18.0.3")
	lines := strings.SplitAfter(truth2.String(), "\n")
	if truth1.String() != lines[1]+lines[0] || truth1.String() == truth3.String() {
		t.Errorf("key 1:\n%s\nagain:\n%s\nkey 2:\n%s", truth1, truth2, truth3)
	}
}

func TestForgotten(t *testing.T) {
	h, truth := town(t, "198.18.0.0/24", 1)
	h.keep = 2
	for _, last := range []string{"1", "2", "1", "3", "1", "2"} { // 3 pushes 2 out, 2 then 3
		h.must(t, "198.18.0."+last)
	}
	lines := strings.SplitAfter(truth.String(), "\n")
	if h.made != 4 || h.forgotten != 2 || len(h.known) != 2 || h.used.Len() != 2 || lines[1] != lines[3] {
		t.Errorf("%d made, %d forgotten, %d and %d known\n%s", h.made, h.forgotten, len(h.known), h.used.Len(), truth)
	}
}

func TestShare(t *testing.T) {
	h, _ := town(t, "198.18.0.0/16", 1)
	h.share = 0.01
	live, first := 0, 0
	for i, a := 0, h.prefix.Addr(); h.prefix.Contains(a); i, a = i+1, a.Next() {
		if h.live(a) {
			if live++; i < 1000 {
				first++
			}
		}
	}
	if live < 550 || live > 760 {
		t.Errorf("%d of 65536 live", live)
	}
	if err := h.ahead(1000); err != nil || h.made != first {
		t.Errorf("%d made ahead of %d, %v", h.made, first, err)
	}
	for _, dead := range []string{"198.19.0.1", "10.0.0.1", "fd00::1"} {
		if p, err := h.at(netip.MustParseAddr(dead)); p != nil || err != nil {
			t.Errorf("%s: %v, %v", dead, p, err)
		}
	}
}

func TestRefused(t *testing.T) {
	for prefix, want := range map[string]string{
		"fd00::/64": "IPv4 prefix", "10.0.0.0/7": "8 to 32 bits", "10.0.0.0/8": "no record",
	} {
		h := &hosts{prefix: netip.MustParsePrefix(prefix)}
		if err := h.order(nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", prefix, err)
		}
	}
	for _, s := range []string{"", "0", "80,", "65536", "http"} {
		var ports []uint16
		if portsInto(&ports)(s) == nil {
			t.Errorf("%q is taken for ports", s)
		}
	}
}
