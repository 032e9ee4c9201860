// Package packet is the wire: it takes frames apart and puts them together.
//
// [Packet] is one frame as values. [Packet.Decode] fills it from bytes without
// allocating, so one value serves a whole capture; [Packet.Append] writes it
// back with lengths and checksums made right. Both directions use the same
// structs, named as the RFCs name them: RFC 826 (ARP), 791 (IPv4), 8200 (IPv6),
// 9293 (TCP), 768 (UDP), 792 (ICMP), 4443 (ICMPv6), 4861 (neighbour discovery).
//
// Decode never fails. What is malformed is flagged in [Packet.Odd] and kept as
// bytes, because for fingerprinting the odd is the signal: reserved bits, raw
// option bytes, wrong checksums and trailing bytes all stay visible.
//
// Link headers are those of captures: Ethernet with tags, LLC, MPLS and PPPoE, Linux
// cooked, BSD loopback and pflog, PPP and Cisco HDLC, IEEE 802.11 with the headers of
// its drivers ([LinkType]); a file each.
//
// The package does not reassemble fragments and does not follow connections. Of a
// tunnel (GRE, Teredo, 6in4, VXLAN) only the outer packet is taken apart.
//
//	var p packet.Packet
//	p.Decode(packet.Ethernet, frame)
//	if p.Transport == packet.TCP && p.TCP.Flags.Has(packet.SYN|packet.ACK) { ... }
package packet
