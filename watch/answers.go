package watch

import (
	"net/netip"
	"time"

	"whorl"
	"whorl/packet"
)

// answer notes what a packet says of contacts under way: that a target answers a probe,
// that it is heard at all, that a source is there.
func (w *Watcher) answer(p *packet.Packet, at time.Time) {
	t := &w.contacts
	if h := t.targets[p.Src]; h != nil {
		h.at = at
	}
	if s := t.sources[p.Dst]; s != nil {
		for _, c := range s.contacts {
			w.answered(c, p, at)
		}
	}
	if p.Transport == packet.TCP && p.TCP.Flags.Has(packet.RST) {
		if s := t.sources[p.Src]; s != nil {
			for _, c := range s.contacts {
				c.reset(p)
			}
		}
	}
}

// answered files an answer to a probe of the contact, if it is one.
func (w *Watcher) answered(c *contact, p *packet.Packet, at time.Time) {
	k := c.findTalk(p.Dst, p.Src)
	if k == nil {
		return
	}
	k.heard = true
	a := k.answers(p)
	if a == nil {
		return
	}
	if !a.answered {
		a.answered = true
		if int(a.kind) < len(c.kinds) {
			c.answered++
			c.kinds[a.kind].answered++
		}
	}
	w.keep(c, p, p.Dst, p.Src, at)
}

// reset notes that a source refuses the answer to a probe of its own, as the kernel beside
// a scanner does. Addresses that were made up send nothing.
func (c *contact) reset(p *packet.Packet) {
	k := c.findTalk(p.Src, p.Dst)
	if k == nil {
		return
	}
	if a := k.find(tagOf(p)); a == nil || !a.answered {
		return
	}
	for i := range c.sources {
		if c.sources[i].addr == p.Src {
			c.sources[i].live = true
		}
	}
}

// maxKept bounds the packets of all contacts that are kept to be measured. Contacts that
// are not sure may use an eighth of them, so that a flood of made-up probes leaves room.
const (
	maxKept     = 1 << 15
	maxKeptEach = 256
	maxKeptData = 600 // bytes of a packet's data; no answer to a probe has more
)

// keep keeps a packet between a source and a target.
func (w *Watcher) keep(c *contact, p *packet.Packet, source, target netip.Addr, at time.Time) {
	if !c.family.measured() || len(p.Payload) > maxKeptData {
		return
	}
	limit := maxKept
	if c.state != whorl.Confirmed {
		limit /= 8
	}
	k := c.findTalk(source, target)
	if k == nil || len(k.kept) == maxKeptEach || w.kept >= limit {
		return
	}
	k.kept = append(k.kept, kept{p.Clone(), at})
	w.kept++
}

// measured reports whether a method can measure the exchanges of the family.
func (f family) measured() bool { return f == nmap || f == nmapIPv6 || f == nmapFirst }

// refused counts ports that a host says are closed: a reset of a SYN (RFC 9293 section
// 3.10.7.1, its sequence number is zero), or a port unreachable of a UDP packet. Many of
// them are a scan, whatever the tool.
func (w *Watcher) refused(p *packet.Packet, at time.Time) {
	var q packet.Packet
	k := &refusedTCP
	switch {
	case !w.protects(p.Src):
		return
	case p.Transport == packet.TCP && p.TCP.Flags == packet.RST|packet.ACK && p.TCP.Seq == 0 && p.TCP.Window == 0:
		q.Transport = packet.TCP
		q.TCP = packet.TCPHeader{SrcPort: p.TCP.DstPort, DstPort: p.TCP.SrcPort, Seq: p.TCP.Ack - 1}
	case p.Transport == packet.ICMP && p.ICMP.Type == packet.ICMPUnreachable && p.ICMP.Code == packet.CodePortUnreachable,
		p.Transport == packet.ICMPv6 && p.ICMP.Type == packet.ICMPv6Unreachable && p.ICMP.Code == packet.ICMPv6CodePortUnrea:
		if k = &refusedUDP; !p.Quoted(&q) || q.Transport != packet.UDP || everyday(&q) {
			return
		}
	default:
		return
	}
	q.Network, q.Src, q.Dst, q.SrcMAC, q.IPv4.ID = p.Network, p.Dst, p.Src, p.DstMAC, p.IPv4.ID
	if s := w.contacts.sources[q.Src]; s != nil {
		for _, c := range s.contacts {
			if k := c.findTalk(q.Src, q.Dst); k != nil && k.find(tagOf(&q)) != nil {
				return // the probe itself was told from others
			}
			if c.family == massScan && c.state != "" {
				return // it asks more than a contact remembers
			}
		}
	}
	w.probe(&mark{kind: k, refused: true}, &q, at)
}

// Any packets to ports that are closed. Everyday programs rarely find more than one closed
// UDP port of a host.
var (
	refusedTCP = kind{family: portScan, name: "refused", spread: manyPorts}
	refusedUDP = kind{family: portScan, name: "refused UDP", spread: 5}
)

// everyday reports whether a UDP packet that was refused may be no probe: the late answer
// of a server, or what goes to a port that clients and traceroute use.
func everyday(p *packet.Packet) bool {
	const clients = 32768 // first port that systems give to clients
	return p.UDP.SrcPort < 1024 || p.UDP.DstPort >= clients
}

// arp takes an ARP packet: it shows that its sender is there, and many questions to
// everybody are a search for hosts. A question to one host is a neighbour looking whether
// it is still there (RFC 1122 section 2.3.2.1).
func (w *Watcher) arp(p *packet.Packet, at time.Time) {
	a := &p.ARP
	if h := w.contacts.targets[a.SenderIP]; h != nil {
		h.at = at
	}
	w.silence.alive(a.SenderIP)
	if a.Op != packet.ARPRequest || p.Link == packet.Ethernet && p.DstMAC != packet.Broadcast ||
		a.SenderIP == a.TargetIP || a.SenderIP.IsUnspecified() || !w.protects(a.TargetIP) {
		return
	}
	q := packet.Packet{Network: packet.ARP, Src: a.SenderIP, Dst: a.TargetIP, SrcMAC: a.SenderMAC}
	w.probe(&mark{kind: &arpKind}, &q, at)
}

// arpKind counts only in numbers that a router does not need.
var arpKind = kind{family: discovery, name: "ARP", spread: 64}
