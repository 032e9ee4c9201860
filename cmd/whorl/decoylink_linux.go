package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"slices"

	"golang.org/x/net/bpf"

	"whorl/decoy"
	"whorl/link"
	"whorl/link/afpacket"
	"whorl/link/tun"
	"whorl/packet"
	"whorl/persona"
)

// decoyLink opens where the decoys answer, and leaves out what no decoy can have there.
func (a *app) decoyLink(p *decoyPlan) (link.Conn, error) {
	all, err := link.Interfaces()
	if err != nil {
		return nil, notOpened(err)
	}
	if p.tun != "" {
		return p.openTUN(all)
	}
	if err := link.Capable(link.NetRaw); err != nil {
		return nil, err
	}
	n := slices.IndexFunc(all, func(i link.Interface) bool { return i.Name == p.iface })
	if n < 0 {
		return nil, usage(fmt.Errorf("there is no interface %q", p.iface), "a name that ip link shows")
	}
	if err := p.fit(all[n], all); err != nil {
		return nil, err
	}
	for _, why := range p.leaveOut(all[n], all) {
		fmt.Fprintf(a.people, "whorl: %s; no decoy is put there\n", why)
	}
	if len(p.options.Groups) == 0 {
		return nil, usage(errors.New("no address is left"), "--addr with free addresses of the segment")
	}
	return p.openEthernet(all[n])
}

// openTUN opens a TUN or TAP. One that it makes has routes to the decoys, and nobody else.
// They must not lead traffic away from a network that this machine is in.
func (p *decoyPlan) openTUN(all []link.Interface) (link.Conn, error) {
	for _, i := range all {
		for _, own := range i.Addrs {
			if i.Name != p.tun && p.overlaps(own.Masked()) {
				return nil, usage(fmt.Errorf("decoys would be in %v, the network of %s", own.Masked(), i.Name), "-i "+i.Name+", or addresses that nobody uses")
			}
		}
	}
	c, err := tun.Open(tun.Options{Name: p.tun, TAP: p.tap, Routes: p.prefixes()})
	if err != nil {
		return nil, notOpened(err)
	}
	p.options.Free, p.options.MTU = c.Made(), c.MTU()
	copy(p.options.MAC[:], p.options.Key[:]) // the near end has its own
	p.options.MAC[0] = p.options.MAC[0]&^3 | 2
	return c, nil
}

// overlaps reports whether a decoy could be in a network.
func (p *decoyPlan) overlaps(network netip.Prefix) bool {
	return slices.ContainsFunc(p.prefixes(), network.Overlaps)
}

// fit refuses an interface on which no decoy can answer.
func (p *decoyPlan) fit(i link.Interface, all []link.Interface) error {
	if i.Link != packet.Ethernet || i.Loopback {
		return usage(fmt.Errorf("%s is no Ethernet", i.Name), "--tun NAME, and a route to the decoys over it")
	}
	if !i.Up {
		return partial(fmt.Errorf("%s: %w", i.Name, link.ErrDown), "ip link set "+i.Name+" up")
	}
	if p.options.Gateway.IsValid() || p.options.Gateway6.IsValid() || slices.ContainsFunc(p.options.Groups, func(g decoy.Group) bool { return g.Hardware.Own }) {
		if err := p.alone(i.Name); err != nil {
			return err
		}
	}
	for _, g := range []netip.Addr{p.options.Gateway, p.options.Gateway6} {
		if !g.IsValid() {
			continue
		}
		if link.Owns(all, g) {
			return usage(fmt.Errorf("the gateway %v is an address of this machine", g), "a free address of the segment")
		}
		if err := i.Lends(g); err != nil {
			return usage(err, "--gateway with a free address of the segment")
		}
	}
	return nil
}

// alone refuses an interface whose hardware address decoys share with a kernel that forwards.
func (p *decoyPlan) alone(name string) error {
	for _, version := range []struct {
		network packet.Network
		used    bool
	}{{packet.IPv4, p.has(netip.Addr.Is4)}, {packet.IPv6, p.has(netip.Addr.Is6)}} {
		forwards, err := link.Forwards(name, version.network)
		switch {
		case !version.used:
		case err != nil:
			return partial(err, "")
		case forwards != "":
			return usage(fmt.Errorf("this machine forwards packets that come in over %s, and would tell others that the decoys are not there", name),
				"--mac random without --gateway, or sysctl -w "+forwards+"=0")
		}
	}
	return nil
}

