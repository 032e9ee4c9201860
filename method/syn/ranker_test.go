package syn

import (
	"math"
	"math/rand/v2"
	"testing"
)

// A Ranker says of every record what its form says, whatever packets came before.
func TestRanker(t *testing.T) {
	list := candidates(t)
	r := NewRanker(list)
	rng := rand.New(rand.NewPCG(5, 6))
	var seen []Signature
	for _, c := range list {
		for i := range c.Reference {
			seen = append(seen, c.Reference[i].Example())
		}
	}
	for range 2000 {
		s := seen[rng.IntN(len(seen))]
		s.TTL -= uint8(rng.IntN(70))
		if rng.IntN(3) == 0 {
			s.Window = uint16(rng.Uint32())
		}
		if rng.IntN(3) == 0 {
			s.Quirks ^= 1 << rng.IntN(17)
		}
		if rng.IntN(3) == 0 {
			s.Layout = s.Layout.without(Options(rng.IntN(8)))
		}
		var o Offer
		if s.Answer && rng.IntN(2) == 0 {
			o = Offer{true, Options(rng.IntN(8)), uint16(rng.IntN(9000))}
		}
		got := r.Rank(s, o)
		best := map[string]float64{}
		for _, c := range list {
			for i := range c.Reference {
				best[c.Family] = max(best[c.Family], counted(&c.Reference[i], &s, o)*c.Prior)
			}
		}
		j := s.subject(o)
		var fits []uint8
		for i := range usualForms {
			fits = append(fits, usualForms[i].offersFor(&j.layout))
		}
		sum := unknown(&j, fits) * unknownPrior
		for _, w := range best {
			sum += w
		}
		for _, f := range got.Families {
			if want := best[f.Family] / sum; math.Abs(f.Probability-want) > 1e-9 {
				t.Fatalf("%+v, %+v: %s has %v, want %v", s, o, f.Family, f.Probability, want)
			}
			delete(best, f.Family)
			for _, k := range f.Records {
				if want := math.Log(counted(k.Form, &s, o)); math.Abs(k.LogLikelihood-want) > 1e-9 {
					t.Fatalf("%+v, %+v: record %d has %v, want %v", s, o, k.Place, k.LogLikelihood, want)
				}
			}
		}
		for family, w := range best {
			if w/sum >= leastShare {
				t.Fatalf("%+v, %+v: %s is missing", s, o, family)
			}
		}
	}
}

// counted is the likelihood of a packet under a form, less for a last resort.
func counted(f *Form, s *Signature, o Offer) float64 {
	p := math.Exp(f.LogLikelihood(s, o))
	if f.Generic {
		p *= genericShare
	}
	return p
}

func BenchmarkRanker(b *testing.B) {
	r, s := NewRanker(candidates(b)), observed(b, false, seenLinux, 64240)
	b.ReportAllocs()
	for b.Loop() {
		r.Rank(s, Offer{})
	}
}
