package verdict

import (
	"whorl"
	"whorl/method"
	"whorl/method/expr"
	"whorl/method/gen2"
)

// Explain adds the evidence to the first n verdicts.
func (j *Judge) Explain(h *whorl.Host, n int) {
	seen, _, _ := seenBy(h)
	for i := range h.Verdicts[:min(n, len(h.Verdicts))] {
		v := &h.Verdicts[i]
		if place, ok := j.places[keyOf(v.Source)]; ok {
			v.Evidence = j.evidence(place, seen)
		}
	}
}

// compare takes an observation and a record attribute by attribute: as seen or, where
// only that agrees, as it would have been on a common path.
func (j *Judge) compare(place int, seen []method.Line) []whorl.Evidence {
	e, points := j.entries[place], j.points[place]
	_, ev := e.Gen2.Explain(seen, points, expr.Whorl)
	common, path := Common(seen)
	if path == 0 || path == ethernetMSS {
		return ev
	}
	_, brought := e.Gen2.Explain(common, points, expr.Whorl)
	for i := range ev {
		ev[i].Agrees = ev[i].Agrees || brought[i].Agrees
	}
	return ev
}

// evidence is the comparison with the weights of the likelihood.
func (j *Judge) evidence(place int, seen []method.Line) []whorl.Evidence {
	ev := j.compare(place, seen)
	if j.weigher == nil {
		return ev
	}
	weights := j.weigher.explain(place, Observe(seen))
	for i := range ev {
		t, _ := gen2.TestNamed(ev[i].Test)
		attr, _ := gen2.Tests[t].Attr(ev[i].Attr)
		ev[i].Weight = weights[t][attr]
	}
	return ev
}
