package deep_test

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"whorl"
	"whorl/lab/target"
	"whorl/link"
	"whorl/link/afpacket"
	"whorl/method"
	"whorl/method/deep"
	"whorl/packet"
	"whorl/scan"
)

// wires is the network of the namespace that it is used in.
type wires struct{}

func (wires) Route(addr netip.Addr) (link.Route, error) { return link.RouteTo(addr, link.Via{}) }

func (wires) Open(r link.Route) (link.Conn, error) {
	return afpacket.Open(afpacket.Options{Route: r})
}

// lines scans an address of the target with our own probes and gives what they measured.
func lines(t *testing.T, h *target.Target, addr netip.Addr) (out deep.Print) {
	t.Helper()
	j := scan.Job{Targets: &scan.Targets{}, TCP: []uint16{h.Open[0], h.Closed}, Deep: scan.Always, Key: method.Key{1}, Timing: scan.Timings[3]}
	if err := j.Targets.Add(addr.String(), nil); err != nil {
		t.Fatal(err)
	}
	err := h.Do(func() error {
		return scan.Run(context.Background(), j, scan.Config{Network: wires{}, Version: "test", Host: func(h *whorl.Host) {
			for _, o := range h.Observations {
				if o.Method == "deep" {
					out, _ = deep.Parse(o.Print)
				}
			}
		}})
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// whole reports whether a print has all tests of some lines that go over that version of IP.
func whole(p deep.Print, n packet.Network, lines []string) bool {
	return !slices.ContainsFunc(lines, func(line string) bool {
		test, _, _ := strings.Cut(line, "(")
		_, ok := p.Test(test)
		return !ok && deep.Over(n, test)
	})
}

// What the lab is known to show, and the same of TCP over IPv6.
func TestLab(t *testing.T) {
	for name, want := range map[string][]string{
		"linux":  {"CLK(HZ=3E8%OFF=", "ISN4(C=T%R=BF)", "MD5(R=N)", "EC(R=Y%ID=O%TOS=S%TTL=O)", "RT(R=Y%ID=Z%TOS=D)", "QU(IPL=240%TOS=C0)", "BU6("},
		"gvisor": {"CLK(HZ=3E8%OFF=S)", "ISN4(C=T%R=BF)", "AE(R=Y%B=0%O=N)", "MD5(R=Y%F=AS)", "EC(R=Y%ID=S%TOS=S%TTL=O)", "RT(R=Y%ID=O%TOS=Z)", "BU(N=7)", "BU6(N=7"},
	} {
		t.Run(name, func(t *testing.T) {
			h := target.Up(t, name)
			var four, six deep.Print
			for range 5 { // what a machine that is slow for a moment leaves out
				four, six = lines(t, h, h.IP), lines(t, h, h.IP6)
				if whole(four, packet.IPv4, want) && whole(six, packet.IPv6, want) {
					break
				}
			}
			for _, w := range want {
				test, _, _ := strings.Cut(w, "(")
				for over, seen := range map[packet.Network]deep.Print{packet.IPv4: four, packet.IPv6: six} {
					switch l, ok := seen.Test(test); {
					case ok != deep.Over(over, test):
						t.Errorf("%s over %v: there is %v\n%s", test, over, ok, seen)
					case ok && !strings.HasPrefix(l.String(), w):
						t.Errorf("%s, want %s", l, w)
					}
				}
			}
			for _, l := range six {
				if same, ok := four.Test(l.Test); ok && l.String() != same.String() {
					t.Errorf("over IPv6: %s, over IPv4 %s", l, same)
				}
			}
			for _, limited := range []string{"BU(N=7", "BU6(N=7"} {
				if name == "linux" && strings.Contains(four.String()+six.String(), limited) {
					t.Errorf("errors without the limit of the stack:\n%s\n%s", four, six)
				}
			}
		})
	}
}
