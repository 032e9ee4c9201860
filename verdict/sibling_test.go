package verdict

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl"
)

// What an IPv6 address tells of other addresses.
func TestSiblingAddresses(t *testing.T) {
	for _, c := range []struct{ addr, ties, translated string }{
		{"192.0.2.7", "", ""},
		{"2001:db8::7", "", ""},
		{"2001:db8::211:22ff:fe33:4455", "hardware 00:11:22:33:44:55", ""},
		{"fe80::211:22ff:fe33:4455%eth0", "hardware 00:11:22:33:44:55", ""},
		{"2001:db8::11:22ff:fe33:4455", "", ""},  // not given out by a maker
		{"2001:db8::311:22ff:fe33:4455", "", ""}, // of a group
		{"2001:db8::5efe:c000:207", "", ""},
		{"fe80::200:5efe:192.0.2.7", "", ""},
		{"2001:db8::100:5efe:192.0.2.7", "", ""},
		{"2002:c000:207::1", "", ""},
		{"64:ff9b::192.0.2.7", "", "192.0.2.7"},
		{"::ffff:0:192.0.2.7", "", "192.0.2.7"},
		{"64:ff9b:1:fffe::192.0.2.7", "", "invalid IP"},
		{"64:ff9b:2::192.0.2.7", "", ""},
	} {
		a := netip.MustParseAddr(c.addr)
		if got := strings.Join(Siblings{}.Ties(&whorl.Host{Addr: a}), " "); got != c.ties {
			t.Errorf("%s: ties %q, want %q", c.addr, got, c.ties)
		}
		got := ""
		if s, ok := Translated(a); ok {
			got = s.Addr.String()
		}
		if got != c.translated {
			t.Errorf("%s: translated %q, want %q", c.addr, got, c.translated)
		}
	}
	want := []string{"hardware 00:00:5e:00:53:01", "name www.example"} // not what a reverse look-up gave
	h := &whorl.Host{Addr: netip.MustParseAddr("192.0.2.7"), MAC: "00:00:5e:00:53:01", Names: []string{"www.example", "ptr.example"}}
	if d := cmp.Diff(want, Siblings{Names: map[string]bool{"www.example": true}}.Ties(h)); d != "" {
		t.Error(d)
	}
}

// Addresses that have one another in them lead to one another.
func TestTransitionAddresses(t *testing.T) {
	for addr, want := range map[string]string{
		"2001:db8::5efe:c000:207":      "an ISATAP address",
		"fe80::200:5efe:192.0.2.7":     "an ISATAP address",
		"2002:c000:207::192.0.2.7":     "the 6to4 router",
		"2002:c000:207::1":             "the 6to4 site",
		"2001:db8::211:22ff:fe33:4455": "made of the hardware address",
		"2001:db8::100:5efe:192.0.2.7": "",
		"2002:c000:208::1":             "",
		"2001:db8::7":                  "",
	} {
		four := &whorl.Host{Addr: netip.MustParseAddr("192.0.2.7"), MAC: "00:11:22:33:44:55"}
		s, ok := Siblings{}.Of(&whorl.Host{Addr: netip.MustParseAddr(addr)}, four)
		if ok != (want != "") || !strings.Contains(strings.Join(s.Evidence, "; "), want) || s.Kinship == whorl.KinshipOther {
			t.Errorf("%s: %t, %+v", addr, ok, s)
		}
	}
}

// Hosts that are not of two versions of IP, or have no address, are not compared, whatever
// they have in common.
func TestSiblingsOfOneVersion(t *testing.T) {
	host := func(addr string) *whorl.Host {
		a, _ := netip.ParseAddr(addr)
		return &whorl.Host{Addr: a, MAC: "02:00:00:00:00:01"}
	}
	addrs := []string{"", "192.0.2.7", "2001:db8::7", "::ffff:192.0.2.9"}
	for _, a := range addrs {
		for _, b := range addrs {
			want := a == addrs[1] && b == addrs[2] || a == addrs[2] && b == addrs[1]
			if _, ok := (Siblings{Others: 3}).Of(host(a), host(b)); ok != want {
				t.Errorf("%q and %q: compared %t", a, b, ok)
			}
		}
	}
}

// The table of RFC 6052 section 2.4, and addresses that are near it.
func TestEmbeds(t *testing.T) {
	four := netip.MustParseAddr("192.0.2.33")
	for addr, want := range map[string]bool{
		"2001:db8:c000:221::":           true,
		"2001:db8:1c0:2:21::":           true,
		"2001:db8:122:c000:2:2100::":    true,
		"2001:db8:122:3c0:0:221::":      true,
		"2001:db8:122:344:c0:2:2100:0":  true,
		"2001:db8:122:344::192.0.2.33":  true,
		"2001:db8:122:344:1:2:c000:221": true,
		"2001:db8::192.0.2.34":          false,
		"2001:db8:c000:221::1":          false,
		"2001:db8:122:344:1c0:2:2100:0": false,
		"2001:db8:122:344:c0:2:2100:1":  false,
		"2001:db8:122:344:192:0:2:33":   false,
	} {
		if got := embeds(netip.MustParseAddr(addr), four); got != want {
			t.Errorf("%s: %t", addr, got)
		}
	}
}

