package main

import (
	"net/netip"
	"slices"

	"whorl"
	"whorl/verdict"
)

// Bounds of what is remembered of hosts to be compared over both versions of IP.
const (
	maxMachines  = 65536 // things that two addresses may have in common
	maxPorts     = 64    // of a host, the first of each state
	maxStrangers = 16    // addresses of a run in which all are compared, if nothing else leads to one
)

// machines recognises hosts that are scanned over both versions of IP: the address that
// comes second is compared with the first, and judged by the evidence of both if they are
// of one machine.
type machines struct {
	memo  func() *verdict.Memo
	mixed bool // there are addresses of both versions
	verdict.Siblings

	judge *verdict.Memo // nil: no machine was found yet
	known map[string]*machine
	all   []*whorl.Host // as long as they are few
}

// machine is the first address with something that those of one machine have in common.
type machine struct {
	*whorl.Host
	several bool // of one version have it: no telling whose is whose, as a router may answer for others
}

// join compares a host with those of the other version that may be the same machine, and
// judges it anew with the likeliest if that is shown. Nothing is held up: what was given out
// before stays as it is.
func (m *machines) join(h *whorl.Host) {
	if s, ok := verdict.Translated(h.Addr); ok {
		h.Sibling = &s
		return
	}
	if !m.mixed || len(h.Observations) == 0 {
		return
	}
	var other *whorl.Host
	for _, c := range m.meet(h) {
		s, ok := m.Of(h, c)
		if ok && (h.Sibling == nil || s.Confidence > h.Sibling.Confidence) {
			h.Sibling, other = &s, c
		}
	}
	if other != nil && h.Sibling.Kinship == whorl.KinshipSame {
		m.both(h, other)
	}
}

// meet gives the hosts of the other version that have something in common with this one, and
// remembers it for those that follow.
func (m *machines) meet(h *whorl.Host) (met []*whorl.Host) {
	if m.known == nil || len(m.known) >= maxMachines {
		m.known = map[string]*machine{}
	}
	var kept *whorl.Host
	var vague []string
	for _, tie := range m.Ties(h) {
		first := m.known[tie]
		switch {
		case first == nil:
			if kept == nil {
				kept = compact(h)
			}
			m.known[tie] = &machine{Host: kept}
		case first.Addr.Is4() == h.Addr.Is4():
			first.several = first.several || first.Addr != h.Addr
		case first.several:
			vague = append(vague, tie)
		case !slices.Contains(met, first.Host):
			met = append(met, first.Host)
		}
	}
	return m.strangers(h, met, vague)
}

// strangers adds all other hosts of a run that has few, but those that nothing leads to but
// what several have.
func (m *machines) strangers(h *whorl.Host, met []*whorl.Host, vague []string) []*whorl.Host {
	if m.Others == 0 {
		return met
	}
	isVague := func(tie string) bool { return slices.Contains(vague, tie) }
	for _, c := range m.all {
		known := slices.ContainsFunc(met, func(h *whorl.Host) bool { return h.Addr == c.Addr })
		if c.Addr.Is4() != h.Addr.Is4() && !known && !slices.ContainsFunc(m.Ties(c), isVague) {
			met = append(met, c)
		}
	}
	if len(m.all) < maxStrangers {
		m.all = append(m.all, compact(h))
	}
	return met
}

// again judges a record anew by the evidence of both addresses, if the scan that wrote it has
// found that they are of one machine.
func (m *machines) again(h *whorl.Host, others map[netip.Addr]*whorl.Host) {
	if s := h.Sibling; s.Kinship == whorl.KinshipSame && others[s.Addr] != nil {
		m.both(h, compact(others[s.Addr]))
	}
}

// both judges a host by what was seen of both its addresses.
func (m *machines) both(h, other *whorl.Host) {
	both := *h
	both.Observations = slices.Concat(other.Observations, h.Observations)
	if m.judge == nil {
		m.judge = m.memo()
	}
	m.judge.Judge(&both)
	h.Also = append(h.Also, other.Addr)
	if len(both.Verdicts) > 0 && both.Verdicts[0].Name != whorl.Unknown {
		h.Verdicts, h.Next, h.Uptime = both.Verdicts, both.Next, both.Uptime
	}
}

// compact is what is compared of a host, without what a listener heard of the address before.
func compact(h *whorl.Host) *whorl.Host {
	c := &whorl.Host{Addr: h.Addr, MAC: h.MAC, Names: h.Names, Sequences: h.Sequences, Boxes: h.Boxes}
	c.Observations = slices.DeleteFunc(slices.Clone(h.Observations), func(o whorl.Observation) bool { return o.Conditions.Heard != "" })
	if len(h.Verdicts) > 0 {
		v := &h.Verdicts[0]
		c.Verdicts = []whorl.Verdict{{Name: v.Name, Classes: v.Classes}}
	}
	n := map[whorl.PortState]int{}
	for _, p := range h.Ports {
		if n[p.State]++; n[p.State] <= maxPorts && p.State != whorl.Filtered {
			c.Ports = append(c.Ports, p)
		}
	}
	return c
}

// few is how many others an address of a run may be paired with if nothing leads from one to
// the other: 0 if the run has so many that clocks meet by chance.
func few(addresses uint64) int {
	if addresses == 0 || addresses > maxStrangers {
		return 0
	}
	return int(addresses) - 1
}

// addressed are the hosts of a file by their addresses.
func addressed(hosts []printed) map[netip.Addr]*whorl.Host {
	of := make(map[netip.Addr]*whorl.Host, len(hosts))
	for _, h := range hosts {
		of[h.Addr] = h.Host
	}
	return of
}

// ofBoth reports whether there are addresses of both versions of IP.
func ofBoth(hosts []printed) bool {
	has := func(version func(netip.Addr) bool) bool {
		return slices.ContainsFunc(hosts, func(h printed) bool { return version(h.Addr) })
	}
	return has(netip.Addr.Is4) && has(netip.Addr.Is6)
}
