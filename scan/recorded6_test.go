package scan

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl"
	"whorl/link/sim"
	"whorl/packet"
)

// A recording gives again what a scan over both versions of IP found: of neighbours, of a
// host behind a gateway, and of one without an open port.
func TestRecordedIPv6(t *testing.T) {
	_, judge := embedded(t)
	targets := []string{"198.18.0.1", "2001:db8::1", "2001:db8::100"}
	for name, ports := range map[string][]uint16{"all": {80, 81}, "closed ports alone": {81, 82}} {
		n := sim.New(sim.Options{Link: packet.Ethernet})
		n.Add(gateway6, &plain{rtt: time.Millisecond})
		for _, a := range targets {
			n.Add(netip.MustParseAddr(a), &plain{rtt: 2 * time.Millisecond})
		}
		o, again := retold(t, dual{network{n}}, Job{TCP: ports, Deep: Never, Boxes: Never, Timing: Timings[3]}, judge, targets...)
		if len(again) != len(targets) {
			t.Fatalf("%s: %d hosts", name, len(again))
		}
		for _, a := range targets {
			i := slices.IndexFunc(again, func(h *whorl.Host) bool { return h.Addr.String() == a })
			if i < 0 || len(again[i].Verdicts) == 0 {
				t.Errorf("%s: %s: %+v", name, a, again)
				continue
			}
			if d := cmp.Diff(o.hosts[a][0], again[i], asRecorded); d != "" {
				t.Errorf("%s: %s (-live +recorded):\n%s", name, a, d)
			}
		}
	}
}
