package verdict

import (
	"slices"

	"whorl"
)

// positions sorts what answers by how far it is from what the address itself shows.
type positions struct {
	own  int                 // hops of the address itself
	by   string              // how that is known; empty: it is not
	open map[int][]*answerer // by hops
	shut map[int][]*answerer
}

func positionsOf(s *answerers) positions {
	p := positions{open: byHops(s.open), shut: byHops(s.closed)}
	switch {
	case s.pings > 0 && (p.open[s.pingHops] != nil || p.shut[s.pingHops] != nil):
		p.own, p.by = s.pingHops, "pings"
	case s.pings == 0 && s.near >= 0 && (p.open[s.near] != nil || p.shut[s.near] != nil):
		p.own, p.by = s.near, "its hardware address"
	}
	return p
}

func byHops(all []answerer) map[int][]*answerer {
	out := map[int][]*answerer{}
	for i := range all {
		out[all[i].hops] = append(out[all[i].hops], &all[i])
	}
	return out
}

// contradicts reports whether answers over TCP have come over several distances.
func (p *positions) contradicts() bool {
	first, found := 0, false
	for _, m := range []map[int][]*answerer{p.open, p.shut} {
		for hops := range m {
			if found && hops != first {
				return true
			}
			first, found = hops, true
		}
	}
	return false
}

// away are the ports among m that do not answer from there.
func away(m map[int][]*answerer, beyond bool, own int) (out []*answerer) {
	for hops, ports := range m {
		if beyond && hops > own || !beyond && hops < own {
			out = append(out, ports...)
		}
	}
	slices.SortFunc(out, func(a, b *answerer) int { return int(a.port) - int(b.port) })
	return out
}

// byDistance finds the boxes that answers from several distances prove.
func (s *answerers) byDistance(h *whorl.Host) (out []whorl.Box) {
	p := positionsOf(s)
	if s.uneven() || !p.contradicts() {
		return nil
	}
	if p.by == "" {
		return s.undecided(&p, h)
	}
	if far := away(p.open, true, p.own); len(far) > 0 {
		b := s.box(whorl.BoxNAT, far, &p)
		b.Behind = []whorl.Behind{{Name: whorl.Unknown}}
		out = append(out, b)
	}
	if near := away(p.open, false, p.own); len(near) > 0 {
		out = append(out, s.intercepted(near, &p, h))
	}
	if near := away(p.shut, false, p.own); len(near) > 0 {
		out = append(out, s.box(whorl.BoxForger, near, &p))
	}
	return out
}

// undecided are the boxes if nothing tells at what distance the address itself is. Who is
// nearer answers for one that is farther.
func (s *answerers) undecided(p *positions, h *whorl.Host) []whorl.Box {
	if len(p.open) != 1 || len(p.shut) != 1 {
		return nil // several accept: their groups tell of it; none does: nothing to compare with
	}
	for hops, open := range p.open {
		for other := range p.shut {
			if hops < other {
				return []whorl.Box{s.intercepted(open, p, h)}
			}
			b := s.box(whorl.BoxForger, p.shut[other], p)
			b.Or = []whorl.BoxKind{whorl.BoxNAT}
			return []whorl.Box{b}
		}
	}
	return nil
}

// intercepted is who accepts connections nearer than the host is. A window of 0 is that of
// a SYN proxy, which has none to offer before it knows the host's.
func (s *answerers) intercepted(ports []*answerer, p *positions, h *whorl.Host) whorl.Box {
	b := s.box(whorl.BoxSYNProxy, ports, p)
	if windowless(ports) {
		b.Weight += windowlessWeight
		b.Evidence = append(b.Evidence, "their SYN-ACKs offer a window of 0")
		return b
	}
	b.Or = []whorl.BoxKind{whorl.BoxProxy}
	s.acknowledged(&b, p, h)
	return b
}

func windowless(ports []*answerer) bool {
	for _, a := range ports {
		for i := range a.answers {
			if a.answers[i].Window != 0 {
				return false
			}
		}
	}
	return true
}

// box is one on those ports with the evidence of distances.
func (s *answerers) box(kind whorl.BoxKind, ports []*answerer, p *positions) whorl.Box {
	n, one := 0, otherWay
	for _, all := range [][]answerer{s.open, s.closed} {
		for i := range all {
			n += all[i].seen
			one = max(one, steadily(&all[i], ports[0]))
		}
	}
	return whorl.Box{Kind: kind, Ports: numbers(ports), Weight: fromAfar(n, one), Evidence: s.distances(p)}
}

func numbers(ports []*answerer) (out []uint16) {
	for _, a := range ports {
		out = append(out, a.port)
	}
	slices.Sort(out)
	return out
}

func portsOf(all []answerer) (out []uint16) {
	for i := range all {
		out = append(out, all[i].port)
	}
	slices.Sort(out)
	return out
}
