package watch

import (
	"net/netip"
	"slices"
	"time"

	"whorl"
	"whorl/packet"
)

// Bounds of what is kept of one contact. Counters go on where lists end.
const (
	maxSources = 128 // as many decoys as nmap takes
	maxTalks   = 32
	maxProbes  = 64
	maxListed  = 32 // targets and ports in a record
)

// contact is what one stranger does in one family.
type contact struct {
	id     uint64
	family family
	state  whorl.ContactState // of the last record; empty: nothing was told

	first, last time.Time
	wait        time.Duration // the longest between two probes
	news        time.Time     // when a new kind of probe of a method came last
	waits       int           // how often that was long after the one before

	sources []party
	talks   []*talk
	listed  []netip.Addr // the first targets
	ports   []uint16     // the first ports
	targets distinct
	portNos distinct
	ends    distinct // ports of targets, or targets

	kinds     []seen
	points    int
	spread    int // the least that a kind wants; 0: none does
	relations relations
	evasion   evasions
	packets   int
	answered  int
	quiet     *quietness // of the family silent

	bytes        int      // that it takes, about
	older, newer *contact // in the order of their last packets
}

// party is one source of a contact.
type party struct {
	addr netip.Addr
	mac  packet.MAC
	live bool
}

// seen is one kind of probe in a contact.
type seen struct {
	kind     *kind
	tier     tier // the best
	signed   bool
	count    int
	repeats  int // that counted
	answered int
	at       time.Time
	frame    int
	proto    packet.Transport
	port     uint16
}

// Times between probes that tools have again and again only if they are told to wait.
const (
	delayed    = 300 * time.Millisecond
	oftDelayed = 3
)

// paced notes that a probe came that is new.
func (c *contact) paced(at time.Time) {
	if !c.news.IsZero() && at.Sub(c.news) >= delayed {
		if c.waits++; c.waits == oftDelayed {
			c.evasion |= evadesDelay
		}
	}
	c.news = at
}

// idle is how long the contact may be silent before it has ended: longer if its probes
// come slowly, or if there was only one.
func (c *contact) idle() time.Duration {
	d := traits[c.family].idle
	if c.packets == 1 && c.family.fingerprints() {
		d = max(d, slow)
	}
	return max(d, min(4*c.wait, slow))
}

// take adds a packet to the evidence.
func (c *contact) take(m *mark, p *packet.Packet, at time.Time, frame int) {
	if c.packets > 0 {
		c.wait = max(c.wait, at.Sub(c.last))
	}
	c.packets++
	c.last = at
	c.evasion |= m.evasion
	dst, hasPort := portOf(p)
	c.where(p.Dst, dst, hasPort)
	t := c.talk(p.Src, p.Dst)
	if t != nil && m.kind.alike != nil {
		m.kind = t.numbers.settle(m.kind, &p.TCP)
	}
	i, fresh := c.note(m, p, at, frame, dst)
	if fresh && m.kind.place.order > 0 {
		c.paced(at)
	}
	switch {
	case m.refused:
		c.kinds[i].answered++
		c.answered++
		return
	case t == nil:
		return
	}
	t.ask(p, i)
	found, order := t.numbers.fit(m, p, fresh)
	c.relations |= found
	if order {
		c.evasion |= evadesOrder
	}
}

// note adds a packet to those of its kind and counts its points. fresh is set if it is
// the first.
func (c *contact) note(m *mark, p *packet.Packet, at time.Time, frame int, port uint16) (i int, fresh bool) {
	k := m.kind
	if k.spread > 0 && (c.spread == 0 || k.spread < c.spread) {
		c.spread = k.spread
	}
	i = slices.IndexFunc(c.kinds, func(s seen) bool { return s.kind.name == k.name && s.kind.tool == k.tool })
	if i < 0 {
		if len(c.kinds) == maxProbes {
			return 0, false
		}
		c.kinds = append(c.kinds, seen{kind: k, tier: m.tier, signed: m.signed, count: 1, at: at, frame: frame, proto: p.Transport, port: port})
		c.points += m.tier.points(k)
		return len(c.kinds) - 1, true
	}
	s := &c.kinds[i]
	s.count++
	s.signed = s.signed || m.signed
	switch {
	case m.tier < s.tier:
		c.points += m.tier.points(k) - s.tier.points(k)
		s.tier = m.tier
	case m.tier == exact && k.points >= pointsOther && p.Transport == packet.TCP && s.repeats < mostRepeats:
		s.repeats++
		c.points += pointsRepeat
	}
	return i, false
}

// where counts targets and ports.
func (c *contact) where(target netip.Addr, port uint16, hasPort bool) {
	c.targets.add(numberOf(target, 0))
	if len(c.listed) < maxListed && !slices.Contains(c.listed, target) {
		c.listed = append(c.listed, target)
	}
	if !hasPort {
		c.ends.add(numberOf(target, 0))
		return
	}
	c.ends.add(numberOf(target, port))
	c.portNos.add(mix(uint64(port) + 1))
	if len(c.ports) < maxListed && !slices.Contains(c.ports, port) {
		c.ports = append(c.ports, port)
	}
}

// party gives a source, which it adds if there is room; nil: there is none.
func (c *contact) party(addr netip.Addr, mac packet.MAC) *party {
	for i := range c.sources {
		if c.sources[i].addr == addr {
			return &c.sources[i]
		}
	}
	if len(c.sources) == maxSources {
		return nil
	}
	c.sources = append(c.sources, party{addr: addr, mac: mac})
	return &c.sources[len(c.sources)-1]
}

// portOf is the port that a packet goes to, if it goes to one.
func portOf(p *packet.Packet) (port uint16, ok bool) {
	switch p.Transport {
	case packet.TCP:
		return p.TCP.DstPort, true
	case packet.UDP:
		return p.UDP.DstPort, true
	}
	return 0, false
}
