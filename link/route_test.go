//go:build linux

package link

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl/packet"
)

// A machine with an Ethernet segment (e0), a second one (e1), one without carrier
// (e2), one switched off (e3) and a tunnel.
var network = []string{
	"link set lo up",
	"link add e0 address 02:00:00:00:00:10 type veth peer name p0",
	"link add e1 address 02:00:00:00:00:11 type veth peer name p1",
	"link add e2 type veth peer name p2",
	"link add e3 type veth peer name p3",
	"link set e0 up", "link set p0 up", "link set e1 up", "link set p1 up", "link set e2 up", "link set p3 up",
	"tuntap add t0 mode tun",
	"addr add 10.1.0.5/24 dev e0",
	"addr add 10.1.0.6/24 dev e0",
	"addr add fd01::5/64 dev e0 nodad",
	"addr add fe80::5/64 dev e0 nodad",
	"addr add 10.2.0.5/24 dev e1",
	"addr add 10.3.0.5/24 dev e2",
	"addr add 10.4.0.5/24 dev e3",
	"neigh add 10.1.0.9 lladdr 02:00:00:00:00:99 dev e0",
	"neigh add 10.1.0.1 lladdr 02:00:00:00:00:01 dev e0",
	"neigh add fd01::9 lladdr 02:00:00:00:00:96 dev e0",
	"route add default via 10.1.0.1 dev e0 mtu 1400",
	"route add 10.2.7.0/24 via inet6 fd01::9 dev e0",
	"route add prohibit 10.66.0.0/16",
	"route add blackhole 10.67.0.0/16",
	"route add unreachable 10.68.0.0/16",
}

func TestRouteTo(t *testing.T) {
	addr := netip.MustParseAddr
	e0, e1 := packet.MAC{2, 0, 0, 0, 0, 0x10}, packet.MAC{2, 0, 0, 0, 0, 0x11}
	tests := []struct {
		name string
		dst  string
		via  Via
		want Route
	}{
		{"on the segment", "10.1.0.9", Via{}, Route{Interface: "e0", MTU: 1500, Link: packet.Ethernet,
			Src: addr("10.1.0.5"), SrcMAC: e0, NextHop: addr("10.1.0.9"), NextMAC: packet.MAC{2, 0, 0, 0, 0, 0x99}}},
		{"unknown neighbour", "10.1.0.77", Via{}, Route{Interface: "e0", MTU: 1500, Link: packet.Ethernet,
			Src: addr("10.1.0.5"), SrcMAC: e0, NextHop: addr("10.1.0.77")}},
		{"IPv6", "fd01::9", Via{}, Route{Interface: "e0", MTU: 1500, Link: packet.Ethernet,
			Src: addr("fd01::5"), SrcMAC: e0, NextHop: addr("fd01::9"), NextMAC: packet.MAC{2, 0, 0, 0, 0, 0x96}}},
		{"through the gateway", "203.0.113.9", Via{}, Route{Interface: "e0", MTU: 1400, Link: packet.Ethernet,
			Src: addr("10.1.0.5"), SrcMAC: e0, NextHop: addr("10.1.0.1"), NextMAC: packet.MAC{2, 0, 0, 0, 0, 1}}},
		{"IPv4-mapped address", "::ffff:10.1.0.77", Via{}, Route{Interface: "e0", MTU: 1500, Link: packet.Ethernet,
			Src: addr("10.1.0.5"), SrcMAC: e0, NextHop: addr("10.1.0.77")}},
		{"IPv4 through an IPv6 neighbour", "10.2.7.7", Via{}, Route{Interface: "e0", MTU: 1500, Link: packet.Ethernet,
			Src: addr("10.1.0.5"), SrcMAC: e0, NextHop: addr("fd01::9"), NextMAC: packet.MAC{2, 0, 0, 0, 0, 0x96}}},
		{"second source address", "203.0.113.9", Via{Src: addr("10.1.0.6")}, Route{Interface: "e0", MTU: 1400, Link: packet.Ethernet,
			Src: addr("10.1.0.6"), SrcMAC: e0, NextHop: addr("10.1.0.1"), NextMAC: packet.MAC{2, 0, 0, 0, 0, 1}}},
		{"spare source address", "10.1.0.77", Via{Src: addr("10.1.0.200"), Spare: true}, Route{Interface: "e0", MTU: 1500, Link: packet.Ethernet,
			Src: addr("10.1.0.200"), SrcMAC: e0, NextHop: addr("10.1.0.77")}},
		{"forced interface", "203.0.113.9", Via{Interface: "e1"}, Route{Interface: "e1", MTU: 1500, Link: packet.Ethernet,
			Src: addr("10.2.0.5"), SrcMAC: e1, NextHop: addr("203.0.113.9")}},
		{"loopback", "127.0.0.1", Via{}, Route{Interface: "lo", MTU: 65536, Link: packet.Raw,
			Src: addr("127.0.0.1"), NextHop: addr("127.0.0.1"), Local: true}},
		{"another source on lo", "127.0.0.1", Via{Src: addr("127.9.9.9")}, Route{Interface: "lo", MTU: 65536, Link: packet.Raw,
			Src: addr("127.9.9.9"), NextHop: addr("127.0.0.1"), Local: true}},
		{"IPv6 loopback", "::1", Via{}, Route{Interface: "lo", MTU: 65536, Link: packet.Raw,
			Src: addr("::1"), NextHop: addr("::1"), Local: true}},
		{"our own address", "10.1.0.5", Via{}, Route{Interface: "lo", MTU: 65536, Link: packet.Raw,
			Src: addr("10.1.0.5"), NextHop: addr("10.1.0.5"), Local: true}},
		{"our own address in spite of -e", "10.1.0.5", Via{Interface: "e1"}, Route{Interface: "lo", MTU: 65536, Link: packet.Raw,
			Src: addr("10.1.0.5"), NextHop: addr("10.1.0.5"), Local: true}},
	}
	inNamespace(t, network, func() {
		for _, tt := range tests {
			got, err := RouteTo(netip.MustParseAddr(tt.dst), tt.via)
			if err != nil {
				t.Errorf("%s: %v", tt.name, err)
				continue
			}
			got.Index = 0 // whatever the kernel gave
			if d := cmp.Diff(tt.want, got, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); d != "" {
				t.Errorf("%s: -want +got\n%s", tt.name, d)
			}
		}
		linkLocal, err := RouteTo(addr("fe80::9%e0"), Via{})
		if err != nil || linkLocal.Interface != "e0" || !linkLocal.Src.IsLinkLocalUnicast() || !linkLocal.OnLink(addr("fe80::9%e0")) {
			t.Errorf("link-local: %+v, %v", linkLocal, err)
		}
	})
}

