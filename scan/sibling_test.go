package scan

import (
	"net/netip"
	"regexp"
	"slices"
	"testing"
	"time"

	"whorl"
	"whorl/link/sim"
	"whorl/method"
	"whorl/osdb"
	"whorl/packet"
	"whorl/persona"
	"whorl/verdict"
)

// pairOf are the two addresses of the n-th machine behind the gateways.
func pairOf(n int) (four, six netip.Addr) {
	return netip.AddrFrom4([4]byte{198, 18, 1 + byte(n>>8), byte(n)}), netip.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, 14: 1 + byte(n>>8), 15: byte(n)})
}

// share is the one in how many records that is taken. All of them, which takes half a minute:
// 87 of 172 machines joined, 3 of 29,412 pairs of two families.
const share = 3

// twins are the records of machines over both versions of IP, each with all that a scan finds
// at its two addresses, a way of some milliseconds off. Those of records that cannot be
// played over both are left out.
func twins(t *testing.T) (four, six []*whorl.Host, of []*osdb.Entry) {
	t.Helper()
	set, judge := embedded(t)
	net := sim.New(sim.Options{Link: packet.Ethernet, Resets: true})
	net.Add(gateway6, &plain{rtt: time.Millisecond})
	var targets []string
	n := 0
	for _, e := range set.Entries() {
		if n++; e.Gen2 == nil || n%share > 0 {
			continue
		}
		a, b := pairOf(len(of))
		p, err := persona.New(e, persona.Options{Addr: a, Addr6: b, Key: method.Key{byte(len(of))}, OpenTCP: []uint16{80}, Delay: time.Millisecond})
		if err != nil {
			continue
		}
		for _, addr := range []netip.Addr{a, b} {
			net.Add(addr, &sim.Impair{Node: p, Delay: 3 * time.Millisecond, Jitter: time.Millisecond, Rand: net.Rand()})
			targets = append(targets, addr.String())
		}
		of = append(of, e)
	}
	o := judged(t.Context(), t, dual{network{net}}, Job{TCP: []uint16{80, 81}, SkipUp: true, Deep: Never, Timing: Timings[3]}, judge, nil, targets...)
	if o.err != nil {
		t.Fatal(o.err)
	}
	for i := range of {
		a, b := pairOf(i)
		four, six = append(four, o.hosts[a.String()][0]), append(six, o.hosts[b.String()][0])
		four[i].MAC, six[i].MAC = "", ""
	}
	return four, six, of
}

// named gives a pair a name, as a scan of it would.
func named(four, six *whorl.Host) (a, b *whorl.Host) {
	x, y := *four, *six
	x.Names = []string{"www.example"}
	y.Names = x.Names
	return &x, &y
}

// Of all pairs of records under one name, machines that are named are joined, and no two whose
// answers contradict each other are, one hardware address or not. The few of two families
// that are joined answer alike and have one verdict.
func TestSiblingLaw(t *testing.T) {
	four, six, of := twins(t)
	byName := verdict.Siblings{Names: map[string]bool{"www.example": false}}
	whole, pairs, contradict, alike, told := 0, 0, 0, 0, 0
	for i := range of {
		for k := range of {
			a, b := named(four[i], six[k])
			s, ok := byName.Of(a, b)
			if !ok || s.Addr != b.Addr || len(s.Evidence) == 0 {
				t.Fatalf("%s and %s: a name leads nowhere: %+v", of[i].Name, of[k].Name, s)
			}
			back, _ := byName.Of(b, a)
			if back.Kinship != s.Kinship || back.Confidence != s.Confidence {
				t.Errorf("%s and %s: %s, the other way round %s", of[i].Name, of[k].Name, s.Kinship, back.Kinship)
			}
			is := s.Kinship == whorl.KinshipSame
			switch {
			case i == k:
				if is {
					whole++
				} else if a.Verdicts[0].Name != whorl.Unknown && a.Verdicts[0].Name == b.Verdicts[0].Name {
					t.Errorf("%s is two machines: %s, %.2f, %q", of[i].Name, s.Kinship, s.Confidence, s.Evidence)
				}
				continue
			case s.Kinship == whorl.KinshipOther:
				told++
			case is && !kindred(of[i], of[k]):
				alike++
				if a.Verdicts[0].Family != b.Verdicts[0].Family {
					t.Errorf("%s and %s are one machine: %q", a.Verdicts[0].Name, b.Verdicts[0].Name, s.Evidence)
				}
			}
			pairs++
			if !contradicting(a, b) {
				continue
			}
			contradict++
			a.MAC, b.MAC = "02:00:00:00:00:01", "02:00:00:00:00:01"
			if near, _ := byName.Of(a, b); is || near.Kinship == whorl.KinshipSame {
				t.Errorf("%s and %s contradict each other and are joined: %q, %q", of[i].Name, of[k].Name, s.Evidence, near.Evidence)
			}
		}
	}
	t.Logf("%d of %d machines joined; %d pairs, %d contradicting, %d told apart, %d of two families joined", whole, len(of), pairs, contradict, told, alike)
	if whole < len(of)/3 || contradict < pairs*8/10 || told < pairs*8/10 || alike > pairs/1000 {
		t.Error("too few joined or told apart, or too many joined")
	}
}

// contradicting reports whether the answers of two addresses differ in the layout of options
// that S1 gets, or in the flags of a reset: what one stack never does. It reads the prints by
// itself.
func contradicting(four, six *whorl.Host) bool {
	for _, of := range telling {
		a, b := of[0].FindStringSubmatch("\n"+four.Observations[0].Print), of[1].FindStringSubmatch("\n"+six.Observations[0].Print)
		if a != nil && b != nil && digits.ReplaceAllString(a[1], "$1") != digits.ReplaceAllString(b[1], "$1") {
			return true
		}
	}
	return false
}

// telling are values in prints over IPv4 and over IPv6, and digits those of sizes in them: of
// the MSS and the window scale.
var (
	telling = [][2]*regexp.Regexp{
		{regexp.MustCompile(`\nOPS\(O1=([^%)]*)`), regexp.MustCompile(`\nOPS6\(O1=([^%)]*)`)},
		{regexp.MustCompile(`\nT5\(R=Y[^)]*%F=([A-Z]*)`), regexp.MustCompile(`\nT5_6\(R=Y[^)]*%F=([A-Z]*)`)},
		{regexp.MustCompile(`\nT6\(R=Y[^)]*%F=([A-Z]*)`), regexp.MustCompile(`\nT6_6\(R=Y[^)]*%F=([A-Z]*)`)},
	}
	digits = regexp.MustCompile(`([MW])[0-9A-F]+`)
)

// kindred reports whether two records have a family in common.
func kindred(a, b *osdb.Entry) bool {
	return slices.ContainsFunc(verdict.Families(a), func(x whorl.Class) bool {
		return slices.ContainsFunc(verdict.Families(b), func(y whorl.Class) bool { return x.Vendor == y.Vendor && x.Family == y.Family })
	})
}
