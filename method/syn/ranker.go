package syn

import (
	"cmp"
	"math"
	"slices"
)

// Ranker weighs the same candidates for many packets. It has memory that serves the next
// packet, so it must not be used from two goroutines at once.
type Ranker struct {
	forms    []weighted // of a candidate one after the other
	families []group
	fits     map[Layout][]uint8 // of layouts that came: by form, and by usual order behind them, the offers to which it answers with them

	ranked []contender // by candidate
}

// weighted is a form with its place and what it counts.
type weighted struct {
	*Form
	place int // of its candidate
	share float64
}

// group are the candidates of a family, by their places.
type group struct {
	name   string
	places []int
	prior  []float64
}

// contender is how well a candidate describes a packet.
type contender struct {
	form       *Form // the best of its reference
	likelihood float64
}

// NewRanker prepares candidates. They must not change afterwards.
func NewRanker(candidates []Candidate) *Ranker {
	r := &Ranker{fits: map[Layout][]uint8{}, ranked: make([]contender, len(candidates))}
	numbers := map[string]int{}
	for place := range candidates {
		c := &candidates[place]
		if len(c.Reference) == 0 {
			continue
		}
		c.Reference.join()
		n, ok := numbers[c.Family]
		if !ok {
			n = len(r.families)
			numbers[c.Family] = n
			r.families = append(r.families, group{name: c.Family})
		}
		g := &r.families[n]
		g.places, g.prior = append(g.places, place), append(g.prior, c.Prior)
		for i := range c.Reference {
			f := weighted{&c.Reference[i], place, 1}
			if f.Generic {
				f.share = genericShare
			}
			r.forms = append(r.forms, f)
		}
	}
	return r
}

// maxLayouts bounds the layouts that are remembered; hosts show some dozens.
const maxLayouts = 1024

// fitting are, by form and then by usual order, the offers to which it answers with a layout.
func (r *Ranker) fitting(l *Layout) []uint8 {
	if fits, ok := r.fits[*l]; ok {
		return fits
	}
	if len(r.fits) == maxLayouts {
		clear(r.fits)
	}
	fits := make([]uint8, 0, len(r.forms)+len(usualForms))
	for i := range r.forms {
		fits = append(fits, r.forms[i].offersFor(l))
	}
	for i := range usualForms {
		fits = append(fits, usualForms[i].offersFor(l))
	}
	r.fits[*l] = fits
	return fits
}

// Rank weighs all candidates for a packet. offer is what a SYN-ACK answers.
func (r *Ranker) Rank(s Signature, offer Offer) (out Ranking) {
	out.Between = NearEnd(&s, offer)
	subject := s.subject(offer)
	fits := r.fitting(&subject.layout)
	r.compare(&subject, fits)
	out.Unknown = unknown(&subject, fits[len(r.forms):]) * unknownPrior
	best := make([]float64, len(r.families))
	sum := out.Unknown
	for n := range r.families {
		g := &r.families[n]
		for i, place := range g.places {
			best[n] = max(best[n], r.ranked[place].likelihood*g.prior[i])
		}
		sum += best[n]
	}
	out.Unknown /= sum
	for n, w := range best {
		if p := w / sum; p >= leastShare {
			out.Families = append(out.Families, Share{r.families[n].name, p, r.nearest(&r.families[n])})
		}
	}
	slices.SortFunc(out.Families, func(a, b Share) int {
		return cmp.Or(cmp.Compare(b.Probability, a.Probability), cmp.Compare(a.Family, b.Family))
	})
	return out
}

// compare finds for each candidate the form that describes the packet best.
func (r *Ranker) compare(s *subject, fits []uint8) {
	clear(r.ranked)
	for i := range r.forms {
		f := &r.forms[i]
		if f.Answer != s.Answer || f.Version != 0 && f.Version != s.Version {
			continue
		}
		if p := f.likelihood(s, fits[i]) * f.share; p > r.ranked[f.place].likelihood {
			r.ranked[f.place] = contender{f.Form, p}
		}
	}
}

// nearest are the records of a family that the packet does not tell from the best one.
func (r *Ranker) nearest(g *group) (out []Ranked) {
	best := 0.0
	for _, place := range g.places {
		best = max(best, r.ranked[place].likelihood)
	}
	least := best * math.Exp(-near)
	for _, place := range g.places {
		if c := &r.ranked[place]; c.form != nil && c.likelihood >= least {
			out = append(out, Ranked{place, c.form, math.Log(c.likelihood)})
		}
	}
	slices.SortStableFunc(out, func(a, b Ranked) int { return cmp.Compare(b.LogLikelihood, a.LogLikelihood) })
	return out
}
