package main

import (
	"slices"

	"whorl/osdb"
)

// timed gives records that say nothing of when SYN-ACKs are repeated the times of their
// nearest relative. Foreign databases tell none, and a host that never repeats is no host.
// Those without a relative stay as they are.
func (p *decoyPlan) timed(entries []*osdb.Entry) []*osdb.Entry {
	if p.lent == nil {
		p.lent = map[*osdb.Entry]*osdb.Entry{}
	}
	out := make([]*osdb.Entry, 0, len(entries))
	for _, e := range entries {
		with, known := p.lent[e]
		if !known {
			with = e
			if lines := p.set.Schedules(e); len(lines) > 0 {
				one := *e
				one.Extra = slices.Concat(e.Extra, lines)
				with = &one
			}
			p.lent[e] = with
		}
		out = append(out, with)
	}
	return out
}
