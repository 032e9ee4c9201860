package decoy

import (
	"container/list"
	"net/netip"
	"slices"
	"time"

	"whorl"
	"whorl/packet"
)

// Bounds of contacts.
const (
	maxContacts = 4096        // at a time; the one that was silent longest ends for a new one
	maxSeen     = 256         // targets, and ports, of a contact that are told apart
	maxListed   = 16          // of these in a record
	maxRecords  = 8           // of one contact
	contactIdle = time.Minute // silence that ends a contact
	tellRate    = 20          // contacts a second that are told of when they begin
)

// contact is what one stranger does.
type contact struct {
	id          uint64
	src         netip.Addr
	mac         packet.MAC
	first, last time.Time
	targets     seen[netip.Addr]
	ports       seen[uint16]
	packets     int
	answers     int
	live        bool
	isn, ack    uint32 // of the last SYN-ACK that he got: its number and what it acknowledges
	dialogue    dialogue
	frames      whorl.FrameSpan
	raised      *whorl.Contact // what a sensor made of it; nil: nothing
	state       whorl.ContactState
	records     int // told so far
	untold      bool
}

// contacts are the strangers of the last minute, the one that was silent longest first.
type contacts struct {
	tell    func(*whorl.Contact)
	persona func(netip.Addr) string

	known         map[netip.Addr]*list.Element
	order         list.List // of *contact
	begin         bucket    // of records of new contacts
	total, untold int
}

// note adds a packet to the contact of its source.
func (s *contacts) note(now time.Time, p *packet.Packet) *contact {
	if s.tell == nil {
		return nil
	}
	e, ok := s.known[p.Src]
	if ok {
		s.order.MoveToBack(e)
	} else {
		e = s.open(now, p)
	}
	c := e.Value.(*contact)
	c.last = now
	c.packets++
	c.targets.add(p.Dst)
	c.heard(p)
	return c
}

// heard files what the transport header of a packet tells; c may be nil.
func (c *contact) heard(p *packet.Packet) {
	if c == nil {
		return
	}
	switch p.Transport {
	case packet.TCP:
		c.ports.add(p.TCP.DstPort)
		h := &p.TCP
		c.live = c.live || c.isn != 0 && (h.Flags.Has(packet.ACK) && h.Ack == c.isn+1 || h.Flags.Has(packet.RST) && h.Seq == c.ack)
	case packet.UDP:
		c.ports.add(p.UDP.DstPort)
	}
}

// open begins a contact.
func (s *contacts) open(now time.Time, p *packet.Packet) *list.Element {
	if s.known == nil {
		s.known = map[netip.Addr]*list.Element{}
	}
	if len(s.known) >= maxContacts {
		s.close(s.order.Front())
	}
	s.total++
	c := &contact{id: uint64(s.total), src: p.Src, mac: p.SrcMAC, first: now}
	if s.begin.fill(tellRate, now); s.begin.tokens < 1 {
		c.untold = true
		s.untold++
	} else {
		s.begin.tokens--
	}
	e := s.order.PushBack(c)
	s.known[p.Src] = e
	return e
}

// answered counts an answer; c is the contact at hand, or nil.
func (s *contacts) answered(c *contact, p *packet.Packet) {
	if c == nil || c.src != p.Dst {
		if c = s.of(p.Dst); c == nil {
			return
		}
	}
	c.answers++
	if p.Transport == packet.TCP && p.TCP.Flags.Has(packet.SYN|packet.ACK) {
		c.isn, c.ack = p.TCP.Seq, p.TCP.Ack
	}
}

// of is the contact of a source; nil if there is none.
func (s *contacts) of(src netip.Addr) *contact {
	if e, ok := s.known[src]; ok {
		return e.Value.(*contact)
	}
	return nil
}

// told tells of a contact if its state has changed: it is confirmed when its source is live
// or has turned to a second decoy or port.
func (s *contacts) told(c *contact) {
	if c == nil || c.untold {
		return
	}
	state := whorl.Probable
	if c.live || c.targets.n > 1 || c.ports.n > 1 {
		state = whorl.Confirmed
	}
	if c.state == whorl.Confirmed || c.state == state {
		return
	}
	s.record(c, state)
}

// expire ends the contacts that have been silent for long.
func (s *contacts) expire(now time.Time) {
	for e := s.order.Front(); e != nil && now.Sub(e.Value.(*contact).last) >= contactIdle; e = s.order.Front() {
		s.close(e)
	}
}

// end ends all.
func (s *contacts) end() {
	for e := s.order.Front(); e != nil; e = s.order.Front() {
		s.close(e)
	}
}

func (s *contacts) close(e *list.Element) {
	c := s.order.Remove(e).(*contact)
	delete(s.known, c.src)
	if c.records > 0 {
		s.record(c, whorl.Ended)
	}
}

// record tells how a contact stands.
func (s *contacts) record(c *contact, state whorl.ContactState) {
	if c.records >= maxRecords && state != whorl.Ended {
		return
	}
	c.state = state
	c.records++
	r := whorl.Contact{Class: whorl.DecoyContact, Confidence: 1, Leak: whorl.LeakNone}
	if c.answers > 0 {
		r.Leak = whorl.LeakPartial
	}
	if c.raised != nil {
		r = *c.raised
	} else {
		r.Sources = []whorl.ContactSource{c.source()}
	}
	r.Schema, r.ID, r.State = whorl.ContactSchema, c.id, state
	r.Seen = whorl.Span{First: c.first, Last: c.last}
	r.Targets, r.Ports = c.targets.list(), c.ports.list()
	r.Counts = whorl.ContactCounts{Packets: c.packets, Answered: c.answers, Sources: max(len(r.Sources), r.Counts.Sources), Targets: c.targets.n, Ports: c.ports.n,
		Said: c.dialogue.total}
	r.Dialogue = c.dialogue.told()
	if c.frames.First > 0 {
		frames := c.frames
		r.Frames = &frames
	}
	r.Persona = s.persona(c.target())
	s.tell(&r)
}

// target is the decoy that a sensor learned most of, or the first.
func (c *contact) target() netip.Addr {
	if c.raised != nil && c.raised.Learned != nil {
		return c.raised.Learned.Addr
	}
	return c.targets.first[0]
}

func (c *contact) source() whorl.ContactSource {
	s := whorl.ContactSource{Addr: c.src, Live: c.live}
	if !c.mac.IsZero() {
		s.MAC = c.mac.String()
	}
	return s
}

// seen are different values, the first of them listed; n counts no further than maxSeen.
type seen[T comparable] struct {
	first []T
	rest  map[T]struct{}
	n     int
}

func (s *seen[T]) add(v T) {
	if slices.Contains(s.first, v) {
		return
	}
	if len(s.first) < maxListed {
		s.first = append(s.first, v)
		s.n++
		return
	}
	if _, known := s.rest[v]; known || s.n >= maxSeen {
		return
	}
	if s.rest == nil {
		s.rest = map[T]struct{}{}
	}
	s.rest[v] = struct{}{}
	s.n++
}

func (s *seen[T]) list() []T { return slices.Clone(s.first) }
