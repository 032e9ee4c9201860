package link

import (
	"net/netip"
	"strings"
	"testing"

	"whorl/packet"
)

// Only addresses of hosts of the segment can be lent.
func TestLends(t *testing.T) {
	eth := Interface{Name: "v0", Link: packet.Ethernet, Up: true, Addrs: []netip.Prefix{
		netip.MustParsePrefix("fd77::1/64"), netip.MustParsePrefix("10.77.1.1/25"), netip.MustParsePrefix("10.78.0.1/31")}}
	down, tun, lo := eth, eth, eth
	down.Up, tun.Link, lo.Loopback = false, packet.Raw, true
	for _, tt := range []struct {
		on         Interface
		addr, want string // empty: it can
	}{
		{eth, "10.77.1.9", ""},
		{eth, "10.78.0.0", ""},
		{eth, "10.77.1.129", "in no network of v0"},
		{eth, "10.77.1.0", "no address of a host in 10.77.1.0/25"},
		{eth, "10.77.1.127", "no address of a host"},
		{eth, "fd77::9", ""},
		{eth, "fd77::", "no address of a host in fd77::/64"},
		{eth, "fd78::9", "in no network of v0"},
		{eth, "fe80::9", "good on its link alone"},
		{eth, "ff02::9", "in no network of v0"},
		{down, "10.77.1.9", "down"},
		{tun, "10.77.1.9", "no segment"},
		{lo, "10.77.1.9", "no segment"},
	} {
		err := tt.on.Lends(netip.MustParseAddr(tt.addr))
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.addr, err, tt.want)
		}
	}
	all := []Interface{eth, {Name: "lo", Loopback: true, Addrs: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/8")}}}
	for addr, want := range map[string]bool{"10.77.1.1": true, "10.77.1.9": false, "127.3.4.5": true, "fd77::1": true} {
		if Owns(all, netip.MustParseAddr(addr)) != want {
			t.Errorf("%s is ours: %v", addr, !want)
		}
	}
}
