package scan

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"whorl"
	"whorl/link"
	"whorl/link/sim"
	"whorl/packet"
)

// dual is an Ethernet with hosts of both versions of IP. Those of IPv6 beyond ::ff are
// behind a gateway.
type dual struct{ network }

var gateway6 = netip.MustParseAddr("fe80::1")

func (d dual) Route(addr netip.Addr) (link.Route, error) {
	r, err := d.network.Route(addr)
	if addr.Is6() {
		r.Src = netip.MustParseAddr("2001:db8::99")
		if b := addr.As16(); b[14] > 0 {
			r.NextHop = gateway6
		}
	}
	return r, err
}

// One run scans hosts over both versions of IP, neighbours and what is behind a gateway.
func TestBothVersions(t *testing.T) {
	n := sim.New(sim.Options{Link: packet.Ethernet})
	there := []string{"198.18.0.1", "2001:db8::1", "2001:db8::2", "2001:db8::100", "fe80::1"}
	for _, a := range there {
		n.Add(netip.MustParseAddr(a), &plain{rtt: 2 * time.Millisecond})
	}
	targets := append(there, "fe80::7%sim0", "2001:db8::3", "2001:db8::101")
	n.Add(netip.MustParseAddr("fe80::7"), &plain{rtt: time.Millisecond})
	o := scan(t.Context(), t, dual{network{n}}, Job{Timing: Timings[3]}, nil, targets...)
	up := append(there, "fe80::7%sim0")
	for _, a := range up {
		if len(o.hosts[a]) != 1 {
			t.Fatalf("%s: %d records", a, len(o.hosts[a]))
		}
		h := o.hosts[a][0]
		method, tests, reason := "ipv6", []string{"SEQ6(SP=", "OPS6(O1=M5B4", "T7_6(R=Y", "U1_6(R=Y", "IE1_6(R=Y"}, "nd-response"
		switch a {
		case "198.18.0.1":
			method, tests, reason = "gen2", []string{"SEQ(SP=", "U1(R=Y"}, "arp-response"
		case "2001:db8::100":
			reason = "echo-reply"
		default:
			tests = append(tests, "NS6(R=Y")
		}
		if len(h.Observations) != 1 || h.Observations[0].Method != method || h.Status.Reason != reason {
			t.Errorf("%s: %+v, %d observations", a, h.Status, len(h.Observations))
			continue
		}
		for _, test := range tests {
			if !strings.Contains(h.Observations[0].Print, test) {
				t.Errorf("%s: no %s in\n%s", a, test, h.Observations[0].Print)
			}
		}
		var used []string
		for _, p := range h.Ports {
			if p.Used && p.TTL == 64 {
				used = append(used, fmt.Sprint(p.Proto, " ", p.State))
			}
		}
		if got := strings.Join(used, ", "); got != "tcp open, tcp closed, udp closed" {
			t.Errorf("%s: %s of %+v", a, got, h.Ports)
		}
	}
	for _, a := range []string{"2001:db8::3", "2001:db8::101"} {
		if h := o.hosts[a][0]; h.Status.Up {
			t.Errorf("%s: %+v", a, h)
		}
	}
	if h := o.hosts["2001:db8::1"][0]; h.MAC != sim.MAC.String() || h.Distance == nil || h.Distance.Method != whorl.DistanceDirect {
		t.Errorf("a neighbour: MAC %q, distance %v", h.MAC, h.Distance)
	}
}
