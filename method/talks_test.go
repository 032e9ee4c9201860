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
	one, two := "one", "two"
	q := &packet.Packet{Src: b, Dst: host}
	if !talks.Begin(Asking(q), &one) || !talks.Begin(Peers{a, host}, &two) {
		t.Error("there was no room")
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

// A packet goes to those who may have been answered before those who may have asked, and
// begins a talk only if it is a question.
func TestTake(t *testing.T) {
	a, b := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	var talks Talks[[]string]
	take := func(src, dst netip.Addr, what string) bool {
		note := func(as string) func(*[]string) bool {
			return func(e *[]string) bool {
				if what != as {
					return false
				}
				*e = append(*e, what)
				return true
			}
		}
		return talks.Take(&packet.Packet{Src: src, Dst: dst}, func() *[]string { return new([]string) }, note("answer"), note("question"))
	}
	for _, tt := range []struct {
		src, dst netip.Addr
		what     string
		mine     bool
	}{{b, a, "answer", false}, {a, b, "noise", false}, {a, b, "question", true}, {b, a, "answer", true}, {b, a, "noise", false},
		{b, a, "question", true}, {a, b, "question", true}, {a, b, "answer", true}} {
		if mine := take(tt.src, tt.dst, tt.what); mine != tt.mine {
			t.Errorf("%v to %v, %s: %v", tt.src, tt.dst, tt.what, mine)
		}
	}
	got := map[Peers][]string{}
	for k, e := range talks.All() {
		got[k] = *e
	}
	want := map[Peers][]string{{a, b}: {"question", "answer", "question"}, {b, a}: {"question", "answer"}}
	if d := cmp.Diff(want, got, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); d != "" {
		t.Error(d)
	}
}

// There are no more than MaxTalks, and it is told if there would have been.
func TestTalksFull(t *testing.T) {
	var talks Talks[int]
	for i := range MaxTalks + 1 {
		k := Peers{Host: netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})}
		if talks.Full() {
			t.Fatalf("full with %d", i)
		}
		if began := talks.Begin(k, &i); began != (i < MaxTalks) {
			t.Fatalf("talk %d is kept: %v", i, began)
		}
	}
	if !talks.Full() {
		t.Error("not full")
	}
}
