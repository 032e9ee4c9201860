package listen

import (
	"hash/maphash"
	"net/netip"
	"time"

	"whorl/method/icmp"
	"whorl/packet"
)

// causes are the last datagrams of flows of UDP, and echo requests, until their answers come.
// As with connections, each stands in one of the few places of its set.
type causes struct {
	seed maphash.Seed
	sets []causeSet // none until the first comes
}

// causeSets is how many sets there are: 2,048 causes, 150 KB.
const causeSets = 1 << 9

// longestAnswer is until when an answer is one: DNS answers that nobody waits for any more
// come after 5 to 10 s, and what they cause within a round trip.
const longestAnswer = 10 * time.Second

type causeSet struct {
	next   uint32 // place of the oldest
	causes [ways]cause
}

type cause struct {
	of route
	icmp.Cause
	at int64 // nanoseconds of Unix time; 0: not known, or nothing stands here
}

// route tells flows of UDP and echo requests apart: from whom to whom. Of echo requests the
// ports are identifier and sequence number.
type route struct {
	from, to end
	echo     bool
	used     bool
}

func routeOf(src, dst netip.Addr, srcPort, dstPort uint16, echo bool) route {
	return route{end{src.As16(), srcPort}, end{dst.As16(), dstPort}, echo, true}
}

// note keeps a datagram or an echo request, in the place of the one before it of its flow.
func (t *causes) note(p *packet.Packet, at time.Time) {
	c, ok := icmp.CauseOf(p)
	if !ok {
		return
	}
	r := routeOf(p.Src, p.Dst, p.UDP.SrcPort, p.UDP.DstPort, false)
	if p.Transport != packet.UDP {
		r = routeOf(p.Src, p.Dst, p.ICMP.ID(), p.ICMP.Seq(), true)
	}
	if t.sets == nil {
		t.seed, t.sets = maphash.MakeSeed(), make([]causeSet, causeSets)
	}
	s := t.set(&r)
	k := s.find(&r)
	if k == nil {
		k = &s.causes[s.next%ways]
		s.next++
	}
	*k = cause{of: r, Cause: c}
	if !at.IsZero() {
		k.at = at.UnixNano()
	}
}

func (t *causes) set(r *route) *causeSet {
	return &t.sets[maphash.Comparable(t.seed, *r)%causeSets]
}

func (s *causeSet) find(r *route) *cause {
	for i := range s.causes {
		if s.causes[i].of == *r {
			return &s.causes[i]
		}
	}
	return nil
}

// get gives what came last of a route and is not too old; nil if nothing is known.
func (t *causes) get(r route, at time.Time) *icmp.Cause {
	if t.sets == nil {
		return nil
	}
	k := t.set(&r).find(&r)
	if k == nil || k.at != 0 && !at.IsZero() && at.UnixNano()-k.at > int64(longestAnswer) {
		return nil
	}
	return &k.Cause
}

// ofReply is the request that an echo reply answers.
func (t *causes) ofReply(p *packet.Packet, at time.Time) *icmp.Cause {
	return t.get(routeOf(p.Dst, p.Src, p.ICMP.ID(), p.ICMP.Seq(), true), at)
}

// ofUnreach is the last datagram of the flow that a port unreachable quotes.
func (t *causes) ofUnreach(p *packet.Packet, at time.Time) *icmp.Cause {
	var q packet.Packet
	if !p.Quoted(&q) || q.Transport != packet.UDP {
		return nil
	}
	return t.get(routeOf(q.Src, q.Dst, q.UDP.SrcPort, q.UDP.DstPort, false), at)
}
