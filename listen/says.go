package listen

import (
	"iter"
	"time"

	"whorl"
	"whorl/method/claim"
	"whorl/packet"
)

// says are what hosts say of themselves, by address. They are kept apart from what hosts
// show, so that nothing said displaces a host. When there are too many addresses the
// oldest goes, but only for a host that has shown a handshake.
type says struct {
	places map[address]uint32
	ring   []sayer
	next   uint32 // number of the oldest, if the ring is full
}

// Limits of what is kept; together up to 80 MB.
const (
	maxSayers = 1 << 16
	maxSaid   = 4 // claims of one address; the rarest goes
)

// sayer is an address with its claims.
type sayer struct {
	addr address
	said []said
}

// said is a claim that names a system. Others of its kind that name the same one count as
// it does.
type said struct {
	claim.Claim
	name  string
	count uint32
	last  time.Time
}

// hear takes the claim of a packet, if there is one.
func (l *Listener) hear(p *packet.Packet, at time.Time) {
	c, ok := claim.From(p)
	if !ok || !c.Host.IsValid() || !host(c.Host) {
		return
	}
	i := l.hosts.find(c.Host)
	if !l.says.note(c, at, i != 0) || i == 0 {
		return
	}
	l.changed(i)
}

// note keeps a claim, and reports whether it is news.
func (t *says) note(c claim.Claim, at time.Time, shown bool) bool {
	a := address(c.Host.As16())
	i, known := t.places[a]
	name := ""
	if known {
		for k := range t.ring[i].said {
			s := &t.ring[i].said[k]
			if s.Kind != c.Kind {
				continue
			}
			if s.Text != c.Text && name == "" {
				name = c.System().Name
			}
			if s.Text == c.Text || s.name == name {
				s.count, s.last = s.count+1, at
				return false
			}
		}
	}
	if name == "" {
		name = c.System().Name
	}
	if name == "" {
		return false
	}
	if !known {
		if i, known = t.place(a, shown); !known {
			return false
		}
	}
	t.ring[i].add(said{c, name, 1, at})
	return true
}

// place gives a number to an address. ok is false if there is no room for it.
func (t *says) place(a address, shown bool) (i uint32, ok bool) {
	switch {
	case len(t.ring) < maxSayers:
		i = uint32(len(t.ring))
		t.ring = append(t.ring, sayer{})
	case !shown:
		return 0, false
	default:
		i, t.next = t.next, (t.next+1)%maxSayers
		delete(t.places, t.ring[i].addr)
	}
	if t.places == nil {
		t.places = map[address]uint32{}
	}
	t.places[a], t.ring[i] = i, sayer{addr: a}
	return i, true
}

func (s *sayer) add(c said) {
	if len(s.said) < maxSaid {
		s.said = append(s.said, c)
		return
	}
	rarest := 0
	for i := range s.said {
		if s.said[i].count < s.said[rarest].count {
			rarest = i
		}
	}
	s.said[rarest] = c
}

// describe adds what a host says to its record.
func (t *says) describe(h *whorl.Host, a address) {
	i, ok := t.places[a]
	if !ok {
		return
	}
	for _, s := range t.ring[i].said {
		h.Observations = append(h.Observations, whorl.Observation{Method: "claim", Print: s.String() + "\n",
			Conditions: whorl.Conditions{At: s.last, Answered: int(s.count)}})
	}
}

// Sayers gives a record of each host that says what it is, or sends ICMP messages that tell
// of it, but has shown no handshake, in the order in which they were heard first, but for
// numbers that were used again. A record is valid until the next one is given.
func (l *Listener) Sayers() iter.Seq[*whorl.Host] {
	return func(yield func(*whorl.Host) bool) {
		for i := range l.says.ring {
			s := &l.says.ring[i]
			if l.hosts.places[s.addr] != 0 {
				continue
			}
			last := s.said[0].last
			for _, c := range s.said {
				if c.last.After(last) {
					last = c.last
				}
			}
			h := l.silent(s.addr, "says", last)
			l.messengers.describe(h, s.addr)
			l.says.describe(h, s.addr)
			if !yield(h) {
				return
			}
		}
		for i := range l.messengers.ring {
			m := &l.messengers.ring[i]
			if _, says := l.says.places[m.addr]; says || l.hosts.places[m.addr] != 0 {
				continue
			}
			h := l.silent(m.addr, "icmp", m.heardAt())
			m.describe(h)
			if !yield(h) {
				return
			}
		}
	}
}

// silent begins the record of a host that has shown no handshake.
func (l *Listener) silent(a address, reason string, last time.Time) *whorl.Host {
	h := &l.told
	*h = whorl.Host{Schema: whorl.Schema, Addr: a.addr(), Status: whorl.Status{Up: true, Reason: reason},
		Seen: whorl.Span{First: last, Last: last}, Observations: h.Observations[:0]}
	return h
}
