package listen

import "iter"

// kindsOf gives the kinds of packets of a host.
func (t *hosts) kindsOf(h *known) iter.Seq[*kind] {
	return func(yield func(*kind) bool) {
		if h.shown.id != 0 && !yield(&h.shown) || h.more == 0 {
			return
		}
		more := t.kinds.at(h.more)
		for k := range more {
			if more[k].id != 0 && !yield(&more[k]) {
				return
			}
		}
	}
}

// room is where another kind of packet of a host goes: a free place, or that of the
// rarest.
func (t *hosts) room(h *known) *kind {
	if h.shown.id == 0 {
		return &h.shown
	}
	rarest := &h.shown
	more := t.moreOf(h)
	for k := range more {
		if more[k].id == 0 {
			return &more[k]
		}
		if more[k].seen.Count < rarest.seen.Count {
			rarest = &more[k]
		}
	}
	return rarest
}
