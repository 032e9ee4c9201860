package scan

import (
	"time"

	"whorl/link"
	"whorl/packet"
)

// plain is a host with Linux-like manners, over IPv4 and IPv6: port 80 open, everything else closed,
// echo and port unreachable answered. It counts what it was asked.
type plain struct {
	rtt     time.Duration
	isn     uint32
	id      uint16
	queries int
}

func (h *plain) Receive(now time.Time, p *packet.Packet, out link.Outlet) {
	h.queries++
	r := packet.Packet{Network: p.Network, Src: p.Dst, Dst: p.Src, TTL: 64}
	switch p.Transport {
	case packet.TCP:
		if !h.tcp(now, p, &r) {
			return
		}
	case packet.ICMP:
		h.id++
		r.IPv4.ID = h.id
		r.Transport, r.ICMP, r.Payload = packet.ICMP, p.ICMP, p.Payload
		r.ICMP.Type = packet.ICMPEchoReply
	case packet.ICMPv6:
		if p.ICMP.Type != packet.ICMPv6EchoRequest {
			return
		}
		r.Transport, r.ICMP, r.Payload = packet.ICMPv6, p.ICMP, p.Payload
		r.ICMP.Type = packet.ICMPv6EchoReply
	case packet.UDP:
		q := *p
		q.Link = packet.Raw
		quote, _ := q.Append(nil)
		r.Transport, r.Payload = packet.ICMP, quote
		r.ICMP = packet.ICMPHeader{Type: packet.ICMPUnreachable, Code: packet.CodePortUnreachable}
		if p.Network == packet.IPv6 {
			r.Transport = packet.ICMPv6
			r.ICMP = packet.ICMPHeader{Type: packet.ICMPv6Unreachable, Code: packet.ICMPv6CodePortUnrea}
		}
	default:
		return
	}
	out.Send(h.rtt, &r)
}

func (h *plain) tcp(now time.Time, p *packet.Packet, r *packet.Packet) bool {
	q := &p.TCP
	r.Transport = packet.TCP
	r.IPv4.DF = true
	r.TCP = packet.TCPHeader{SrcPort: q.DstPort, DstPort: q.SrcPort}
	const kinds = packet.SYN | packet.ACK | packet.RST | packet.FIN
	switch {
	case q.Flags.Has(packet.RST):
		return false
	case q.DstPort == 80 && q.Flags&kinds == packet.SYN:
		h.isn += 1<<20 + 12345
		r.TCP.Seq, r.TCP.Ack, r.TCP.Flags = h.isn, q.Seq+1, packet.SYN|packet.ACK
		r.TCP.Window = 64240
		r.TCP.Options = []byte{2, 4, 5, 0xb4}
	case q.DstPort == 80 && !q.Flags.Has(packet.ACK):
		return false
	case q.Flags.Has(packet.ACK):
		r.TCP.Seq, r.TCP.Flags = q.Ack, packet.RST
	default:
		r.TCP.Flags = packet.RST | packet.ACK
		r.TCP.Ack = q.Seq + 1
	}
	return true
}
