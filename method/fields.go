package method

import (
	"bytes"
	"net/netip"

	"whorl/packet"
)

// Ports are the ports of a host that probes go to. 0 is not known.
type Ports struct{ OpenTCP, ClosedTCP, ClosedUDP uint16 }

// Of is the port that a probe goes to, 0 if it is not known or none.
func (p Ports) Of(to Target) uint16 {
	switch to {
	case ToOpenTCP:
		return p.OpenTCP
	case ToClosedTCP:
		return p.ClosedTCP
	case ToClosedUDP:
		return p.ClosedUDP
	}
	return 0
}

// Fields are what an exchange adds to a shape to make a packet of it.
type Fields struct {
	Dst      netip.Addr
	Ports    Ports
	PortBase uint16 // source port, of TCP and UDP
	EchoID   uint16
	Seq, Ack uint32
	IPID     uint16 // IPv4, where the shape fixes none
	TTL      uint8  // or hop limit, where the shape fixes none
}

// Packet fills p with the probe over IPv4.
func (s *Shape) Packet(f *Fields, p *packet.Packet) {
	p.Network = packet.IPv4
	p.IPv4.DF, p.IPv4.ID = s.DF, f.IPID
	if s.IPID != 0 {
		p.IPv4.ID = s.IPID
	}
	s.fill(f, p)
	if s.Proto == packet.ICMP {
		p.ICMP.Type = packet.ICMPEchoRequest
	}
}

// Packet6 fills p with the probe over IPv6.
func (s *Shape) Packet6(f *Fields, p *packet.Packet) {
	p.Network = packet.IPv6
	p.IPv6.FlowLabel, p.IPv6.NextHeader, p.IPv6.Extensions = s.FlowLabel, s.NextHeader, s.Extensions
	s.fill(f, p)
	switch {
	case s.Proto != packet.ICMP:
	case s.Solicit:
		p.SetNeighbor(packet.ICMPv6NeighborSol, packet.Neighbor{Target: f.Dst})
	default:
		p.Transport, p.ICMP.Type = packet.ICMPv6, packet.ICMPv6EchoRequest
	}
}

// fill sets what both versions of IP have, but for the type of ICMP.
func (s *Shape) fill(f *Fields, p *packet.Packet) {
	p.Transport, p.Dst = s.Proto, f.Dst
	p.TTL, p.TOS = f.TTL, s.TOS
	if s.TTL != 0 {
		p.TTL = s.TTL
	}
	switch s.Proto {
	case packet.TCP:
		p.TCP = packet.TCPHeader{
			SrcPort: f.PortBase + s.PortPlus, DstPort: f.Ports.Of(s.To), Seq: f.Seq + s.SeqPlus, Ack: f.Ack,
			Flags: s.Flags, Reserved: s.Reserved, Window: s.Window, Urgent: s.Urgent, Options: s.Options,
		}
		if s.NoAck {
			p.TCP.Ack = 0
		}
	case packet.UDP:
		p.UDP = packet.UDPHeader{SrcPort: f.PortBase + s.PortPlus, DstPort: f.Ports.Of(s.To)}
	case packet.ICMP:
		p.ICMP = packet.ICMPHeader{Code: s.Code, Rest: packet.Echo(f.EchoID+s.PortPlus, s.Seq)}
	}
	if s.DataLen > 0 {
		p.Payload = bytes.Repeat([]byte{s.Fill}, s.DataLen)
	}
}
