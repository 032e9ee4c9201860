package seek

import (
	"net/netip"
	"slices"
	"time"

	"whorl/method"
	"whorl/packet"
)

// allNodes is the group of all hosts of a segment (RFC 4291 section 2.7.1).
var allNodes = netip.IPv6LinkLocalAllNodes()

// Timing and bounds of a Segment.
const (
	segmentAgain  = time.Second             // when it asks once more
	segmentWait   = 2500 * time.Millisecond // from the second question: MLD lets hosts take up to segmentDelay
	segmentDelay  = 1000                    // milliseconds: longest delay of a report (RFC 3810 section 5.1.3)
	maxNeighbours = 4096
)

// Types of MLD (RFC 2710 section 3, RFC 3810 section 5).
const (
	mldQuery   = 130
	mldReport  = 131
	mldReport2 = 143
)

// Headers before what is asked. The router alert of RFC 2711 is what MLD must have; an option
// of type 80 is unknown to everybody and, by its first bits, has to be complained of even
// if it came by multicast (RFC 8200 section 4.2): so answer those that do not answer
// echo requests to a group.
var (
	routerAlert   = []byte{packet.ProtoICMPv6, 0, 5, 2, 0, 0, 1, 0}
	unknownOption = []byte{packet.ProtoICMPv6, 0, 0x80, 1, 0, 1, 1, 0}
)

// Segment asks a whole segment who is there over IPv6: in an echo request, one with an
// option that nobody knows, and a question for the groups that hosts are in (MLD), twice.
// Hosts that answer none of these stay unknown. What is found are addresses of the link.
type Segment struct {
	Found []netip.Addr // in the order in which they were heard; at most 4,096

	us    netip.Addr // address of the link
	echo  uint16
	began time.Time
	sends int
}

var _ method.Machine = (*Segment)(nil)

// NewSegment asks in the name of us, our address of the link.
func NewSegment(us netip.Addr, s method.Stream) *Segment {
	return &Segment{us: us.WithZone(""), echo: uint16(s.Between(1, 65535))}
}

// Poll sends the questions.
func (s *Segment) Poll(now time.Time, out *method.Outbox) (wake time.Time) {
	if s.began.IsZero() {
		s.began = now
	}
	if s.sends < 2 && !now.Before(s.began.Add(time.Duration(s.sends)*segmentAgain)) {
		s.ask(out)
		s.sends++
	}
	if s.sends < 2 {
		return s.began.Add(segmentAgain)
	}
	if end := s.began.Add(segmentAgain + segmentWait); now.Before(end) {
		return end
	}
	return time.Time{}
}

func (s *Segment) ask(out *method.Outbox) {
	put := func(kind uint8, rest uint32, next uint8, extensions []byte) *packet.Packet {
		p := out.Put(method.Tag(out.Len()))
		p.Network, p.Transport, p.Dst, p.DstMAC = packet.IPv6, packet.ICMPv6, allNodes, packet.GroupMAC(allNodes)
		p.Src, p.TTL = s.us, 1
		p.IPv6.NextHeader, p.IPv6.Extensions = next, extensions
		p.ICMP = packet.ICMPHeader{Type: kind, Rest: rest}
		return p
	}
	put(packet.ICMPv6EchoRequest, packet.Echo(s.echo, uint16(s.sends)), packet.ProtoICMPv6, nil)
	put(packet.ICMPv6EchoRequest, packet.Echo(s.echo, uint16(2+s.sends)), packet.ExtDestination, unknownOption)
	put(mldQuery, segmentDelay<<16, packet.ExtHopByHop, routerAlert).Payload = make([]byte, 16) // for all groups
}

// Sent does nothing: no time is measured.
func (s *Segment) Sent(method.Tag, time.Time) {}

// Receive takes an answer from an address of the link.
func (s *Segment) Receive(p *packet.Packet, _ time.Time) (mine bool) {
	if p.Network != packet.IPv6 || p.Transport != packet.ICMPv6 || !p.Src.IsLinkLocalUnicast() || p.Src == s.us {
		return false
	}
	var q packet.Packet
	switch p.ICMP.Type {
	case packet.ICMPv6EchoReply:
		mine = p.ICMP.ID() == s.echo
	case packet.ICMPv6ParamProblem:
		mine = p.Quoted(&q) && q.Src == s.us && q.Dst == allNodes
	case mldReport, mldReport2:
		mine = p.TTL == 1
	}
	if mine && len(s.Found) < maxNeighbours && !slices.Contains(s.Found, p.Src) {
		s.Found = append(s.Found, p.Src)
	}
	return mine
}
