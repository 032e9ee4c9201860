package scan

import (
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"whorl/link/sim"
	"whorl/osdb"
	"whorl/packet"
	"whorl/persona"
)

// Two records alike in all that Nmap's probes show over IPv6: our own tell the one from the
// other, on the segment, behind a gateway and at an address of the link. A host without an
// open port is not asked, and datagrams go only where they are asked for and a closed UDP port
// answers. A recording measures the same.
func TestTies6(t *testing.T) {
	on, off := exampleOf(t, "A", "164", "AE(B=1)"), exampleOf(t, "A", "164", "AE(B=0)")
	for _, c := range []struct {
		at       string
		open     []uint16
		deep     When
		verdicts string
		methods  []string
		calls    int32
		probes   int // of the last method
		udp      []uint16
	}{
		{"2001:db8::7", []uint16{80}, IfNeeded, "AE(B=0)", []string{"ipv6", "deep"}, 2, 8, nil},
		{"2001:db8::100", []uint16{80}, IfNeeded, "AE(B=0)", []string{"ipv6", "deep"}, 2, 8, nil},
		{"fe80::7%sim0", []uint16{80}, IfNeeded, "AE(B=0)", []string{"ipv6", "deep"}, 2, 8, nil},
		{"2001:db8::7", []uint16{80}, Always, "AE(B=0)", []string{"ipv6", "deep"}, 1, 25, nil},
		{"2001:db8::7", []uint16{80}, Always, "AE(B=0)", []string{"ipv6", "deep"}, 1, 8, []uint16{}},
		{"2001:db8::7", []uint16{80}, Never, "AE(B=1) AE(B=0)", []string{"ipv6"}, 1, 17, nil},
		{"2001:db8::7", nil, Always, "AE(B=1) AE(B=0)", []string{"ipv6"}, 1, 7, nil},
		{"2001:db8::7", nil, IfNeeded, "AE(B=1) AE(B=0)", []string{"ipv6"}, 1, 7, nil},
	} {
		addr := netip.MustParseAddr(c.at)
		p, err := persona.New(off, persona.Options{Addr: addr.WithZone(""), OpenTCP: c.open, ClosedUDP: c.udp, Delay: 300 * time.Microsecond})
		if err != nil {
			t.Fatal(err)
		}
		n := sim.New(sim.Options{Link: packet.Ethernet, Resets: true})
		n.Add(gateway6, &plain{rtt: time.Millisecond})
		n.Add(addr.WithZone(""), p)
		judge := perfect{[]*osdb.Entry{on, off}, new(atomic.Int32)}
		o, again := retold(t, dual{network{n}}, Job{Deep: c.deep, Timing: Timings[3]}, judge, c.at)
		if o.err != nil || len(o.hosts[c.at]) != 1 || len(again) != 1 {
			t.Fatalf("%s: %v, %v, %d recorded", c.at, o.err, o.hosts, len(again))
		}
		h := o.hosts[c.at][0]
		var names []string
		for _, v := range h.Verdicts {
			names = append(names, v.Name)
		}
		if got, calls := strings.Join(names, " "), judge.calls.Load()-1; got != c.verdicts || !slices.Equal(methods(h), c.methods) || calls != c.calls {
			t.Errorf("%s, %v: %q by %v, judged %d times; want %q by %v, %d times", c.at, c.deep, got, methods(h), calls, c.verdicts, c.methods, c.calls)
		}
		if !slices.Equal(methods(again[0]), c.methods) {
			t.Errorf("%s: recorded are %v", c.at, methods(again[0]))
			continue
		}
		last := len(h.Observations) - 1
		if seen, told := &h.Observations[last], &again[0].Observations[last]; seen.Print != told.Print || seen.Conditions.Probes != c.probes || told.Conditions.Probes != c.probes {
			t.Errorf("%s: %d probes, %s, recorded %d, %s", c.at, seen.Conditions.Probes, seen.Print, told.Conditions.Probes, told.Print)
		}
	}
}
