package decoy

import (
	"time"

	"whorl/link"
	"whorl/packet"
	"whorl/persona"
)

// join makes p the packet that it is a fragment of; false as long as more has to come. One
// over IPv6 that is of no use stays what it is: the decoy tells why.
func (n *Network) join(h *host, p *packet.Packet, frame []byte) bool {
	if p.Network == packet.IPv6 && h.persona != nil {
		if bare(p, frame, n.header()); !h.persona.Keeps(p) {
			return true
		}
	}
	whole := n.partial.add(n.now, p, frame, n.header())
	if whole == nil {
		return false
	}
	p.Decode(n.link, whole)
	n.at.heard(p)
	return !discovers(p)
}

// discovers reports whether a packet is of neighbour discovery, types 133 to 137 (RFC 4861).
// Such come in no fragments (RFC 6980).
func discovers(p *packet.Packet) bool {
	const first, last = 133, 137
	return p.Transport == packet.ICMPv6 && first <= p.ICMP.Type && p.ICMP.Type <= last
}

// expired lets a decoy over IPv6 tell that a packet did not become whole in time, if the
// fragment that it begins with has come.
func (n *Network) expired(d *partial) {
	h := n.hosts.remembered(d.dst)
	if d.head == nil || d.src.Is4() || h == nil || h.node == nil {
		return
	}
	frame := append(d.head, d.pieces[0].data...)
	var first packet.Packet
	first.Decode(n.link, frame)
	bare(&first, frame, n.header())
	n.hosts.path(n.groups.of(h.addr), h.addr, expiry{h.persona}).Receive(n.now, &first, n.outlet(h, first.SrcMAC))
}

// expiry is a persona for which time is over.
type expiry struct{ *persona.Persona }

// Receive is given the first fragment.
func (e expiry) Receive(now time.Time, first *packet.Packet, out link.Outlet) {
	e.Expire(now, first, out)
}
