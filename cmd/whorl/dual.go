package main

import (
	"net/netip"
	"slices"

	"whorl"
	"whorl/verdict"
)

// maxMachines bounds the machines that are remembered by their hardware addresses.
const maxMachines = 65536

// machines recognises hosts of our segment that were scanned over both versions of IP by
// their hardware address: the one that comes second is judged by the evidence of both.
// Behind routers nothing as sure is known.
type machines struct {
	memo func() *verdict.Memo

	judge *verdict.Memo // nil: no machine was found yet
	seen  map[string]*whorl.Host
}

// join judges a host anew if its machine is known over the other version of IP. Of a
// hardware address with several addresses of one version the first counts: it may be a
// router that answers for others.
func (m *machines) join(h *whorl.Host) {
	if h.MAC == "" || len(h.Observations) == 0 {
		return
	}
	other := m.seen[h.MAC]
	switch {
	case other == nil:
		if m.seen == nil || len(m.seen) >= maxMachines {
			m.seen = map[string]*whorl.Host{}
		}
		m.seen[h.MAC] = &whorl.Host{Addr: h.Addr, Observations: unheard(h.Observations)}
		return
	case other.Addr.Is4() == h.Addr.Is4():
		other.Also = []netip.Addr{h.Addr} // several of one version: no telling whose is whose; one says so
		return
	case len(other.Also) > 0:
		return
	}
	both := *h
	both.Observations = slices.Concat(other.Observations, h.Observations)
	if m.judge == nil {
		m.judge = m.memo()
	}
	m.judge.Judge(&both)
	h.Also = append(h.Also, other.Addr)
	if len(both.Verdicts) > 0 && both.Verdicts[0].Name != whorl.Unknown {
		h.Verdicts, h.Next = both.Verdicts, both.Next
	}
}

// unheard are observations without those that a listener heard of the address before.
func unheard(all []whorl.Observation) []whorl.Observation {
	return slices.DeleteFunc(slices.Clone(all), func(o whorl.Observation) bool { return o.Conditions.Heard != "" })
}
