package deep_test

import (
	"context"
	"net/netip"
	"strings"
	"testing"

	"whorl"
	"whorl/lab/target"
	"whorl/link"
	"whorl/link/afpacket"
	"whorl/method"
	"whorl/method/deep"
	"whorl/scan"
)

// wires is the network of the namespace that it is used in.
type wires struct{}

func (wires) Route(addr netip.Addr) (link.Route, error) { return link.RouteTo(addr, link.Via{}) }

func (wires) Open(r link.Route) (link.Conn, error) {
	return afpacket.Open(afpacket.Options{Route: r})
}

// print scans an address of the target with our own probes and gives what they measured.
func print(t *testing.T, h *target.Target, addr netip.Addr) (print string) {
	t.Helper()
	j := scan.Job{Targets: &scan.Targets{}, TCP: []uint16{h.Open[0], h.Closed}, Deep: scan.Always, Key: method.Key{1}, Timing: scan.Timings[3]}
	if err := j.Targets.Add(addr.String(), nil); err != nil {
		t.Fatal(err)
	}
	err := h.Do(func() error {
		return scan.Run(context.Background(), j, scan.Config{Network: wires{}, Version: "test", Host: func(h *whorl.Host) {
			for _, o := range h.Observations {
				if o.Method == "deep" {
					print = o.Print
				}
			}
		}})
	})
	if err != nil {
		t.Fatal(err)
	}
	return print
}

// What the lab is known to show, and the same of TCP over IPv6.
func TestLab(t *testing.T) {
	for name, want := range map[string][]string{
		"linux":  {"CLK(HZ=3E8%OFF=", "ISN4(C=T%R=BF)", "MD5(R=N)", "EC(R=Y%ID=O%TOS=S%TTL=O)", "RT(R=Y%ID=Z%TOS=D)", "QU(IPL=240%TOS=C0)"},
		"gvisor": {"CLK(HZ=3E8%OFF=S)", "ISN4(C=T%R=BF)", "AE(R=Y%B=0%O=N)", "MD5(R=Y%F=AS)", "EC(R=Y%ID=S%TOS=S%TTL=O)", "RT(R=Y%ID=O%TOS=Z)", "BU(N=7)"},
	} {
		t.Run(name, func(t *testing.T) {
			h := target.Up(t, name)
			got := print(t, h, h.IP)
			for _, w := range want {
				if !strings.Contains(got, w) {
					t.Errorf("want %s in\n%s", w, got)
				}
			}
			if strings.Contains(got, "BU(N=7)") != (name == "gvisor") {
				t.Errorf("errors without the limit of the stack:\n%s", got)
			}
			six, err := deep.Parse(print(t, h, h.IP6))
			if err != nil || len(six) != 6 {
				t.Errorf("over IPv6: %v\n%s", err, six)
			}
			for _, l := range six {
				if !deep.Over6(l.Test) || !strings.Contains(got, l.String()+"\n") {
					t.Errorf("over IPv6: %s, over IPv4\n%s", l, got)
				}
			}
		})
	}
}
