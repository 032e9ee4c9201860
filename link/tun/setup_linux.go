package tun

import (
	"fmt"
	"net"
	"net/netip"

	"github.com/vishvananda/netlink"
)

// queueLength is how many frames wait for us in the kernel: a tenth of a second of what one
// core can answer.
const queueLength = 10000

// setUp switches an interface on and leads routes over it.
func setUp(name string, routes []netip.Prefix) error {
	l, err := netlink.LinkByName(name)
	if err != nil {
		return err
	}
	if err := netlink.LinkSetTxQLen(l, queueLength); err != nil {
		return fmt.Errorf("queue length: %w", err)
	}
	if err := netlink.LinkSetUp(l); err != nil {
		return fmt.Errorf("switch on: %w", err)
	}
	for _, p := range routes {
		dst := &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
		route := netlink.Route{LinkIndex: l.Attrs().Index, Dst: dst, Scope: netlink.SCOPE_LINK}
		if err := netlink.RouteAdd(&route); err != nil {
			return fmt.Errorf("route to %v: %w", p, err)
		}
	}
	return nil
}
