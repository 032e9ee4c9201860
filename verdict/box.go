package verdict

import (
	"slices"

	"whorl"
	"whorl/method/survey"
)

// Boxes finds what stands between us and a host, because the answers of one address
// contradict each other. It takes the survey among its observations, and the ports and
// the distance that are known; without a survey there are none.
func Boxes(h *whorl.Host) (out []whorl.Box) {
	print, ok := surveyOf(h)
	if !ok {
		return nil
	}
	s := answerersOf(print, h)
	out = s.balancers()
	out = append(out, s.byDistance(h)...)
	out = s.byGroups(out)
	out = slices.DeleteFunc(out, func(b whorl.Box) bool { return !proves(b.Weight) })
	for i := range out {
		out[i].LeftOut = leftOut(&out[i], h)
	}
	return out
}

// surveyOf is the survey of a host: the first with something that can be read.
func surveyOf(h *whorl.Host) (survey.Print, bool) {
	for _, o := range h.Observations {
		if o.Method != "survey" {
			continue
		}
		if p, _ := survey.Parse(o.Print); len(p) > 0 {
			return p, true
		}
	}
	return nil, false
}

// balancers finds ports behind which several machines answer, and takes those ports away
// from what is compared with others.
func (s *answerers) balancers() (out []whorl.Box) {
	s.open = slices.DeleteFunc(s.open, func(a answerer) bool {
		f := split(&a)
		if proves(f.weight) {
			out = append(out, whorl.Box{Kind: whorl.BoxBalancer, Ports: []uint16{a.port}, Weight: f.weight,
				Evidence: among("SYN-ACKs of "+portWords([]uint16{a.port}), f.why)})
		}
		return proves(f.weight)
	})
	return out
}

// byGroups finds the stacks behind the ports that accept, and with several a NAT: the one
// that distances have found already, or a new one.
func (s *answerers) byGroups(out []whorl.Box) []whorl.Box {
	stacks, f := stacksOf(s.open, !s.uneven())
	i := slices.IndexFunc(out, func(b whorl.Box) bool { return b.Kind == whorl.BoxNAT || slices.Contains(b.Or, whorl.BoxNAT) })
	taken := slices.ContainsFunc(out, func(b whorl.Box) bool { return b.Kind == whorl.BoxSYNProxy })
	switch {
	case taken: // the proxy is one of the stacks
		return out
	case len(stacks) < 2 && (i < 0 || out[i].Kind != whorl.BoxNAT):
		return out
	case i < 0:
		i, out = len(out), append(out, whorl.Box{Kind: whorl.BoxNAT, Or: []whorl.BoxKind{whorl.BoxProxy}, Ports: portsOf(s.open)})
	case out[i].Kind != whorl.BoxNAT: // several stacks decide the tie
		out[i].Kind, out[i].Or, out[i].Ports = whorl.BoxNAT, nil, portsOf(s.open)
	}
	b := &out[i]
	b.Weight = max(b.Weight, f.weight)
	for n, g := range stacks {
		if n > 0 {
			between := apart(stacks[0][0], g[0], !s.uneven())
			b.Evidence = append(b.Evidence, among(portWords(numbers(stacks[0]))+" and "+portNumbers(numbers(g)), between.why)...)
		}
		b.Behind = append(b.Behind, whorl.Behind{Ports: numbers(g), Name: whorl.Unknown})
	}
	return out
}
