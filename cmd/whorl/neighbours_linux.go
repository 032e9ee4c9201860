package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/netip"
	"slices"

	"whorl/link"
	"whorl/link/afpacket"
	"whorl/method"
	"whorl/packet"
	"whorl/scan"
)

// neighbours asks the segment of an interface who is there over IPv6.
func neighbours(ctx context.Context, name string) ([]netip.Addr, error) {
	all, err := link.Interfaces()
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(i link.Interface) bool { return i.Name == name })
	if i < 0 {
		return nil, usage(fmt.Errorf("--neighbours: %s: %w", name, link.ErrNoInterface), "ip link lists the interfaces")
	}
	own := slices.IndexFunc(all[i].Addrs, func(p netip.Prefix) bool { return p.Addr().Is6() && p.Addr().IsLinkLocalUnicast() })
	if own < 0 || all[i].Link != packet.Ethernet {
		return nil, usage(fmt.Errorf("--neighbours: %s has no IPv6 address of its link", name), "an Ethernet interface with IPv6")
	}
	if err := link.Capable(link.NetRaw); err != nil {
		return nil, err
	}
	r := all[i].Route()
	r.Src = all[i].Addrs[own].Addr()
	// Reports go to groups that we are not in.
	c, err := afpacket.Open(afpacket.Options{Route: r, Promiscuous: true})
	if err != nil {
		return nil, err
	}
	defer c.Close()
	var key method.Key
	rand.Read(key[:])
	return scan.Neighbours(ctx, c, r, key)
}