// ticking is a host whose timestamps come from a clock that was zero at boot, as answers over
// a path show it.
func ticking(at, boot time.Time, hz float64, rtt time.Duration, r *rand.Rand) *whorl.Host {
	s := &whorl.Sequences{First: at}
	for i := range 6 {
		sent := time.Duration(i) * 100 * time.Millisecond
		there := time.Duration((0.3 + 0.4*r.Float64()) * float64(rtt))
		s.Sent = append(s.Sent, sent)
		s.Timestamps = append(s.Timestamps, uint32(uint64(hz*at.Add(sent+there).Sub(boot).Seconds())))
	}
	return &whorl.Host{Sequences: s, Observations: []whorl.Observation{{Method: "gen2", Conditions: whorl.Conditions{RTT: rtt}}}}
}

// One clock is known again after seconds or hours, over a path of any length, and two are
// told apart by seconds. Clocks of other rates, or with an offset for each connection, say
// no such thing.
func TestClockLines(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	epoch := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, hz := range []float64{50, 64, 100, 250, 1000, 4000} {
		for range 200 {
			boot := epoch.Add(-time.Duration(r.Float64() * float64(60*24*time.Hour)))
			near := func(at time.Time, boot time.Time) line {
				l, ok := clockOf(ticking(at, boot, hz, time.Duration(1+r.IntN(150))*time.Millisecond, r))
				if !ok {
					t.Fatalf("%v Hz: no clock", hz)
				}
				return l
			}
			later := epoch.Add(time.Duration(r.Float64() * float64(3*time.Second)))
			if hz == 100 || hz == 1000 {
				later = epoch.Add(time.Duration(r.Float64() * float64(2*time.Hour)))
			}
			a := near(epoch, boot)
			if b := near(later, boot); a.compare(b) == different || b.compare(a) != a.compare(b) {
				t.Errorf("%v Hz, %v later: %v", hz, later.Sub(epoch), a.compare(b))
			}
			if b := near(later, boot.Add(-time.Minute)); a.compare(b) == same {
				t.Errorf("%v Hz, %v later: a clock that is a minute ahead is the same: %+v %+v", hz, later.Sub(epoch), a, b)
			}
		}
		a, okA := clockOf(ticking(epoch, epoch.Add(-time.Hour), hz, time.Millisecond, r))
		b, okB := clockOf(ticking(epoch.Add(time.Second), epoch.Add(-time.Hour), hz, time.Millisecond, r))
		if !okA || !okB || a.compare(b) != same {
			t.Errorf("%v Hz: a clock is not known again", hz)
		}
	}
	for range 1000 {
		h := ticking(epoch, epoch.Add(-time.Hour), 1000, time.Millisecond, r)
		for i := range h.Sequences.Timestamps {
			h.Sequences.Timestamps[i] += r.Uint32()
		}
		if l, ok := clockOf(h); ok {
			t.Errorf("random timestamps are a clock: %+v", l)
		}
	}
	for name, values := range map[string][]uint32{"no timestamps": nil, "constant": {1, 1, 1, 1, 1, 1}, "slow": {7, 7, 7, 8, 8, 8}, "backwards": {600, 500, 400, 300, 200, 100}} {
		h := ticking(epoch, epoch.Add(-time.Hour), 1000, time.Millisecond, r)
		h.Sequences.Timestamps = values
		if l, ok := clockOf(h); ok {
			t.Errorf("%s: %+v", name, l)
		}
	}
}

// A counter of ISNs for all connections is known again; one that nothing leads to says
// nothing.
func TestISNCounter(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	epoch := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	counting := func(addr string, at, boot time.Time, hz float64) *whorl.Host {
		h := ticking(at, boot, hz, 4*time.Millisecond, r)
		h.Addr, h.Sequences.ISN, h.Sequences.Timestamps = netip.MustParseAddr(addr), h.Sequences.Timestamps, nil
		return h
	}
	four := counting("192.0.2.7", epoch, epoch.Add(-time.Hour), 250_000)
	six := counting("2001:db8::7", epoch.Add(2*time.Second), epoch.Add(-time.Hour), 250_000)
	far := counting("2001:db8::8", epoch.Add(2*time.Second), epoch.Add(-2*time.Hour), 250_000)
	slow := counting("2001:db8::9", epoch.Add(2*time.Second), epoch.Add(-time.Hour), 1000)
	if s, ok := (Siblings{Others: 1}).Of(four, six); !ok || s.Kinship != whorl.KinshipSame || !slices.Contains(s.Evidence, "initial sequence numbers of one counter") {
		t.Errorf("%+v", s)
	}
	for _, other := range []*whorl.Host{far, slow} {
		if s, ok := (Siblings{Others: 1}).Of(four, other); ok {
			t.Errorf("%v: %+v", other.Addr, s)
		}
	}
	if s, ok := (Siblings{}).Of(four, six); ok {
		t.Errorf("among too many: %+v", s)
	}
}

// Stacks that draw an offset for each peer are known by family and generation.
func TestDrawsOffsets(t *testing.T) {
	for class, want := range map[[3]string]bool{
		{"Linux", "Linux", "6.X"}: true, {"Linux", "Linux", "2.6.X"}: false, {"Linux", "Linux", ""}: true, {"Synology", "DiskStation Manager", ""}: true,
		{"Google", "gVisor", ""}: true, {"Microsoft", "Windows", "7"}: false, {"Microsoft", "Windows", "11"}: true, {"HP", "embedded", ""}: false,
	} {
		h := &whorl.Host{Verdicts: []whorl.Verdict{{Classes: []whorl.Class{{Vendor: class[0], Family: class[1], Generation: class[2]}}}}}
		if got := drawsOffsets(h); got != want {
			t.Errorf("%v: %t", class, got)
		}
	}
	if drawsOffsets(&whorl.Host{}) {
		t.Error("a host without a verdict does")
	}
}
