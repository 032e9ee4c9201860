package verdict

import (
	"whorl"
	"whorl/method/syn"
)

// headline names the likeliest family of an opinion, which is sure enough, at the level of
// detail that is. all are the shares of all records.
func (j *Handshakes) headline(h *opinion, s *syn.Sighting, all []float64) whorl.Verdict {
	f := &h.families[0]
	a, ok := f.beside(f.deepest(j.threshold), all, j.threshold)
	if !ok {
		return nothing(manyAnswer)
	}
	v := f.answered(a)
	h.family, h.sure = f.name(), whorl.Fraction(min(f.share, surest))
	if _, rivals := f.others(f.of, nil, all, j.threshold); len(rivals) > 0 {
		h.may = []string{h.family}
		for _, system := range rivals {
			c := stackOf([]whorl.Class{{Vendor: system[0], Family: system[1]}})
			h.may = addOnce(h.may, joinName(c.Vendor, c.Family))
		}
		h.family = either(h.may, false)
	}
	if h.program = v.DeviceType == programType; !h.program { // one sets what it likes
		v.Notes = handshakeNotes(&s.Signature)
	}
	return v
}
