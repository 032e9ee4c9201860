package spare

import (
	"net/netip"

	"whorl/packet"
)

// allNodes is the group of all hosts of a segment (RFC 4291 section 2.7.1).
var allNodes = netip.IPv6LinkLocalAllNodes()

// Groups are those in which what concerns an address of IPv6 comes: questions for it, and
// what others tell of it. There are none for one of IPv4, whose ARP is broadcast.
func Groups(addr netip.Addr) []netip.Addr {
	if addr.Is4() {
		return nil
	}
	return []netip.Addr{packet.SolicitedNode(addr), allNodes}
}

// home is the address as the neighbours know it, by ARP or neighbour discovery.
type home struct {
	addr netip.Addr
	mac  packet.MAC
}

// probe asks in nobody's name who has the address (RFC 5227 section 2.1.1, RFC 4862
// section 5.4.2).
func (h *home) probe() *packet.Packet {
	if h.addr.Is4() {
		return h.broadcast(netip.IPv4Unspecified())
	}
	group := packet.SolicitedNode(h.addr)
	p := &packet.Packet{Src: netip.IPv6Unspecified(), Dst: group, DstMAC: packet.GroupMAC(group)}
	p.SetNeighbor(packet.ICMPv6NeighborSol, packet.Neighbor{Target: h.addr})
	return p
}

// announcement tells everybody that the address is here (RFC 5227 section 2.3, RFC 4861
// section 7.2.6).
func (h *home) announcement() *packet.Packet {
	if h.addr.Is4() {
		return h.broadcast(h.addr)
	}
	return h.advertisement(allNodes, packet.GroupMAC(allNodes), false)
}

// broadcast asks all of the segment for the address by ARP, in somebody's name.
func (h *home) broadcast(sender netip.Addr) *packet.Packet {
	return &packet.Packet{DstMAC: packet.Broadcast, Network: packet.ARP, ARP: packet.ARPHeader{
		Op: packet.ARPRequest, SenderMAC: h.mac, SenderIP: sender, TargetIP: h.addr}}
}

// advertisement tells where the address is, asked by one host or to all.
func (h *home) advertisement(to netip.Addr, mac packet.MAC, asked bool) *packet.Packet {
	p := &packet.Packet{Src: h.addr, Dst: to, DstMAC: mac}
	p.SetNeighbor(packet.ICMPv6NeighborAdv, packet.Neighbor{Target: h.addr, MAC: h.mac, Solicited: asked, Override: true})
	return p
}

// neighbour is a message of neighbour discovery from another machine, and which that is.
func (h *home) neighbour(p *packet.Packet) (n packet.Neighbor, mac packet.MAC, ok bool) {
	if p.Network != packet.IPv6 || p.Odd&broken != 0 || p.SrcMAC == h.mac {
		return n, mac, false
	}
	if n, ok = p.Neighbor(); n.MAC.IsZero() {
		return n, p.SrcMAC, ok
	}
	return n, n.MAC, ok && n.MAC != h.mac
}

// taken reports whether another machine says that it has the address, and which.
func (h *home) taken(p *packet.Packet) (mac packet.MAC, taken bool) {
	if h.addr.Is4() {
		a := &p.ARP
		return a.SenderMAC, p.Network == packet.ARP && a.SenderIP == h.addr && a.SenderMAC != h.mac
	}
	n, mac, ok := h.neighbour(p)
	return mac, ok && (p.Src == h.addr || n.Target == h.addr && p.ICMP.Type == packet.ICMPv6NeighborAdv)
}

// wanted reports whether another machine is about to take the address, and which.
func (h *home) wanted(p *packet.Packet) (mac packet.MAC, wanted bool) {
	if h.addr.Is4() {
		a := &p.ARP
		return a.SenderMAC, p.Network == packet.ARP && a.TargetIP == h.addr && a.SenderIP == netip.IPv4Unspecified() && a.SenderMAC != h.mac
	}
	n, mac, ok := h.neighbour(p)
	return mac, ok && n.Target == h.addr && p.ICMP.Type == packet.ICMPv6NeighborSol && p.Src == netip.IPv6Unspecified()
}

// answer is what who asks for the address is told; nil: nobody asks. Who asks in nobody's
// name is told by telling all (RFC 4861 section 7.2.4).
func (h *home) answer(p *packet.Packet) *packet.Packet {
	if h.addr.Is4() {
		a := &p.ARP
		if p.Network != packet.ARP || a.Op != packet.ARPRequest || a.TargetIP != h.addr {
			return nil
		}
		return &packet.Packet{DstMAC: p.SrcMAC, Network: packet.ARP, ARP: packet.ARPHeader{
			Op: packet.ARPReply, SenderMAC: h.mac, SenderIP: h.addr, TargetMAC: a.SenderMAC, TargetIP: a.SenderIP}}
	}
	n, _, ok := h.neighbour(p)
	switch {
	case !ok || n.Target != h.addr || p.ICMP.Type != packet.ICMPv6NeighborSol || p.Src.IsMulticast():
		return nil
	case p.Src == netip.IPv6Unspecified():
		return h.announcement()
	}
	return h.advertisement(p.Src, p.SrcMAC, true)
}
