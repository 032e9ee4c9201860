package seek

import (
	"net/netip"
	"time"

	"whorl/method"
	"whorl/packet"
)

var _ method.Machine = (*Neighbour)(nil)

// Neighbour asks a segment for the hardware address of one of its hosts, by ARP (RFC 826)
// or neighbour discovery (RFC 4861 section 7.2). The answer is also the surest sign that
// the host is up.
type Neighbour struct {
	MAC   packet.MAC // zero until answered
	us    netip.Addr
	mac   packet.MAC
	addr  netip.Addr
	sends int
	sent  time.Time
	RTT   method.RTT
}

// asks and askWait: three questions in 0.9 s, as hosts on a segment answer at once.
const (
	asks    = 3
	askWait = 300 * time.Millisecond
)

// NewNeighbour asks for addr in the name of us, who has the hardware address mac.
func NewNeighbour(addr, us netip.Addr, mac packet.MAC) *Neighbour {
	return &Neighbour{addr: addr.WithZone(""), us: us, mac: mac}
}

// Poll sends the question, up to three times.
func (n *Neighbour) Poll(now time.Time, out *method.Outbox) (wake time.Time) {
	if !n.MAC.IsZero() {
		return time.Time{}
	}
	if n.sends > 0 && now.Before(n.sent.Add(askWait)) {
		return n.sent.Add(askWait)
	}
	if n.sends == asks {
		return time.Time{}
	}
	n.sends++
	n.sent = now
	p := out.Put(method.Tag(n.sends))
	if n.addr.Is6() {
		group := packet.SolicitedNode(n.addr)
		p.SetNeighbor(packet.ICMPv6NeighborSol, packet.Neighbor{Target: n.addr, MAC: n.mac})
		p.Dst, p.DstMAC = group, packet.GroupMAC(group)
		return now.Add(askWait)
	}
	p.Network = packet.ARP
	p.DstMAC = packet.Broadcast
	p.ARP = packet.ARPHeader{Op: packet.ARPRequest, SenderMAC: n.mac, SenderIP: n.us, TargetIP: n.addr}
	return now.Add(askWait)
}

// Sent corrects the time of a question.
func (n *Neighbour) Sent(_ method.Tag, at time.Time) { n.sent = at }

// Receive takes the answer.
func (n *Neighbour) Receive(p *packet.Packet, at time.Time) (mine bool) {
	mac, ok := n.told(p)
	if !ok || mac.IsZero() {
		return false
	}
	if n.sends == 1 && n.MAC.IsZero() {
		n.RTT.Add(at.Sub(n.sent))
	}
	n.MAC = mac
	return true
}

// told is the hardware address that an answer about the host has.
func (n *Neighbour) told(p *packet.Packet) (packet.MAC, bool) {
	if p.Network == packet.ARP {
		return p.ARP.SenderMAC, p.ARP.Op == packet.ARPReply && p.ARP.SenderIP == n.addr
	}
	addr, mac, ok := advertised(p)
	return mac, ok && addr == n.addr
}

// advertised is what an advertisement tells: an address and its hardware address.
func advertised(p *packet.Packet) (netip.Addr, packet.MAC, bool) {
	a, ok := p.Neighbor()
	if !ok || p.ICMP.Type != packet.ICMPv6NeighborAdv {
		return netip.Addr{}, packet.MAC{}, false
	}
	if a.MAC.IsZero() { // one that is sent to us alone may leave it out
		return a.Target, p.SrcMAC, a.Solicited
	}
	return a.Target, a.MAC, true
}
