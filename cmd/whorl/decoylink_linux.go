package main

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"golang.org/x/net/bpf"

	"whorl/decoy"
	"whorl/link"
	"whorl/link/afpacket"
	"whorl/link/tun"
	"whorl/packet"
)

// decoyLink opens where the decoys answer, and leaves out what no decoy can have there.
func (a *app) decoyLink(p *decoyPlan) (link.Conn, error) {
	all, err := link.Interfaces()
	if err != nil {
		return nil, explainFailure(err)
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
		return nil, explainFailure(err)
	}
	p.options.Free = c.Made()
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
	own := p.options.Gateway.IsValid() || slices.ContainsFunc(p.options.Groups, func(g decoy.Group) bool { return g.Hardware.Own })
	forwards, err := link.Forwards(i.Name, packet.IPv4)
	switch {
	case i.Link != packet.Ethernet || i.Loopback:
		return usage(fmt.Errorf("%s is no Ethernet", i.Name), "--tun NAME, and a route to the decoys over it")
	case !i.Up:
		return partial(fmt.Errorf("%s: %w", i.Name, link.ErrDown), "ip link set "+i.Name+" up")
	case !own:
	case err != nil:
		return partial(err, "")
	case forwards != "":
		return usage(fmt.Errorf("this machine forwards packets that come in over %s, and would tell others that the decoys are not there", i.Name),
			"--mac random without --gateway, or sysctl -w "+forwards+"=0")
	}
	if g := p.options.Gateway; g.IsValid() {
		if link.Owns(all, g) {
			return usage(fmt.Errorf("the gateway %v is an address of this machine", g), "a free address of the segment")
		}
		if err := i.Lends(g); err != nil {
			return usage(err, "--gateway with a free address of the segment")
		}
	}
	return nil
}

// leaveOut takes addresses out that are this machine's, or no host's, and says which.
func (p *decoyPlan) leaveOut(on link.Interface, all []link.Interface) (why []string) {
	p.options.MAC = on.MAC
	for _, i := range all {
		for _, own := range i.Addrs {
			if p.without(own.Addr()) {
				why = append(why, fmt.Sprintf("%v is an address of this machine", own.Addr()))
			}
		}
	}
	for _, own := range on.Addrs {
		if !own.Addr().Is4() || own.Bits() > 30 {
			continue
		}
		p.options.Networks = append(p.options.Networks, own.Masked())
		r := decoy.RangeOf(own)
		for _, end := range []netip.Addr{r.First, r.Last} {
			if p.without(end) {
				why = append(why, fmt.Sprintf("%v is no address of a host in %v", end, own.Masked()))
			}
		}
	}
	return why
}

// without takes an address out of the groups and reports whether it was in one.
func (p *decoyPlan) without(addr netip.Addr) (found bool) {
	var out []decoy.Group
	for _, g := range p.options.Groups {
		if !g.Addrs.Contains(addr) {
			out = append(out, g)
			continue
		}
		found = true
		first, last := g.Addrs.First, g.Addrs.Last
		if first != addr {
			g.Addrs = decoy.Range{First: first, Last: addr.Prev()}
			out = append(out, g)
		}
		if last != addr {
			g.Addrs = decoy.Range{First: addr.Next(), Last: last}
			out = append(out, g)
		}
	}
	p.options.Groups = out
	return found
}

// decoyRing is the size of the receive ring in bytes: the time in which a persona is made
// must not lose any frame.
const decoyRing = 32 << 20

func (p *decoyPlan) openEthernet(i link.Interface) (link.Conn, error) {
	promiscuous := slices.ContainsFunc(p.options.Groups, func(g decoy.Group) bool { return !g.Hardware.Own })
	c, err := afpacket.Open(afpacket.Options{Route: i.Route(), Filter: p.filter(), Ring: decoyRing,
		Promiscuous: promiscuous && !p.options.Gateway.IsValid()})
	if err != nil {
		return nil, explainFailure(err)
	}
	return c, nil
}

// filter passes what is for the decoys, and all ARP, which tells of others that use their
// addresses.
func (p *decoyPlan) filter() []bpf.Instruction {
	span := p.options.Groups[0].Addrs
	for _, g := range p.options.Groups {
		if g.Addrs.First.Less(span.First) {
			span.First = g.Addrs.First
		}
		if span.Last.Less(g.Addrs.Last) {
			span.Last = g.Addrs.Last
		}
	}
	return afpacket.WithARP(afpacket.Towards(packet.Ethernet, span.Prefixes()...))
}
