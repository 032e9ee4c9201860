package syn

import "testing"

// The orders of stacks that nobody knows are shares of one, whatever was offered, and what
// only an MSS can answer is no sign of any stack.
func TestUsualOrder(t *testing.T) {
	for offer := range OffersAll + 1 {
		seen, sum := map[Layout]bool{}, 0.0
		for i := range usualForms {
			f := usualForms[i]
			seen[f.shape(&f.Layouts[0], offer)] = true
		}
		for l := range seen {
			s := Signature{Answer: true, Version: 4, Layout: l}
			j := s.subject(Offer{Known: true, Options: offer})
			var fits []uint8
			for i := range usualForms {
				fits = append(fits, usualForms[i].offersFor(&j.layout))
			}
			sum += j.usualOrder(fits)
		}
		if sum < 0.6 || sum > 1.1 {
			t.Errorf("offer %d: orders have %v in all", offer, sum)
		}
	}
}

// A small stack at the other end of the world is not the one small stack that is known.
func TestUsualIsNoProof(t *testing.T) {
	list := []Candidate{{Family: "small", Prior: 1, Reference: Reference{form(t, "Syn(TTL=FF%DF=N%ID=N%W=1020%O=M)")}}}
	s := signature(t, "\x02\x04\x05\xb4", nil)
	s.TTL, s.Quirks, s.Window = 250, 0, 4128
	if r := Rank(list, s, Offer{}); len(r.Families) == 0 || r.Families[0].Probability < 0.95 {
		t.Errorf("all alike: %+v", r)
	}
	s.Window = 8192
	if r := Rank(list, s, Offer{}); r.Unknown < 0.5 {
		t.Errorf("another window: %+v", r)
	}
}
