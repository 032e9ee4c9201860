package decoy

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"whorl/osdb"
)

// telling writes address and name of each persona made.
func telling(o *Options) *strings.Builder {
	b := &strings.Builder{}
	o.Made = func(a netip.Addr, e *osdb.Entry) { fmt.Fprintf(b, "%v\t%s\n", a, e.Name) }
	return b
}

func (n *Network) must(t testing.TB, addr string) {
	t.Helper()
	a := netip.MustParseAddr(addr)
	h := n.hosts.remembered(a)
	if h == nil {
		h = n.hosts.make(a)
	}
	if h == nil || h.addr != a || h.node == nil {
		t.Fatalf("%s: %+v", addr, h)
	}
}

// As many addresses in a row as there are records are different ones, but for those that
// stand in for a record that cannot be shown.
func TestAllRecords(t *testing.T) {
	o := town(t, "198.18.0.0/16", 1)
	truth := telling(&o)
	n := newNetwork(t, o)
	entries := o.Groups[0].Entries
	if len(entries) < 100 {
		t.Fatalf("%d records", len(entries))
	}
	n.Ahead(t.Context(), len(entries))
	names, shown := map[string]bool{}, map[string]bool{}
	for _, e := range entries {
		names[e.Name] = true
	}
	for line := range strings.Lines(truth.String()) {
		_, name, _ := strings.Cut(strings.TrimSpace(line), "\t")
		shown[name] = true
	}
	if len(shown) < len(names)*98/100 {
		t.Errorf("%d names of %d", len(shown), len(names))
	}
}

// Whoever is interrupted makes no more.
func TestAheadEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	n := newNetwork(t, town(t, "198.18.0.0/24", 1))
	if n.Ahead(ctx, 256); n.Counts().Made != 0 || len(n.hosts.known) != 0 {
		t.Errorf("%+v, %d are remembered", n.Counts(), len(n.hosts.known))
	}
}

// The key decides; the order in which addresses are asked for does not.
func TestKey(t *testing.T) {
	first, again, other := town(t, "198.18.0.0/24", 1), town(t, "198.18.0.0/24", 1), town(t, "198.18.0.0/24", 2)
	truth1, truth2, truth3 := telling(&first), telling(&again), telling(&other)
	for _, o := range []Options{first, other} {
		n := newNetwork(t, o)
		n.must(t, "198.18.0.3")
		n.must(t, "198.18.0.200")
	}
	n := newNetwork(t, again)
	n.must(t, "198.18.0.200")
	n.must(t, "198.18.0.3")
	lines := strings.SplitAfter(truth2.String(), "\n")
	if truth1.String() != lines[1]+lines[0] || truth1.String() == truth3.String() {
		t.Errorf("key 1:\n%s\nagain:\n%s\nkey 2:\n%s", truth1, truth2, truth3)
	}
}

func TestForgotten(t *testing.T) {
	o := town(t, "198.18.0.0/24", 1)
	truth := telling(&o)
	o.Keep = 2
	n := newNetwork(t, o)
	for _, last := range []string{"1", "2", "1", "3", "1", "2"} { // 3 pushes 2 out, 2 then 3
		n.must(t, "198.18.0."+last)
	}
	lines := strings.SplitAfter(truth.String(), "\n")
	if c := n.Counts(); c.Made != 4 || c.Forgotten != 2 || len(n.hosts.known) != 2 || n.hosts.used.Len() != 2 || lines[1] != lines[3] {
		t.Errorf("%+v, %d and %d known\n%s", c, len(n.hosts.known), n.hosts.used.Len(), truth)
	}
}

func TestShare(t *testing.T) {
	o := town(t, "198.18.0.0/16", 1)
	o.Groups[0].Share = 0.01
	n := newNetwork(t, o)
	live, first := 0, 0
	n.groups.each(func(g *Group, a netip.Addr) bool {
		if g.live(o.Key, a) {
			if live++; number(a)-number(g.Addrs.First) < 1000 {
				first++
			}
		}
		return true
	})
	if live < 550 || live > 760 {
		t.Errorf("%d of 65536 live", live)
	}
	if n.Ahead(t.Context(), 1000); n.Counts().Made != first {
		t.Errorf("%d made ahead of %d", n.Counts().Made, first)
	}
	for _, dead := range []string{"198.19.0.1", "10.0.0.1", "fd00::1"} {
		if h := n.hosts.make(netip.MustParseAddr(dead)); h != nil {
			t.Errorf("%s: %v", dead, h)
		}
	}
}

// A network that is run again has clocks that go on.
func TestBoot(t *testing.T) {
	o := town(t, "198.18.0.0/24", 1)
	h := &newNetwork(t, o).hosts
	later := *h
	later.start = h.start.Add(bootLeast / 2)
	g, same := h.groups[0], 0
	for i := range 256 {
		a, b := h.options(g, g.Addrs.At(i), nil).Boot, later.options(g, g.Addrs.At(i), nil).Boot
		if a.Equal(b) {
			same++
		}
		if age := h.start.Sub(a); age < bootLeast || age > bootLeast+bootEvery {
			t.Errorf("up for %v", age)
		}
	}
	if same < 250 {
		t.Errorf("%d of 256 have the same boot time half an hour later", same)
	}
}

func TestRefusedGroups(t *testing.T) {
	entries := records(t)
	r := func(s string) Range {
		r, err := ParseRange(s)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	passive := &osdb.Entry{Name: "says nothing"}
	tests := []struct {
		name, want string
		groups     []Group
	}{
		{"none", "no addresses", nil},
		{"no range", "of one version", []Group{{Entries: entries}}},
		{"too many", "more than", []Group{{Addrs: r("10.0.0.0/7"), Entries: entries}}},
		{"no record", "no record", []Group{{Addrs: r("10.0.0.0/8")}}},
		{"share", "share", []Group{{Addrs: r("10.0.0.1"), Entries: entries, Share: 1.5}}},
		{"loss", "loss", []Group{{Addrs: r("10.0.0.1"), Entries: entries, Loss: 1}}},
		{"hops", "31 hops", []Group{{Addrs: r("10.0.0.1"), Entries: entries, Hops: 31}}},
		{"overlap", "overlap", []Group{{Addrs: r("10.0.0.4-9"), Entries: entries}, {Addrs: r("10.0.0.1-4"), Entries: entries}}},
		{"silent", "says nothing", []Group{{Addrs: r("10.0.0.1"), Entries: []*osdb.Entry{passive}}}},
	}
	for _, tt := range tests {
		if _, err := New(Options{Groups: tt.groups}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

func TestDecoys(t *testing.T) {
	o := town(t, "198.18.0.0/29", 1)
	o.Groups = append(o.Groups, Group{Addrs: Range{someone.Next(), someone.Next()}, Entries: o.Groups[0].Entries[:1], Hardware: Hardware{Vendor: [3]byte{0, 0, 12}}})
	var addrs []string
	for d := range newNetwork(t, o).Decoys() {
		addrs = append(addrs, d.Addr.String())
		if d.Entry == nil || d.Why != nil || d.MAC[0]&1 != 0 {
			t.Errorf("%+v", d)
		}
	}
	if len(addrs) != 9 || !slices.IsSorted(addrs) {
		t.Errorf("decoys at %v", addrs)
	}
}