// leaveOut takes addresses out that are this machine's, or no host's, and says which.
func (p *decoyPlan) leaveOut(on link.Interface, all []link.Interface) (why []string) {
	p.options.MAC, p.options.MTU = on.MAC, on.MTU
	for _, i := range all {
		for _, own := range i.Addrs {
			if p.without(own.Addr()) {
				why = append(why, fmt.Sprintf("%v is an address of this machine", own.Addr()))
			}
		}
	}
	for _, own := range on.Addrs {
		network := own.Masked()
		var ends []netip.Addr
		switch {
		case own.Addr().Is4() && own.Bits() <= 30:
			p.options.Networks = append(p.options.Networks, network)
			r := decoy.RangeOf(network)
			ends = []netip.Addr{r.First, r.Last}
		case own.Addr().Is6() && own.Bits() <= 126: // all routers' (RFC 4291 section 2.6.1)
			ends = []netip.Addr{network.Addr()}
		}
		for _, end := range ends {
			if p.without(end) {
				why = append(why, fmt.Sprintf("%v is no address of a host in %v", end, network))
			}
		}
	}
	return why
}

// notOpened says what to do about a link on which no decoy can answer.
func notOpened(err error) error {
	switch {
	case exitCode(err) == exitNoPrivilege:
		return err
	case errors.Is(err, fs.ErrPermission):
		return &coded{exitNoPrivilege, err, "sudo whorl decoy ..., as that device is root's here"}
	}
	return partial(err, "ip link, which shows the interfaces that are there and up")
}

// decoyRing is the size of the receive ring in bytes: the time in which a persona is made
// must not lose any frame.
const decoyRing = 32 << 20

// relayBlock lets a frame be as large as many segments that the kernel put together, as it does
// with those of visitors who say much.
const relayBlock = 128 << 10

// relays reports whether a program speaks behind a decoy.
func (p *decoyPlan) relays() bool {
	return slices.ContainsFunc(p.options.Groups, func(g decoy.Group) bool {
		return slices.ContainsFunc(g.Persona.Services, func(s persona.Service) bool { return s.Backend != nil })
	})
}

func (p *decoyPlan) openEthernet(i link.Interface) (link.Conn, error) {
	promiscuous := slices.ContainsFunc(p.options.Groups, func(g decoy.Group) bool { return !g.Hardware.Own })
	gateway := p.options.Gateway.IsValid() || p.options.Gateway6.IsValid()
	block := 0
	if p.relays() {
		block = relayBlock
	}
	c, err := afpacket.Open(afpacket.Options{Route: i.Route(), Filter: p.filter(), Ring: decoyRing, Block: block,
		Promiscuous: promiscuous && !gateway || p.has(netip.Addr.Is6)}) // solicitations are multicast
	if err != nil {
		return nil, notOpened(err)
	}
	return c, nil
}

// filter passes what is for the decoys, and all ARP and what all IPv6 hosts are told, which
// tell of others that use their addresses.
func (p *decoyPlan) filter() []bpf.Instruction {
	var spans []netip.Prefix
	for _, version := range []func(netip.Addr) bool{netip.Addr.Is4, netip.Addr.Is6} {
		if span, ok := p.span(version); ok {
			spans = append(spans, span)
		}
	}
	if p.has(netip.Addr.Is6) {
		all := netip.IPv6LinkLocalAllNodes()
		spans = append(spans, netip.PrefixFrom(all, all.BitLen()))
	}
	return afpacket.WithARP(afpacket.Towards(packet.Ethernet, spans...))
}

// span is the longest prefix that holds all addresses of a version of IP.
func (p *decoyPlan) span(version func(netip.Addr) bool) (span netip.Prefix, ok bool) {
	for _, n := range p.prefixes() {
		switch {
		case !version(n.Addr()):
		case !ok:
			span, ok = n, true
		default:
			for !span.Contains(n.Addr()) || span.Bits() > n.Bits() {
				span = netip.PrefixFrom(span.Addr(), span.Bits()-1).Masked()
			}
		}
	}
	return span, ok
}
