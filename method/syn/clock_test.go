package syn

import (
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"
)

var (
	start = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	alice = netip.MustParseAddr("192.0.2.1")
	bob   = netip.MustParseAddr("192.0.2.2")
)

// counter is a host whose clock began some time before start.
type counter struct {
	hz     float64
	before time.Duration
}

func (h counter) at(after time.Duration) Stamp {
	ticks := uint64((h.before + after).Seconds() * h.hz)
	return Stamp{start.Add(after), uint32(ticks)}
}

// visit opens a connection and sees one more packet of it.
func (h counter) visit(c *Clock, peer netip.Addr, after, span time.Duration) {
	c.Open(peer, h.at(after))
	c.Add(h.at(after + span))
}

func TestUptime(t *testing.T) {
	tests := []struct {
		name   string
		host   counter
		up     time.Duration
		modulo time.Duration
	}{
		{"1000 Hz", counter{1000, 30 * time.Hour}, 30 * time.Hour, 4294967296 * time.Millisecond},
		{"100 Hz", counter{100, 300 * 24 * time.Hour}, 300 * 24 * time.Hour, 42949672960 * time.Millisecond},
		{"wrapped", counter{1000, 50 * 24 * time.Hour}, 50*24*time.Hour - 4294967296*time.Millisecond, 4294967296 * time.Millisecond},
	}
	for _, tt := range tests {
		var c Clock
		tt.host.visit(&c, alice, 0, 2*time.Second)
		if _, _, ok := c.Uptime(start); ok {
			t.Errorf("%s: believed after one connection", tt.name)
		}
		tt.host.visit(&c, alice, time.Minute, time.Second)
		if _, _, ok := c.Uptime(start); ok {
			t.Errorf("%s: believed after one peer", tt.name)
		}
		tt.host.visit(&c, bob, 5*time.Minute, time.Second)
		up, modulo, ok := c.Uptime(start)
		if !ok || (up-tt.up).Abs() > time.Minute || modulo != tt.modulo {
			t.Errorf("%s: %v modulo %v, %v; want %v modulo %v", tt.name, up, modulo, ok, tt.up, tt.modulo)
		}
		if hz, ok := c.Rate(); !ok || math.Abs(hz-tt.host.hz) > 0.01*tt.host.hz {
			t.Errorf("%s: %v Hz, %v", tt.name, hz, ok)
		}
	}
}

// A clock that wraps between two connections is the same one.
func TestClockWraps(t *testing.T) {
	h := counter{1000, 4294967296*time.Millisecond - time.Second}
	var c Clock
	h.visit(&c, alice, -10*time.Second, 2*time.Second)
	h.visit(&c, bob, 5*time.Second, 2*time.Second)
	if c.Randomised() {
		t.Error("taken for another clock")
	}
}

func TestRandomisedClock(t *testing.T) {
	var c Clock
	counter{1000, time.Hour}.visit(&c, alice, 0, 2*time.Second)
	counter{1000, 700 * time.Hour}.visit(&c, bob, 10*time.Second, 2*time.Second)
	if _, _, ok := c.Uptime(start); ok || !c.Randomised() {
		t.Error("an uptime although the offsets differ")
	}
	if hz, ok := c.Rate(); !ok || UsualRate(hz) != 1000 {
		t.Errorf("%v Hz, %v", hz, ok)
	}
}

func TestClockIgnores(t *testing.T) {
	h := counter{1000, time.Hour}
	zero := Stamp{At: start}
	tests := map[string]func(*Clock){
		"nothing":      func(*Clock) {},
		"too short":    func(c *Clock) { h.visit(c, alice, 0, 20*time.Millisecond) },
		"too long":     func(c *Clock) { h.visit(c, alice, 0, 11*time.Minute) },
		"too fast":     func(c *Clock) { counter{2000, time.Hour}.visit(c, alice, 0, time.Second) },
		"standing":     func(c *Clock) { counter{0.1, time.Hour}.visit(c, alice, 0, time.Second) },
		"backwards":    func(c *Clock) { c.Open(alice, h.at(0)); c.Add(Stamp{start.Add(time.Second), h.at(0).Value - 1000}) },
		"zero":         func(c *Clock) { c.Open(alice, zero); c.Add(h.at(time.Second)) },
		"not opened":   func(c *Clock) { c.Add(h.at(time.Second)) },
		"out of order": func(c *Clock) { c.Open(alice, h.at(time.Second)); c.Add(h.at(0)) },
	}
	for name, feed := range tests {
		var c Clock
		feed(&c)
		if hz, ok := c.Rate(); ok {
			t.Errorf("%s: %v Hz", name, hz)
		}
	}
}