func TestRouteErrors(t *testing.T) {
	addr := netip.MustParseAddr
	tests := []struct {
		dst   string
		via   Via
		is    error
		words string
	}{
		{"fd99::1", Via{}, ErrNoRoute, "link: fd99::1: no route"},
		{"10.66.0.1", Via{}, ErrNoRoute, "forbids"},
		{"10.67.0.1", Via{}, ErrNoRoute, "forbids"},
		{"10.68.0.1", Via{}, ErrNoRoute, "no route"},
		{"10.1.0.255", Via{}, ErrNoRoute, "broadcast"},
		{"224.0.0.1", Via{}, ErrNoRoute, "multicast"},
		{"10.3.0.1", Via{}, ErrDown, "e2: interface is down: no carrier"},
		{"10.3.0.1", Via{Interface: "e3"}, ErrDown, "e3: interface is down"},
		{"10.1.0.9", Via{Interface: "nope"}, ErrNoInterface, "nope: no such interface"},
		{"10.1.0.9", Via{Src: addr("192.0.2.1")}, ErrNotOurs, "source 192.0.2.1: not an address of this machine"},
		{"10.1.0.9", Via{Src: addr("fd01::5")}, nil, "source fd01::5 is not an IPv4 address"},
		{"fe80::9", Via{}, ErrNoRoute, "needs an interface"},
		{"fe80::9%e0", Via{Interface: "e1"}, nil, "zone e0, but interface e1"},
	}
	inNamespace(t, network, func() {
		for _, tt := range tests {
			r, err := RouteTo(addr(tt.dst), tt.via)
			if err == nil || tt.is != nil && !errors.Is(err, tt.is) || !strings.Contains(err.Error(), tt.words) {
				t.Errorf("%s %+v: %+v, %v; want %q", tt.dst, tt.via, r, err, tt.words)
			}
		}
		if _, err := RouteTo(netip.Addr{}, Via{}); err == nil {
			t.Error("a route to nowhere")
		}
	})
}

func TestInterfaces(t *testing.T) {
	inNamespace(t, network, func() {
		all, err := Interfaces()
		if err != nil {
			t.Error(err)
		}
		got := map[string]Interface{}
		for _, i := range all {
			if i.Index <= 0 {
				t.Errorf("%s has index %d", i.Name, i.Index)
			}
			i.Index = 0
			got[i.Name] = i
		}
		e0 := got["e0"]
		want4 := []netip.Prefix{netip.MustParsePrefix("10.1.0.5/24"), netip.MustParsePrefix("10.1.0.6/24")}
		if len(e0.Addrs) < 3 || e0.Addrs[0] != want4[0] || e0.Addrs[1] != want4[1] {
			t.Errorf("e0 has %v", e0.Addrs)
		}
		if e0.Link != packet.Ethernet || e0.MAC != (packet.MAC{2, 0, 0, 0, 0, 0x10}) || !e0.Up || e0.Loopback || e0.MTU != 1500 {
			t.Errorf("e0 is %+v", e0)
		}
		if lo := got["lo"]; lo.Link != packet.Raw || !lo.Loopback || !lo.Up || !lo.MAC.IsZero() || !lo.Route().Local {
			t.Errorf("lo is %+v", lo)
		}
		if t0 := got["t0"]; t0.Link != packet.Raw || t0.Up {
			t.Errorf("t0 is %+v", t0)
		}
		if got["e2"].Up || got["e3"].Up {
			t.Errorf("up without carrier or switch: %+v %+v", got["e2"], got["e3"])
		}
	})
}
