package decoy

import (
	"net/netip"

	"whorl/packet"
)

// What ARP is over IPv4 neighbour discovery is over IPv6 (RFC 4861), and asking for an address
// first is part of it (RFC 4862 section 5.4).

// allNodes is everybody on the segment (RFC 4291 section 2.7.1).
var allNodes = netip.IPv6LinkLocalAllNodes()

// gateways are the addresses of the segment that decoys are routed to.
func (o *Options) gateways() (all []netip.Addr) {
	for _, g := range [...]netip.Addr{o.Gateway, o.Gateway6} {
		if g.IsValid() {
			all = append(all, g)
		}
	}
	return all
}

// routed reports whether there is one.
func (o *Options) routed() bool { return o.Gateway.IsValid() || o.Gateway6.IsValid() }

func (o *Options) isGateway(addr netip.Addr) bool {
	return addr.IsValid() && (addr == o.Gateway || addr == o.Gateway6)
}

// discovery takes what hosts of the segment say of addresses and groups, and reports whether
// p was that. Such messages come in no fragments (RFC 6980).
func (n *Network) discovery(p *packet.Packet, b []byte) bool {
	if p.Transport != packet.ICMPv6 || p.Odd != 0 {
		return false
	}
	switch p.ICMP.Type {
	case packet.ICMPv6NeighborSol, packet.ICMPv6NeighborAdv:
		if m, ok := p.Neighbor(); ok && len(p.IPv6.Extensions) == 0 {
			n.neighbor(p, b, &m)
		}
		return true
	case listenerQuery:
		n.listeners(p)
		return true
	}
	return false
}

// neighbor takes heed of what others say of our addresses, and answers who asks for one.
func (n *Network) neighbor(p *packet.Packet, b []byte, m *packet.Neighbor) {
	nobody := p.Src.IsUnspecified()
	switch {
	case p.ICMP.Type == packet.ICMPv6NeighborAdv && m.MAC.IsZero():
		n.heed(m.Target, p.SrcMAC, false)
		return
	case p.ICMP.Type == packet.ICMPv6NeighborAdv:
		n.heed(m.Target, m.MAC, false)
		return
	case nobody && m.MAC.IsZero(): // asks whether it can have the address
		n.heed(m.Target, p.SrcMAC, true)
	case nobody:
		return // RFC 4861 section 7.1.1
	default:
		n.heed(p.Src, p.SrcMAC, false)
	}
	if !n.arpFor(m.Target) || !n.claims.open(m.Target) || !station(p.SrcMAC) || !nobody && (!single(p.Src) || n.ours(p.Src)) {
		return
	}
	switch {
	case p.Dst == packet.SolicitedNode(m.Target), n.o.isGateway(m.Target) && p.Dst == m.Target && p.DstMAC == n.o.MAC:
		n.advertise(p, m.Target)
	case p.Dst == m.Target && !nobody:
		n.verified(p, b)
	}
}

// advertise answers who looks for the hardware address of one of ours, or wants the address
// (RFC 4861 section 7.2.4, RFC 4862 section 5.4.3).
func (n *Network) advertise(p *packet.Packet, addr netip.Addr) {
	if !n.limits.take(p.Src, n.now) {
		return
	}
	mac := n.macOf(addr)
	q := packet.Packet{Link: packet.Ethernet, DstMAC: p.SrcMAC, SrcMAC: mac, Src: addr, Dst: p.Src}
	if p.Src.IsUnspecified() {
		q.Dst, q.DstMAC = allNodes, packet.GroupMAC(allNodes)
	}
	q.SetNeighbor(packet.ICMPv6NeighborAdv, packet.Neighbor{Target: addr, MAC: mac, Solicited: !p.Src.IsUnspecified(), Override: true})
	n.emit(&q)
}

// verified gives a solicitation that was sent to a decoy alone to that: it asks whether it is
// still there, and stacks answer in different ways. It is no contact, as ARP is none.
func (n *Network) verified(p *packet.Packet, b []byte) {
	h := n.decoy(p)
	if h == nil {
		return
	}
	if n.sensor != nil {
		n.sensor.Frame(n.link, b, n.now)
	}
	if h.node != nil && n.limits.open(p.Src, n.now) {
		h.node.Receive(n.now, p, n.outlet(h, p.SrcMAC))
	}
}

// solicit asks the segment for an address that is to be ours, and before the first time tells
// switches that want to know it that we hear the answers.
func (n *Network) solicit(addr netip.Addr, mac packet.MAC, first bool) {
	group := packet.SolicitedNode(addr)
	if first {
		n.report(mac, changeToExclude, group)
	}
	q := packet.Packet{Link: packet.Ethernet, DstMAC: packet.GroupMAC(group), SrcMAC: mac, Src: netip.IPv6Unspecified(), Dst: group}
	q.SetNeighbor(packet.ICMPv6NeighborSol, packet.Neighbor{Target: addr})
	n.emit(&q)
}

// emit lets a packet of our own leave with the next batch.
func (n *Network) emit(p *packet.Packet) {
	if n.silent() {
		return
	}
	if frame, err := p.Append(n.memory()); err == nil {
		n.out = append(n.out, frame)
	}
}
