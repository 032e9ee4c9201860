package sim

import "whorl/packet"

// reset sends what the kernel of the scanner's machine sends when a frame arrives that
// accepts a connection: it knows of none (RFC 9293 section 3.10.7.1).
func (n *Net) reset(frame []byte) {
	var p packet.Packet
	p.Decode(n.o.Link, frame)
	if p.Transport != packet.TCP || p.Odd&^packet.OddTCPOptions != 0 ||
		!p.TCP.Flags.Has(packet.SYN|packet.ACK) || p.TCP.Flags.Has(packet.RST) {
		return
	}
	q := packet.Packet{Link: n.o.Link, SrcMAC: p.DstMAC, DstMAC: p.SrcMAC, Network: p.Network, Transport: packet.TCP,
		Src: p.Dst, Dst: p.Src, TTL: 64, IPv4: packet.IPv4Header{DF: true},
		TCP: packet.TCPHeader{SrcPort: p.TCP.DstPort, DstPort: p.TCP.SrcPort, Seq: p.TCP.Ack, Flags: packet.RST}}
	out, err := q.Append(nil)
	if err != nil {
		return // addresses that no frame can have
	}
	n.deliver(out)
}
