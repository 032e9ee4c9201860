package syn

import (
	"math"
	"math/bits"
)

// Offer is what is known of the SYN that a SYN-ACK answers. The zero value is a SYN that
// was not seen.
type Offer struct {
	Known   bool
	Options Options
	MSS     uint16 // bytes; 0 if there was none
}

// Offer is what the SYN offers.
func (s *Signature) Offer() Offer { return Offer{true, s.Layout.Options(), s.MSS} }

// offers are how often SYNs offer what, by Options: all, and no timestamps (Windows)
// before all others.
var offers = [OffersAll + 1]float64{0: 0.04, OffersScale: 0.01, OffersSACK: 0.06, OffersScale | OffersSACK: 0.3,
	OffersTimestamp: 0.01, OffersScale | OffersTimestamp: 0.01, OffersSACK | OffersTimestamp: 0.02, OffersAll: 0.55}

// LogLikelihood is the logarithm of how likely a packet is under a form. It is minus
// infinity if the form is of other packets: SYNs, SYN-ACKs, or another version of IP.
func (f *Form) LogLikelihood(s *Signature, o Offer) float64 {
	j := s.subject(o)
	return math.Log(f.likelihood(&j, f.offersFor(&j.layout)))
}

// likelihood is how likely a packet is under the form. fits are the offers to which the
// form answers with the packet's layout.
func (f *Form) likelihood(s *subject, fits uint8) float64 {
	product := 1.0
	for _, p := range f.chances(s, fits) {
		product *= p
	}
	return product
}

// Weigh is LogLikelihood attribute by attribute.
func (f *Form) Weigh(s *Signature, o Offer) (w Weights) {
	j := s.subject(o)
	for a, p := range f.chances(&j, f.offersFor(&j.layout)) {
		w[a] = math.Log(p)
	}
	return w
}

// chances are how likely each attribute of a packet is; 1 for those that it does not have.
func (f *Form) chances(s *subject, fits uint8) (w [NumAttrs]float64) {
	for a := range w {
		w[a] = 1
	}
	if f.Answer != s.Answer || f.Version != 0 && f.Version != s.Version {
		w[AttrOrder] = 0
		return w
	}
	w[AttrOrder] = s.order(fits)
	w[AttrTTL] = f.ttl(s)
	if s.Version == 4 {
		if w[AttrDF] = f.DF.chance(s.Quirks.Has(DF), changedDF, 1-usualDF); f.DF == Yes && s.raised && !s.Quirks.Has(DF) {
			w[AttrDF] = handMade
		}
		w[AttrID] = f.ID.chance(!s.zeroID, changedID, usualZeroID)
		w[AttrIPLength] = kept(f.IPLength == s.IPOptions, oddity)
	} else {
		w[AttrFlow] = f.Flow.chance(s.Quirks.Has(Flow), changedFlow, 0.5)
	}
	w[AttrWindow] = f.window(s)
	if s.sized {
		w[AttrMSS] = f.mss(s)
	}
	if s.scaled {
		w[AttrScale] = f.scale(s.Scale)
	}
	if s.stamped {
		w[AttrZero] = zero(f.Quirks.Has(TS1Zero), s.Quirks.Has(TS1Zero))
	}
	w[AttrECN] = f.ecn(s.Signature)
	w[AttrQuirks] = f.quirks(s.Quirks)
	w[AttrData] = f.Data.chance(s.Data, oddity, 1-oddity)
	return w
}

// kept is the likelihood of what agrees or does not.
func kept(agrees bool, change float64) float64 {
	if agrees {
		return 1 - change
	}
	return change
}

// chance is the likelihood of something that is or is not. rare is how often it is not so
// where nothing is said.
func (c Choice) chance(is bool, change, rare float64) float64 {
	switch c {
	case Yes:
		return kept(is, change)
	case No:
		return kept(!is, change)
	case Either:
		return 0.5
	}
	return kept(is, rare)
}

// zeroID reports whether the IP ID of an IPv4 packet is zero.
func zeroID(q Quirks) bool { return q.Has(IDMinus) || q.Has(DF) && !q.Has(IDPlus) }

