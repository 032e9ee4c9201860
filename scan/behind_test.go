package scan

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"whorl"
	"whorl/link/sim"
	"whorl/osdb"
	"whorl/persona"
	"whorl/verdict"
)

// Machines behind a NAT whose ports were not used for the fingerprint are named rightly or
// not at all, but for a few in a hundred.
func TestBehind(t *testing.T) {
	set, judge := embedded(t)
	const hosts = 256
	inner := netip.MustParseAddr("10.0.0.3")
	var records []*osdb.Entry
	for _, e := range set.Entries() {
		if _, err := persona.New(e, persona.Options{Addr: inner, OpenTCP: []uint16{80}}); err == nil {
			records = append(records, e)
		}
	}
	n := sim.New(sim.Options{Resets: true})
	truth := map[string]*osdb.Entry{}
	for i := range hosts {
		addr := netip.AddrFrom4([4]byte{198, 18, 0, byte(i)})
		nat := &sim.NAT{Public: addr, TCP: map[uint16]sim.Inside{}}
		for k, port := range []uint16{80, 8080} {
			e := records[(i*(1+6*k))%len(records)]
			p, err := persona.New(e, persona.Options{Addr: inner, OpenTCP: []uint16{port}, Delay: time.Millisecond})
			if err != nil {
				t.Fatal(err)
			}
			nat.TCP[port] = sim.Inside{Node: p, Addr: inner, Port: port}
			truth[fmt.Sprintf("%v:%d", addr, port)] = e
		}
		n.Add(addr, nat)
	}
	o := judged(context.Background(), t, network{n}, Job{TCP: []uint16{80, 8080}, SkipUp: true, Boxes: Always, Deep: Never, Timing: Timings[3]},
		judge, nil, "198.18.0.0/24")
	named, wrong, unknown := 0, 0, 0
	for addr, found := range o.hosts {
		for _, b := range found[0].Boxes {
			for _, m := range b.Behind {
				if len(m.Ports) != 1 || slices.ContainsFunc(found[0].Ports, func(p whorl.Port) bool { return p.Used && p.Number == m.Ports[0] }) {
					continue
				}
				e := truth[fmt.Sprintf("%v:%d", addr, m.Ports[0])]
				switch {
				case m.Name == whorl.Unknown:
					unknown++
				case slices.ContainsFunc(verdict.Families(e), func(c whorl.Class) bool { return strings.Contains(m.Name, c.Family) }):
					named++
				default:
					wrong++
					t.Logf("%s is named %q", e.Name, m.Name)
				}
			}
		}
	}
	t.Logf("%d named, %d wrong, %d unknown", named, wrong, unknown)
	if named < 20 || wrong*20 > named {
		t.Errorf("%d named, %d wrong, %d unknown", named, wrong, unknown)
	}
}