func TestUsualRate(t *testing.T) {
	for hz, want := range map[float64]float64{0.8: 1, 2: 2, 10.4: 10, 24: 25, 98: 100, 99.7: 100, 249: 250, 488: 500, 976.2: 1000, 1001: 1000} {
		if got := UsualRate(hz); got != want {
			t.Errorf("%v: %v, want %v", hz, got, want)
		}
	}
}

func TestLinks(t *testing.T) {
	if !slices.IsSortedFunc(Links[:], func(a, b Link) int { return int(a.MTU) - int(b.MTU) }) {
		t.Error("not in order")
	}
	tests := []struct {
		text string
		mtu  uint16
		name string
	}{
		{"4:64+0:0:1460:0,0:mss::0", 1500, "Ethernet"},
		{"6:64+0:0:1440:0,0:mss::0", 1500, "Ethernet"},
		{"4:64+0:0:1452:0,0:mss::0", 1492, "PPPoE"},
		{"6:64+0:0:1220:0,0:mss::0", 1280, "minimum of IPv6, or a tunnel"},
		{"4:64+0:0:65495:0,0:mss::0", 65535, "loopback of Linux, or virtual link"},
		{"6:64+0:0:65535:0,0:mss::0", 65535, "loopback of Linux, or virtual link"},
		{"4:64+0:0:1234:0,0:mss::0", 1274, ""},
	}
	for _, tt := range tests {
		s := observed(t, false, tt.text, 0)
		mtu, ok := s.MTU()
		l, _ := LinkOf(mtu)
		if !ok || mtu != tt.mtu || l.Name != tt.name {
			t.Errorf("%s: MTU %d, %v, %q", tt.text, mtu, ok, l.Name)
		}
	}
	if s := observed(t, false, "4:64+0:0:0:0,0:::0", 0); s.Layout.Len() != 0 {
		t.Error("options")
	} else if _, ok := s.MTU(); ok {
		t.Error("an MTU without MSS")
	}
}

func TestDistance(t *testing.T) {
	for ttl, want := range map[uint8]uint8{64: 0, 63: 1, 65: 63, 128: 0, 118: 10, 255: 0, 240: 15, 32: 0, 20: 12} {
		if got := Distance(ttl); got != want {
			t.Errorf("TTL %d: %d hops, want %d", ttl, got, want)
		}
	}
}

// Connections to one peer show one clock or one each; a mixture tells nothing, and so do
// connections to others.
func TestClockOffset(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for name, tt := range map[string]struct {
		stamp func(i int, at time.Duration) uint32
		want  string
	}{
		"one":     {func(_ int, at time.Duration) uint32 { return 1 + uint32(at/time.Millisecond) }, "S"},
		"each":    {func(_ int, at time.Duration) uint32 { return rng.Uint32() }, "P"},
		"mixture": {func(i int, at time.Duration) uint32 { return 1 + uint32(at/time.Millisecond) + uint32(i&2)<<28 }, ""},
	} {
		var c Clock
		for i := range 8 {
			at, stamp := time.Duration(i)*10*time.Second, uint32(0)
			stamp = tt.stamp(i, at)
			c.Open(alice, Stamp{start.Add(at), stamp})
			c.Add(Stamp{start.Add(at + time.Second), stamp + 1000})
		}
		if got := c.Offset(); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
	if c := (Clock{}); c.Offset() != "" {
		t.Error(c.Offset())
	}
}
