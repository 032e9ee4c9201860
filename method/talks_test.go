package method

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl/packet"
)

// Talks are found by their peers and by their host, come in order, and are bounded.
func TestTalks(t *testing.T) {
	a, b, host := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2"), netip.MustParseAddr("192.0.2.3")
	var talks Talks[string]
	if talks.Of(Peers{a, host}) != nil || talks.First(host) != nil {
		t.Error("a talk of nobody")
	}
	one, two, three := "one", "two", "three"
	q := &packet.Packet{Src: b, Dst: host}
	for i, c := range []struct {
		k    Peers
		e    *string
		kept bool
	}{{Asking(q), &one, true}, {Peers{a, host}, &two, true}, {Peers{a, b}, &three, false}} {
		if talks.Begin(c.k, c.e, 2) != c.kept {
			t.Errorf("talk %d is kept: %v", i, !c.kept)
		}
	}
	if talks.Of(Answering(&packet.Packet{Src: host, Dst: b})) != &one || talks.Of(Answering(q)) != nil || talks.First(host) != &one || talks.First(a) != nil {
		t.Error("other talks are found than were kept")
	}
	var all []string
	for k, e := range talks.All() {
		all = append(all, k.Prober.String()+" "+*e)
	}
	if d := cmp.Diff([]string{"192.0.2.2 one", "192.0.2.1 two"}, all); d != "" {
		t.Error(d)
	}
}
