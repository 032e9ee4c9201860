package listen

import "whorl/method/syn"

// signatures keeps each kind of packet once, under a number, as long as a host has it.
type signatures struct {
	ids   map[syn.Sighting]uint32
	known slab[signature]
	limit int
}

type signature struct {
	syn.Sighting
	line  string   // as text, made when it is first asked for
	seen  syn.Seen // of the host that was described last
	print string   // its text, which hosts that were heard once have in common
	hosts int      // that have it
}

func (t *signatures) init(limit int) { t.ids, t.limit = map[syn.Sighting]uint32{}, limit }

// find gives the number of a kind of packet that some host has; 0 if none does.
func (t *signatures) find(s syn.Sighting) uint32 { return t.ids[s] }

// take gives the number of a kind of packet for one more host; 0 if there is no room.
func (t *signatures) take(s syn.Sighting) uint32 {
	id, ok := t.ids[s]
	if !ok {
		if t.known.len() >= t.limit {
			return 0
		}
		id = t.known.take()
		t.ids[s] = id
		t.known.at(id).Sighting = s
	}
	t.known.at(id).hosts++
	return id
}

// drop takes a kind of packet from a host.
func (t *signatures) drop(id uint32) {
	s := t.known.at(id)
	if s.hosts--; s.hosts == 0 {
		delete(t.ids, s.Sighting)
		t.known.drop(id)
	}
}

// text is a kind of packet, seen so by a host, as text.
func (s *signature) text(seen syn.Seen) string {
	if s.print != "" && s.seen == seen {
		return s.print
	}
	if s.line == "" {
		s.line = s.Line().String()
	}
	var text [256]byte
	b := append(append(text[:0], s.line...), '\n')
	s.seen, s.print = seen, string(append(seen.AppendTo(b), '\n'))
	return s.print
}
