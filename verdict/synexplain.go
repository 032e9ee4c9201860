package verdict

import (
	"slices"
	"strings"

	"whorl"
	"whorl/method"
	"whorl/method/syn"
)

// disagrees is the likelihood below which an attribute does not agree with a record, a
// natural logarithm: of what agrees, one of six window scales is the least likely.
const disagrees = -2.2

// explain adds to the headline what speaks for its record and against it, beside the best
// record of another family, and what tells the two apart most.
func (h *opinion) explain(j *Handshakes, s *syn.Sighting) {
	ranked := h.ranked()
	weights := ranked[0].Form.Weigh(&s.Signature, s.Offer)
	var other syn.Weights
	if len(ranked) > 1 {
		other = ranked[1].Form.Weigh(&s.Signature, s.Offer)
	}
	got, want := s.Line(), ranked[0].Form.Line()
	most := syn.NumAttrs
	for a := range syn.NumAttrs {
		e := whorl.Evidence{Method: "syn", Test: got.Test, Attr: a.String(), Agrees: weights[a] > disagrees}
		e.Got, _ = got.Value(e.Attr)
		e.Want, _ = want.Value(e.Attr)
		if e.Want == "" && untold(a) || (e.Got == "" || e.Want == "") && e.Agrees { // not of this version of IP, not offered, or not told
			continue
		}
		if e.GotWords = attrWords(a, e.Got); !e.Agrees {
			e.WantWords = wantWords(a, e.Want)
		}
		if len(ranked) > 1 {
			e.Weight = weights[a] - other[a]
			if most == syn.NumAttrs || e.Weight > weights[most]-other[most] {
				most = a
			}
		}
		h.verdicts[0].Evidence = append(h.verdicts[0].Evidence, e)
	}
	if len(ranked) > 1 && most < syn.NumAttrs && weights[most]-other[most] > telling {
		h.verdicts[0].Decisive = j.apart(h.verdicts[0], ranked[1], got, most, weights[most]-other[most])
	}
}

// untold reports whether a record without the attribute says nothing of it. Of the others
// silence tells: the MSS of the link, no ECN, no oddities, no data.
func untold(a syn.Attr) bool {
	switch a {
	case syn.AttrTTL, syn.AttrDF, syn.AttrID, syn.AttrWindow, syn.AttrScale, syn.AttrFlow:
		return true
	}
	return false
}

// ranked are the best records of the families, in their order.
func (h *opinion) ranked() (out []syn.Ranked) {
	for _, f := range h.families {
		i := slices.IndexFunc(h.best, func(r syn.Ranked) bool { return slices.Contains(f.members, r.Place) })
		out = append(out, h.best[max(i, 0)])
	}
	return out
}

// apart is the attribute that tells a verdict from another record.
func (j *Handshakes) apart(v whorl.Verdict, other syn.Ranked, got method.Line, a syn.Attr, weight float64) *whorl.Difference {
	e := j.entries[other.Place]
	d := &whorl.Difference{Name: v.Name, Other: e.Name, Source: e.Source, Method: "syn", Test: got.Test, Attr: a.String(), Weight: weight}
	i := slices.IndexFunc(v.Evidence, func(e whorl.Evidence) bool { return e.Attr == d.Attr })
	if i < 0 {
		return nil
	}
	d.Got, d.Want = v.Evidence[i].Got, v.Evidence[i].Want
	d.There, _ = other.Form.Line().Value(d.Attr)
	d.Words = v.Evidence[i].GotWords
	if d.There != "" {
		d.Words += ", there " + attrWords(a, d.There)
	}
	return d
}

// synWords are attributes in words: of those that are yes or no what each value means, of
// others their name.
var synWords = [syn.NumAttrs]struct {
	name   string
	number bool
	means  map[string]string
}{
	syn.AttrTTL: {name: "TTL", number: true}, syn.AttrDF: {means: map[string]string{"Y": "don't fragment", "N": "may be fragmented"}},
	syn.AttrID:     {means: map[string]string{"Z": "IP ID zero", "N": "IP ID not zero"}},
	syn.AttrWindow: {name: "window", number: true}, syn.AttrMSS: {name: "MSS", number: true}, syn.AttrScale: {name: "window scale", number: true},
	syn.AttrOrder: {name: "order of options", means: map[string]string{"": "no options"}}, syn.AttrZero: {means: map[string]string{"0": "timestamp zero"}},
	syn.AttrECN:    {means: map[string]string{"Y": "asks for ECN"}},
	syn.AttrFlow:   {means: map[string]string{"Z": "flow label zero", "N": "flow label not zero"}},
	syn.AttrQuirks: {name: "oddities"}, syn.AttrIPLength: {name: "length of IP options", number: true},
	syn.AttrData: {means: map[string]string{"Y": "carries data"}},
}

// wantWords say what a record tells of an attribute.
func wantWords(a syn.Attr, value string) string {
	if a == syn.AttrMSS && value == "" {
		return "MSS of an Ethernet"
	}
	return attrWords(a, value)
}

// attrWords say a value; what was not seen has none.
func attrWords(a syn.Attr, value string) string {
	w := synWords[a]
	if words, ok := w.means[value]; ok {
		return words
	}
	if n, ok := decimal(value); ok && w.number {
		value = n
	}
	switch {
	case value == "" && w.name != "":
		return "no " + w.name
	case value == "":
		return ""
	}
	return strings.TrimSpace(w.name + " " + value)
}
