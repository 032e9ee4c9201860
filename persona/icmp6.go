package persona

import (
	"encoding/binary"
	"time"

	"whorl/link"
	"whorl/method/gen2"
	"whorl/packet"
)

// errors6 is how a stack tells that a UDP port is closed.
type errors6 struct {
	ipHeader
	silent     bool
	limit      bucket
	kind, code uint8
	rest       uint32 // second word of the ICMPv6 header
	quote      int    // most bytes quoted of the packet
	length     change // of the quoted payload length
	relabelled bool   // the quoted flow label is another one
	relabel    uint32 // then
	udpSum     change
	spoilt     bool // the quoted data is altered
}

// wholeQuote is how much of a packet fits an error: with its headers it has no more bytes
// than every link passes (RFC 4443 section 2.4 (c)).
const wholeQuote = 1280 - header6 - 8

// udp6 answers a datagram to a closed port (RFC 4443 section 3.1).
func (p *Persona) udp6(now time.Time, in *packet.Packet, out link.Outlet) {
	u := &p.six.errors
	if u.silent || p.silent[gen2.U1] || p.udpPort(in.UDP.DstPort) != closed {
		return
	}
	b, ok := p.quote6(in)
	if !ok || !u.limit.take(now) {
		return
	}
	edit := func(at []byte, c change) { binary.BigEndian.PutUint16(at, c.of(binary.BigEndian.Uint16(at))) }
	edit(b[4:], u.length)
	if u.relabelled {
		first := binary.BigEndian.Uint32(b)
		binary.BigEndian.PutUint32(b, first&^(1<<20-1)|u.relabel)
	}
	udp := b[header6+len(in.IPv6.Extensions):]
	edit(udp[6:], u.udpSum)
	if u.spoilt && len(udp) > 8 {
		udp[8] ^= 0x20
	}
	p.tell6(now, in, &u.ipHeader, packet.ICMPHeader{Type: u.kind, Code: u.code, Rest: u.rest}, b[:min(len(b), u.quote)], out)
}

// quote6 is a packet as errors quote it, whole.
func (p *Persona) quote6(in *packet.Packet) ([]byte, bool) {
	q := *in
	q.Link = packet.Raw
	b, err := q.Append(p.scratch.quote[:0])
	if err != nil {
		return nil, false
	}
	p.scratch.quote = b[:0]
	return b, true
}

// tell6 answers a packet with a message of ICMPv6.
func (p *Persona) tell6(now time.Time, in *packet.Packet, h *ipHeader, message packet.ICMPHeader, data []byte, out link.Outlet) {
	a := p.begin(now, in.Src, packet.ICMPv6, h)
	h.copies.onto(a, in)
	a.IPv6.FlowLabel = p.label(h, flow{addr: in.Src}, in)
	a.ICMP, a.Payload = message, data
	out.Send(p.o.Delay, a)
}

// icmp6 answers echo requests (RFC 4443 section 4.2) and solicitations.
func (p *Persona) icmp6(now time.Time, in *packet.Packet, out link.Outlet) {
	switch in.ICMP.Type {
	case packet.ICMPv6NeighborSol:
		p.advertise(now, in, out)
	case packet.ICMPv6EchoRequest:
		if e := &p.six.echoes; !e.silent && !p.silent[gen2.IE1] {
			reply := packet.ICMPHeader{Type: packet.ICMPv6EchoReply, Code: e.codeFor(in.ICMP.Code), Rest: in.ICMP.Rest}
			p.tell6(now, in, &e.ipHeader, reply, in.Payload, out)
		}
	}
}

// neighbors is how a stack answers a solicitation that is sent to its address alone, which
// asks whether it is still there.
type neighbors struct {
	ipHeader
	silent           bool // without the option of a hardware address
	router, override bool
	told             bool // the advertisement has the option of a hardware address
}

// advertise answers a solicitation for our own address (RFC 4861 section 7.2.4). Those that
// look for it are sent to a group: who is on a segment with the persona answers them.
func (p *Persona) advertise(now time.Time, in *packet.Packet, out link.Outlet) {
	asked, ok := in.Neighbor()
	v := &p.six.neighbors
	if !ok || asked.Target != p.six.addr || v.silent && asked.MAC.IsZero() {
		return
	}
	answer := packet.Neighbor{Target: asked.Target, Router: v.router, Solicited: true, Override: v.override}
	if v.told && in.Link == packet.Ethernet {
		answer.MAC = in.DstMAC
	}
	a := p.begin(now, in.Src, packet.ICMPv6, &v.ipHeader)
	a.SetNeighbor(packet.ICMPv6NeighborAdv, answer)
	out.Send(p.o.Delay, a)
}
