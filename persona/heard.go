package persona

import (
	"math"
	"slices"

	"whorl/method"
	"whorl/method/expr"
	"whorl/method/syn"
	"whorl/packet"
)

// What a record says of SYN-ACKs that are heard (lines SynAck of package syn) decides
// where its tests leave the choice, and how a window follows from the options.

// answers are the SynAck lines of a record for IPv4.
func answers(lines []method.Line) (out []syn.Form) {
	r, _ := syn.NewReference(lines) // what cannot be read is known of no host
	for i := range r {
		if r[i].Answer && r[i].Version != 6 {
			out = append(out, r[i])
		}
	}
	return out
}

// foresees is the logarithm of how likely the window and the options of a SYN-ACK are by
// the lines of the record; the same for all if there are none.
func (c *chooser) foresees(o *options, window uint16) (best syn.Weights) {
	if len(c.heard) == 0 {
		return best
	}
	p := packet.Packet{Network: packet.IPv4, Transport: packet.TCP,
		TCP: packet.TCPHeader{Flags: packet.SYN | packet.ACK, Window: window, Options: o.with(nil, 1, 1)}}
	s, _ := syn.From(&p)
	most := math.Inf(-1)
	for i := range c.heard {
		w := c.heard[i].Weigh(&s, syn.Offer{Known: true, Options: syn.OffersAll, MSS: usualMSS})
		if sum := w[syn.AttrWindow] + w[syn.AttrOrder] + w[syn.AttrMSS] + w[syn.AttrScale]; sum > most {
			most, best = sum, w
		}
	}
	return best
}

// leastForeseen is about the weight of what a line does not say: a tenth of what it says.
const leastForeseen = -3.5

// foreseen reports whether a line has options in that order, or there is none.
func (c *chooser) foreseen(o *options) bool {
	return c.foresees(o, 0)[syn.AttrOrder] > leastForeseen
}

// place is which of several windows of the answer to S1 is taken: one of those that are
// foreseen best.
func (c *chooser) place(o *options, alts []expr.Alt) (place int) {
	most, equals := math.Inf(-1), 0
	for i := range few(alts) {
		weight := 0.0
		if lo, hi, ok := alts[i].Bounds(); ok {
			weight = c.foresees(o, uint16(lo+(min(hi, 0xffff)-min(lo, 0xffff))/2))[syn.AttrWindow]
		}
		switch {
		case weight > most+0.01:
			most, equals, place = weight, 1, i
		case weight > most-0.01: // each of the equals with the same chance
			if equals++; c.secret.Between(1, equals) == 1 {
				place = i
			}
		}
	}
	return place
}

// lawful is a window of whole segments that a line gives, where the expression allows it
// and the line none of those preferred; ok is false otherwise.
func (c *chooser) lawful(o *options, e *expr.Expr, preferred []uint64) (w uint64, ok bool) {
	gives := func(w uint64) bool { return c.foresees(o, uint16(w))[syn.AttrWindow] > leastForeseen }
	if len(c.heard) == 0 || slices.ContainsFunc(preferred, func(w uint64) bool { return e.Match(hex(w)) && gives(w) }) {
		return 0, false
	}
	for n := 1; n <= mostSegments && n*o.segment() <= math.MaxUint16; n++ {
		if w = uint64(n * o.segment()); e.Match(hex(w)) && gives(w) {
			return w, true
		}
	}
	return 0, false
}

// bestWindow is that of several which is foreseen best; the first of equals.
func (c *chooser) bestWindow(o *options, windows ...uint16) uint16 {
	best, most := windows[0], math.Inf(-1)
	for _, w := range windows {
		if weight := c.foresees(o, w)[syn.AttrWindow]; weight > most+0.01 {
			best, most = w, weight
		}
	}
	return best
}

// usualWindow is for stacks of which no test tells it: as a line says, if it names one,
// or four segments.
func (c *chooser) usualWindow(o *options) uint16 {
	windows := []uint16{4 * usualMSS}
	for i := range c.heard {
		if len(c.heard[i].Windows) > 0 {
			s := c.heard[i].Example()
			windows = append(windows, s.Window)
		}
	}
	return c.bestWindow(o, windows...)
}

// scaledWindow is the window of an answer with options o by that of another one: as
// large, or as many segments, which are shorter by timestamps (p0f 3, docs/README).
func (c *chooser) scaledWindow(from *segment, o *options) uint16 {
	windows := []uint16{from.window}
	size, was := o.segment(), from.options.segment()
	h := from.options.header()
	mss, _ := h.MSS()
	for _, unit := range [...]int{was, int(mss)} {
		n := 0
		if unit > 0 && int(from.window)%unit == 0 {
			n = int(from.window) / unit
		}
		if scaled := n * size; n > 0 && n <= mostSegments && scaled <= math.MaxUint16 {
			windows = append(windows, uint16(scaled))
		}
	}
	return c.bestWindow(o, append(windows, uint16(math.MaxUint16/max(size, 1)*size))...)
}

// mostSegments is the largest window that is counted in segments: 45 of an Ethernet fit.
const mostSegments = 45

// segment is the most data in a segment with those options, bytes.
func (o *options) segment() int {
	h := o.header()
	mss, ok := h.MSS()
	if !ok {
		return usualMSS
	}
	if o.stamp != 0 && mss > stamps {
		return int(mss) - stamps
	}
	return int(mss)
}
