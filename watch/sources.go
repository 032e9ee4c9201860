package watch

import (
	"net/netip"
	"slices"
	"time"

	"whorl/packet"
)

// source is an address that a contact comes from.
type source struct{ contacts []*contact } // one of a family

// of gives the contact of a family; nil: there is none.
func (s *source) of(f family) *contact {
	if s != nil {
		for _, c := range s.contacts {
			if c.family == f {
				return c
			}
		}
	}
	return nil
}

// contacts are those under way, by source, and in the order of their last packets.
type contacts struct {
	n              int
	bytes, most    int // what they take and may take, about
	sources        map[netip.Addr]*source
	oldest, newest *contact
	last           uint64 // ID
	targets        map[netip.Addr]*hearing
}

// hearing is what a sensor gets of a target: nothing shows that it does not answer as long
// as nothing is heard of it at all.
type hearing struct {
	talks int
	at    time.Time // of the last packet that it sent
}

func (t *contacts) init() {
	t.most = maxBytes
	t.sources, t.targets = map[netip.Addr]*source{}, map[netip.Addr]*hearing{}
}

// begin makes a contact of a source.
func (t *contacts) begin(f family, p *packet.Packet, at time.Time) *contact {
	t.last++
	c := &contact{id: t.last, family: f, first: at, last: at}
	t.n++
	t.push(c)
	t.join(c, p)
	return c
}

// join adds a source to a contact. ok is false if it has no room for one.
func (t *contacts) join(c *contact, p *packet.Packet) (ok bool) {
	if c.party(p.Src, p.SrcMAC) == nil {
		return false
	}
	s := t.sources[p.Src]
	if s == nil {
		s = new(source)
		t.sources[p.Src] = s
	}
	if !slices.Contains(s.contacts, c) {
		s.contacts = append(s.contacts, c)
	}
	return true
}

// attend notes that what a target sends matters to a talk.
func (t *contacts) attend(target netip.Addr) {
	h := t.targets[target]
	if h == nil {
		h = new(hearing)
		t.targets[target] = h
	}
	h.talks++
}

// forget drops a contact from all tables.
func (t *contacts) forget(c *contact) {
	t.n--
	t.bytes -= c.bytes
	t.unlink(c)
	for i := range c.sources {
		a := c.sources[i].addr
		s := t.sources[a]
		s.contacts = slices.DeleteFunc(s.contacts, func(o *contact) bool { return o == c })
		if len(s.contacts) == 0 {
			delete(t.sources, a)
		}
	}
	for _, k := range c.talks {
		if h := t.targets[k.target]; h != nil {
			if h.talks--; h.talks == 0 {
				delete(t.targets, k.target)
			}
		}
	}
}

// push puts a contact at the end of the order.
func (t *contacts) push(c *contact) {
	c.older, c.newer = t.newest, nil
	if t.newest != nil {
		t.newest.newer = c
	} else {
		t.oldest = c
	}
	t.newest = c
}

func (t *contacts) unlink(c *contact) {
	if c.older != nil {
		c.older.newer = c.newer
	} else {
		t.oldest = c.newer
	}
	if c.newer != nil {
		c.newer.older = c.older
	} else {
		t.newest = c.older
	}
	c.older, c.newer = nil, nil
}

// touch makes a contact the newest.
func (t *contacts) touch(c *contact) {
	if t.newest != c {
		t.unlink(c)
		t.push(c)
	}
}

// recent are the last probes, by which doubles are dropped and sources that act as one are
// put together.
type recent struct {
	probes [64]probed
	next   int
}

// probed is a probe with all that decoys share, and its source.
type probed struct {
	at       time.Time
	kind     *kind
	target   netip.Addr
	src, dst uint16
	seq      uint32
	source   netip.Addr
	id       uint16 // IP ID
	contact  *contact
}

const (
	doubled = 2 * time.Millisecond // a sensor on both sides of a router gets packets twice
	atOnce  = 2 * time.Second      // decoys follow each other within that
)

func probedOf(m *mark, p *packet.Packet, at time.Time) probed {
	a := tagOf(p)
	return probed{at: at, kind: m.kind, target: p.Dst, src: a.src, dst: a.dst, seq: p.TCP.Seq, source: p.Src, id: p.IPv4.ID}
}

// same reports whether two probes share what decoys share.
func (q *probed) same(o *probed) bool {
	return q.kind == o.kind && q.src == o.src && q.dst == o.dst && q.seq == o.seq && q.target == o.target
}

// twice reports whether a packet is one that was seen just now.
func (r *recent) twice(q *probed) bool {
	for i := range r.probes {
		if o := &r.probes[i]; q.same(o) && q.source == o.source && q.id == o.id && q.at.Sub(o.at) < doubled {
			return true
		}
	}
	return false
}

// twin is the contact of another source that has just sent the same probe; nil: there is
// none. All hosts of a segment ask the same by ARP.
func (r *recent) twin(q *probed) *contact {
	if q.kind == &arpKind {
		return nil
	}
	for i := range r.probes {
		if o := &r.probes[i]; o.contact != nil && q.same(o) && q.source != o.source && q.at.Sub(o.at) < atOnce {
			return o.contact
		}
	}
	return nil
}

func (r *recent) add(q *probed, c *contact) {
	q.contact = c
	r.probes[r.next] = *q
	r.next = (r.next + 1) % len(r.probes)
}

// forget drops a contact that has ended.
func (r *recent) forget(c *contact) {
	for i := range r.probes {
		if r.probes[i].contact == c {
			r.probes[i].contact = nil
		}
	}
}