func (f *Form) ttl(s *subject) float64 {
	switch {
	case f.TTL == 0:
		return s.usualTTL
	case f.AnyTTL && s.TTL <= f.TTL:
		return s.usualTTL
	}
	switch hops := int(f.TTL) - int(s.TTL); {
	case hops < 0 && s.raised:
		return handMade
	case hops < 0 || hops > MaxHops:
		return changedTTL * s.usualTTL
	case hops > FarHops:
		return (1 - changedTTL) * tooFar
	}
	return 1 - changedTTL
}

// order is how likely the layout is for what was offered or, if the SYN was not seen, for
// anything. fits are the offers to which it is the form's answer.
func (s *subject) order(fits uint8) float64 {
	switch {
	case !s.Answer:
		return s.orderFor(fits, OffersAll)
	case s.offer.Known:
		return s.orderFor(fits, s.offer.Options)
	}
	sum := 0.0
	for offer, share := range offers {
		sum += share * s.orderFor(fits, Options(offer))
	}
	return sum
}

func (s *subject) orderFor(fits uint8, offer Options) float64 {
	switch {
	case fits>>offer&1 != 0:
		return 1 - changedOrder
	case s.has&^offer == 0 && fits>>s.has&1 != 0:
		dropped := power(droppedOption, bits.OnesCount8(uint8(offer&^s.has)))
		if s.Answer && s.has == 0 && offer&OffersTimestamp == 0 {
			return max(dropped, cookie)
		}
		return dropped
	}
	return changedOrder * someOrder
}

// power is p to the n-th, for the small n of options and quirks.
func power(p float64, n int) float64 {
	out := 1.0
	for range n {
		out *= p
	}
	return out
}

func (f *Form) window(s *subject) float64 {
	n := len(f.Windows)
	if n == 0 {
		return s.usualWindow
	}
	p := changedWindow * s.usualWindow
	for _, law := range f.Windows {
		if law.holds(s) {
			if law.wide() {
				n = mostWindows
			}
			p += (1 - changedWindow) / float64(min(n, mostWindows))
			break
		}
	}
	return p
}

func (f *Form) mss(s *subject) float64 {
	for _, mss := range f.MSS {
		if mss == s.MSS {
			return (1 - changedMSS) / float64(min(len(f.MSS), mostListed))
		}
	}
	if len(f.MSS) == 0 {
		return s.plainMSS
	}
	return changedMSS * someMSS
}

// plainMSS is the likelihood of an MSS of which nothing is said: that of an Ethernet, or
// one that the path has lowered.
func plainMSS(s *Signature) float64 {
	if s.MSS == ethernetMTU-ipv4Headers || s.Version == 6 && s.MSS == ethernetMTU-ipv6Headers {
		return 1 - changedMSS
	}
	return changedMSS * someMSS
}

func (f *Form) scale(shift uint8) float64 {
	switch {
	case f.Scales == 0:
		return someScale
	case shift < 16 && f.Scales>>shift&1 != 0:
		return (1 - changedScale) / float64(min(f.scaleCount(), mostScales))
	}
	return changedScale * someScale
}

func zero(said, is bool) float64 {
	if said {
		return kept(is, changedZero)
	}
	return kept(!is, isZero)
}

// ecn: a SYN-ACK has it or not by what the SYN asks for, so only a SYN tells.
func (f *Form) ecn(s *Signature) float64 {
	switch is := s.Quirks.Has(ECN); {
	case s.Answer && f.ECN == Unsaid:
		return 1
	case f.ECN == Yes:
		return kept(is, changedECN)
	case f.ECN == Either:
		return 0.5
	default:
		return kept(!is, asksECN)
	}
}

func (f *Form) quirks(seen Quirks) float64 {
	seen, said := seen&^stated, f.Quirks&^stated
	extra := bits.OnesCount32(uint32(seen &^ said))
	lost := bits.OnesCount32(uint32(said &^ seen))
	return power(oddity, extra) * power(lostOddity, lost)
}

// unknown is the likelihood of a packet of a stack of which nothing is known. fits are those
// of usualOrder.
func unknown(s *subject, fits []uint8) float64 {
	p := s.usualOrder(fits) * s.usualWindow * s.usualTTL
	if s.Version == 4 {
		p *= kept(s.Quirks.Has(DF), 1-usualDF) * kept(s.zeroID, 1-usualZeroID)
	} else {
		p *= 0.5
	}
	if s.sized {
		p *= s.plainMSS
	}
	if s.scaled {
		p *= someScale
	}
	return p * power(someQuirk, bits.OnesCount32(uint32(s.Quirks&^(stated&^TS1Zero))))
}
