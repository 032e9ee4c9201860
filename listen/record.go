package listen

import (
	"cmp"
	"iter"
	"net/netip"
	"slices"
	"time"

	"whorl"
	"whorl/method/syn"
)

// Hosts gives a record of each host that is remembered, in the order in which they were
// heard first, but for numbers that were used again. Nothing is forgotten by it. A record
// is valid until the next one is given; Clone keeps it.
func (l *Listener) Hosts() iter.Seq[*whorl.Host] {
	return func(yield func(*whorl.Host) bool) {
		for i := uint32(1); i < l.hosts.all.used; i++ {
			if h := l.hosts.all.at(i); h.handshakes > 0 && !yield(l.record(h)) {
				return
			}
		}
	}
}

// Host gives the record of an address, valid until the next one is given. ok is false if
// the address is not remembered.
func (l *Listener) Host(a netip.Addr) (h *whorl.Host, ok bool) {
	i := l.hosts.find(a)
	if i == 0 {
		return nil, false
	}
	return l.record(l.hosts.all.at(i)), true
}

// Clone is a record that stays as it is.
func Clone(h *whorl.Host) *whorl.Host {
	c := *h
	c.Observations = slices.Clone(h.Observations)
	return &c
}

// record is a host as others know it, its most frequent kind of packet first.
func (l *Listener) record(k *known) *whorl.Host {
	first, last := k.span()
	h := &l.told
	*h = whorl.Host{Schema: whorl.Schema, Addr: k.addr.addr(), Status: whorl.Status{Up: true, Reason: "syn"},
		Seen: whorl.Span{First: first, Last: last}, Observations: h.Observations[:0]}
	var list [1 + len(more{})]kind
	shown := list[:0]
	for s := range l.hosts.kindsOf(k) {
		shown = append(shown, *s)
	}
	slices.SortStableFunc(shown, func(a, b kind) int { return cmp.Compare(b.seen.Count, a.seen.Count) })
	for i, s := range shown {
		known := l.signatures.known.at(s.id)
		if i == 0 {
			describe(h, &known.Sighting)
		}
		h.Observations = append(h.Observations, observation(known.text(s.seen), last, s.seen.Count))
	}
	var habits syn.Habits
	if k.habits != 0 {
		l.hosts.habits.at(k.habits).told(&habits)
	}
	if k.times != 0 {
		t := l.hosts.times.at(k.times)
		t.told(&habits)
		t.describe(h, last)
	}
	if line := habits.String(); line != "" {
		h.Observations = append(h.Observations, observation(line+"\n", last, 0))
	}
	if k.tracks != 0 {
		l.hosts.tracks.at(k.tracks).describe(h, last)
	}
	l.messengers.describe(h, k.addr)
	l.says.describe(h, k.addr)
	return h
}

func observation(print string, at time.Time, packets uint32) whorl.Observation {
	return whorl.Observation{Method: "syn", Print: print, Conditions: whorl.Conditions{At: at, Answered: int(packets)}}
}

// describe sets what the most frequent kind of packet says without any record.
func describe(h *whorl.Host, s *syn.Sighting) {
	if s.Answer {
		h.Status.Reason = "syn-ack"
	}
	if hops := syn.Distance(s.TTL); hops <= syn.MaxHops {
		h.Distance = &whorl.Hops{Count: int(hops), Method: whorl.DistanceGuess}
	}
}

// describe sets what times say.
func (t *times) describe(h *whorl.Host, last time.Time) {
	for i := range t.again {
		if r := &t.again[i]; r.N > 0 {
			h.Observations = append(h.Observations, observation(r.String()+"\n", last, uint32(r.N)))
		}
	}
	if up, _, ok := t.clock.Uptime(last); ok {
		h.Uptime = &whorl.Uptime{Seconds: up.Seconds(), LastBoot: last.Add(-up)}
	}
}

// describe sets what SYNs say of how many hosts there are.
func (t *tracks) describe(h *whorl.Host, last time.Time) {
	for i, of := range []*syn.Tracks{&t.clocks, &t.ids} {
		if s, ok := of.Several(i == 1); ok {
			h.Observations = append(h.Observations, observation(s.String()+"\n", last, uint32(s.SYNs)))
		}
	}
}
