package sim

import (
	"encoding/binary"
	"net/netip"
	"time"

	"whorl/link"
	"whorl/packet"
)

// NAT is one public address. TCP connections to its ports are forwarded to hosts
// behind it; everything else is answered by the box itself.
type NAT struct {
	Public netip.Addr
	Box    link.Node // the router's own stack, at Public; nil drops
	TCP    map[uint16]Inside
}

// Inside is a host behind a NAT.
type Inside struct {
	Node link.Node
	Addr netip.Addr
	Port uint16
}

// Receive forwards or answers.
func (n *NAT) Receive(now time.Time, p *packet.Packet, out link.Outlet) {
	in, ok := n.TCP[p.TCP.DstPort]
	if p.Transport != packet.TCP || !ok {
		if n.Box != nil {
			n.Box.Receive(now, p, out)
		}
		return
	}
	if p.TTL <= 1 {
		return
	}
	q := *p
	q.TTL--
	q.Dst, q.TCP.DstPort = in.Addr, in.Port
	in.Node.Receive(now, &q, translated{n, p.TCP.DstPort, out})
}

// translated gives answers from inside the public address.
type translated struct {
	n    *NAT
	port uint16
	link.Outlet
}

func (o translated) Send(after time.Duration, p *packet.Packet) {
	if p.TTL <= 1 {
		return
	}
	q := *p
	q.TTL--
	q.Src = o.n.Public
	if q.Transport == packet.TCP {
		q.TCP.SrcPort = o.port
	}
	o.Outlet.Send(after, &q)
}

// Relay is a SYN proxy: it answers SYNs to its ports by itself and would hand the
// connection on only after the handshake. Everything else passes, or, if it ends
// connections itself, all that is not to its ports.
type Relay struct {
	Node    link.Node
	Ports   map[uint16]bool
	TTL     uint8  // initial TTL of the relay's answers
	Window  uint16 // of its SYN-ACK; Linux's synproxy sends 0
	Options []byte // of its SYN-ACK; a multiple of four bytes
	DF      bool
	Ends    bool // it is a proxy: what is of no connection is reset (RFC 9293 section 3.10.7.1)
}

// Receive answers SYNs and passes the rest on.
func (r *Relay) Receive(now time.Time, p *packet.Packet, out link.Outlet) {
	const mask = packet.SYN | packet.ACK | packet.RST | packet.FIN
	ours := p.Transport == packet.TCP && r.Ports[p.TCP.DstPort]
	switch {
	case ours && p.TCP.Flags&mask == packet.SYN:
	case !ours || !r.Ends:
		r.Node.Receive(now, p, out)
		return
	case p.TCP.Flags.Has(packet.RST):
		return
	case p.TCP.Flags.Has(packet.ACK):
		out.Send(100*time.Microsecond, &packet.Packet{
			Network: p.Network, Transport: packet.TCP, Src: p.Dst, Dst: p.Src, TTL: r.TTL, IPv4: packet.IPv4Header{DF: r.DF},
			TCP: packet.TCPHeader{SrcPort: p.TCP.DstPort, DstPort: p.TCP.SrcPort, Seq: p.TCP.Ack, Flags: packet.RST},
		})
		return
	default:
		return
	}
	out.Send(100*time.Microsecond, &packet.Packet{
		Network: p.Network, Transport: packet.TCP, Src: p.Dst, Dst: p.Src, TTL: r.TTL,
		IPv4: packet.IPv4Header{DF: r.DF},
		TCP: packet.TCPHeader{
			SrcPort: p.TCP.DstPort, DstPort: p.TCP.SrcPort, Seq: cookie(p), Ack: p.TCP.Seq + 1,
			Flags: packet.SYN | packet.ACK, Window: r.Window, Options: r.Options,
		},
	})
}

// cookie is a number that depends on the connection alone, as SYN cookies do (RFC 4987 section 3.6).
func cookie(p *packet.Packet) uint32 {
	a, b := p.Src.As16(), p.Dst.As16()
	h := uint64(p.TCP.SrcPort)<<48 | uint64(p.TCP.DstPort)<<32 | uint64(p.TCP.Seq)
	for i := 0; i < 16; i += 8 {
		h = (h ^ binary.BigEndian.Uint64(a[i:])) * 0x9e3779b97f4a7c15
		h = (h ^ binary.BigEndian.Uint64(b[i:])) * 0xbf58476d1ce4e5b9
		h ^= h >> 29
	}
	return uint32(h)
}

// Forger is a firewall that resets in a host's name whatever it does not let
// through. Only TCP to Pass reaches the host; ICMP passes, UDP is dropped.
type Forger struct {
	Node link.Node
	Pass map[uint16]bool
	TTL  uint8 // initial TTL of the forged resets
}

// Receive passes on, forges or drops.
func (f *Forger) Receive(now time.Time, p *packet.Packet, out link.Outlet) {
	switch {
	case p.Transport == packet.TCP && !f.Pass[p.TCP.DstPort]:
		if p.TCP.Flags.Has(packet.RST) {
			return
		}
		r := packet.TCPHeader{SrcPort: p.TCP.DstPort, DstPort: p.TCP.SrcPort, Flags: packet.RST | packet.ACK}
		if p.TCP.Flags.Has(packet.ACK) { // RFC 9293 section 3.10.7.1
			r.Flags, r.Seq = packet.RST, p.TCP.Ack
		} else {
			r.Ack = p.TCP.Seq + uint32(len(p.Payload))
			if p.TCP.Flags.Has(packet.SYN) {
				r.Ack++
			}
			if p.TCP.Flags.Has(packet.FIN) {
				r.Ack++
			}
		}
		out.Send(50*time.Microsecond, &packet.Packet{
			Network: p.Network, Transport: packet.TCP, Src: p.Dst, Dst: p.Src, TTL: f.TTL, TCP: r,
		})
	case p.Transport == packet.UDP:
	default:
		f.Node.Receive(now, p, out)
	}
}

// Silent drops TCP to all ports but Pass, and everything else: a stateful
// firewall that lets only SYNs to open ports in.
type Silent struct {
	Node link.Node
	Pass map[uint16]bool
}

// Receive passes SYNs to open ports.
func (s *Silent) Receive(now time.Time, p *packet.Packet, out link.Outlet) {
	const mask = packet.SYN | packet.ACK | packet.RST | packet.FIN
	if p.Transport == packet.TCP && s.Pass[p.TCP.DstPort] && p.TCP.Flags&mask == packet.SYN {
		s.Node.Receive(now, p, out)
	}
}
