package watch

import (
	"math"
	"net/netip"
	"slices"
	"time"

	"whorl"
	"whorl/packet"
)

// Bounds of what is kept of one contact. Counters go on where lists end.
const (
	maxSources = 64
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
	count    int
	repeats  int // that counted
	answered int
	at       time.Time
	frame    int
	proto    packet.Transport
	port     uint16
}

// delayed is a time between probes that tools have only if they are told to wait.
const delayed = 800 * time.Millisecond

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
	i, fresh := c.note(m, p, at, frame, dst)
	if fresh && m.kind.place.order > 0 {
		if !c.news.IsZero() && at.Sub(c.news) >= delayed {
			c.evasion |= evadesDelay
		}
		c.news = at
	}
	if m.refused {
		c.kinds[i].answered++
		c.answered++
		return
	}
	t := c.talk(p.Src, p.Dst)
	if t == nil {
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
		c.kinds = append(c.kinds, seen{kind: k, tier: m.tier, count: 1, at: at, frame: frame, proto: p.Transport, port: port})
		c.points += m.tier.points(k)
		return len(c.kinds) - 1, true
	}
	s := &c.kinds[i]
	s.count++
	switch {
	case m.tier < s.tier:
		c.points += m.tier.points(k) - s.tier.points(k)
		s.tier = m.tier
	case m.tier == exact && k.points >= pointsTCP && s.repeats < mostRepeats:
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

// score is how much evidence there is.
func (c *contact) score() int {
	n := c.points + pointsRelation*c.relations.count()
	if c.spread > 0 {
		n += 6 * c.ends.count() / c.spread
	}
	return n
}

// Scores that states begin with.
const (
	probableScore  = 6
	confirmedScore = 12
)

// judge gives the state that the evidence is enough for, empty if for none, and how sure
// it is that the class is right.
func (c *contact) judge() (s whorl.ContactState, sure whorl.Fraction) {
	if c.quiet != nil {
		return c.quiet.judge()
	}
	const most = 0.99
	n := c.score()
	odds := min(most, 1-math.Pow(2, -float64(n)/3))
	switch {
	case n >= confirmedScore:
		return whorl.Confirmed, whorl.Fraction(odds)
	case n < probableScore:
		return "", whorl.Fraction(odds)
	case c.relations != 0 && c.isExact():
		return whorl.Confirmed, whorl.Fraction(max(odds, 1-math.Pow(2, -confirmedScore/3.)))
	}
	return whorl.Probable, whorl.Fraction(odds)
}

// isExact reports whether a TCP probe came byte for byte.
func (c *contact) isExact() bool {
	return slices.ContainsFunc(c.kinds, func(s seen) bool { return s.tier == exact && s.kind.points >= pointsTCP })
}

// tool names what sends such packets: only exact ones tell. What only our own scanner
// sends counts more than what others send too.
func (c *contact) tool() string {
	if c.quiet != nil {
		return c.quiet.tool
	}
	best, most := "", 0
	for i := range c.kinds {
		s := &c.kinds[i]
		if s.tier != exact || s.kind.tool == "" || s.kind.points == 0 && s.kind.spread == 0 {
			continue
		}
		n := s.count
		if s.kind.ours {
			n = math.MaxInt
		}
		if n > most {
			best, most = s.kind.tool, n
		}
	}
	if best == "" {
		return traits[c.family].like
	}
	return best
}

// ours reports whether a packet came that only our own scanner sends.
func (c *contact) ours() bool {
	return slices.ContainsFunc(c.kinds, func(s seen) bool { return s.kind.ours && s.tier == exact })
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
