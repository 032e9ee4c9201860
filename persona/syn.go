package persona

import (
	"fmt"
	"math"

	"whorl/method/gen2"
	"whorl/packet"
)

// The attributes of the six SYN probes.
var (
	optionAttrs = [...]string{"O1", "O2", "O3", "O4", "O5", "O6"}
	windowAttrs = [...]string{"W1", "W2", "W3", "W4", "W5", "W6"}
)

// places is the number of option texts that belong to one configuration of a stack:
// O1 to O6, then those of ECN and T3.
const places = 8

// synOptions chooses the options of S1-S6, ECN and T3. Alternatives in the eight
// texts are hosts that were configured differently (with or without timestamps,
// another scale or MSS), so those that belong together are taken.
func (c *chooser) synOptions(i *instance) error {
	var texts [places][]*options
	for k := range texts {
		var err error
		if texts[k], err = c.encodable(k); err != nil {
			return err
		}
	}
	var best [places]*options
	cost, equals := math.MaxInt, 0
	for lead := range gen2.S6 + 1 {
		for _, l := range texts[lead] {
			set, n := c.cluster(texts, int(lead), l)
			switch {
			case n < cost:
				best, cost, equals = set, n, 1
			case n == cost: // each of the equals with the same chance
				if equals++; c.secret.Between(1, equals) == 1 {
					best = set
				}
			}
		}
	}
	if cost == math.MaxInt {
		best, _ = c.cluster(texts, 0, c.guess(texts[6]))
	}
	for k := range 6 {
		i.segments[k].options = best[k]
	}
	i.segments[gen2.ECN].options, i.segments[gen2.T3].options = best[6], best[7]
	return nil
}

// guess is what S1 may get if nothing is known of O1 to O6: what ECN gets, with the
// timestamps that TS speaks of.
func (c *chooser) guess(ecn []*options) *options {
	o := none
	if len(ecn) > 0 {
		o = ecn[0]
	}
	stamp := "NNT11"
	switch ts := c.expr(gen2.TestSEQ, "TS"); {
	case ts == nil || ts.Match("U"):
		return o
	case ts.Match("0"):
		stamp = "NNT01"
	}
	for _, text := range [...]string{o.text + stamp, stamp + o.text, stamp} {
		with, err := parseOptions(text)
		if err != nil {
			continue
		}
		h := with.header()
		if _, _, readable := h.Timestamp(); readable {
			return with
		}
	}
	return o
}

// encodable are the alternatives of the k-th text that can be put on the wire. It is
// an error if there are some and none can.
func (c *chooser) encodable(k int) (out []*options, err error) {
	t, attr := gen2.TestOPS, "O"
	switch {
	case k < 6:
		attr = optionAttrs[k]
	case k == 6:
		t = gen2.TestECN
	default:
		t = gen2.TestT3
	}
	for _, text := range alternatives(c.expr(t, attr)) {
		o, bad := parseOptions(text)
		if bad == nil {
			out = append(out, o)
		} else if err == nil {
			err = fmt.Errorf("%s: %s: %w", t, attr, bad)
		}
	}
	if len(out) > 0 {
		err = nil
	}
	return out, err
}

// asks are the options that the probe of each place offers.
func asks(k int) asked {
	p := gen2.S1 + gen2.Probe(k)
	switch k {
	case 6:
		p = gen2.ECN
	case 7:
		p = gen2.T3
	}
	return askedBy(&packet.TCPHeader{Options: gen2.Probes[p].Options})
}

// cluster takes from each place the text that is most like the lead's, and tells
// how badly they fit together. A place about which nothing is known gets what the
// lead has of its options.
func (c *chooser) cluster(texts [places][]*options, lead int, l *options) (set [places]*options, cost int) {
	for k := range set {
		if len(texts[k]) == 0 {
			if set[k] = l.reduced(asks(k)); asks(k) == asks(lead) {
				set[k] = l
			}
			continue
		}
		least := math.MaxInt
		for _, o := range texts[k] {
			if n := unlike(o, l, asks(k)&asks(lead)); n < least {
				set[k], least = o, n
			}
		}
		cost += least
	}
	set[lead] = l
	if !c.clockFits(set[:6]) || !c.stampsFit(set[0]) {
		cost += 1000
	}
	if !c.foreseen(set[0]) {
		cost += 8
	}
	return set, cost
}

// unlike tells by how much two option texts differ in what both were asked for.
func unlike(a, b *options, both asked) (n int) {
	ha, hb := a.header(), b.header()
	n = 8 * ones((askedBy(&ha)^askedBy(&hb))&both)
	if (a.n == 0) != (b.n == 0) {
		n += 16
	}
	if sa, sb := shift(&ha), shift(&hb); both&askScale != 0 && sa != sb {
		n += 4
	}
	if both&askStamp != 0 && a.stamp != 0 && b.stamp != 0 && (a.value != b.value || a.echo != b.echo) {
		n += 4
	}
	if ma, _ := ha.MSS(); ma != 0 {
		if mb, _ := hb.MSS(); ma != mb {
			n++
		}
	}
	return n
}

func ones(a asked) (n int) {
	for ; a != 0; a &= a - 1 {
		n++
	}
	return n
}

func shift(h *packet.TCPHeader) int {
	if s, ok := h.WScale(); ok {
		return int(s)
	}
	return -1
}

// clockFits reports whether the timestamps of O1-O6 can show the TS of the reference:
// U or 0 if one of them has none or zero, a rate only if all have one. An answer
// without any options may be a reset, which does not count.
func (c *chooser) clockFits(set []*options) bool {
	ts := c.expr(gen2.TestSEQ, "TS")
	if ts == nil {
		return true
	}
	class := ""
	for k := range set {
		h := set[k].header()
		switch v, _, ok := h.Timestamp(); {
		case set[k].n == 0 && k > 0:
		case !ok:
			class = "U"
		case !set[k].value && v == 0:
			class = "0"
		}
	}
	if class != "" {
		return ts.Match(class)
	}
	for _, a := range ts.Alternatives() {
		if _, hi, ok := a.Bounds(); ok && hi > 0 {
			return true
		}
	}
	return ts.Match("U") && allEmpty(set)
}

func allEmpty(set []*options) bool {
	for k := range set {
		if set[k].n > 0 {
			return false
		}
	}
	return true
}

// windows chooses W1-W6: of parallel lists of alternatives those at the same place,
// and no window where there are no options either, if there is the choice.
func (c *chooser) windows(i *instance) error {
	place := -1
	for k, attr := range windowAttrs {
		e := c.expr(gen2.TestWIN, attr)
		s := &i.segments[k]
		switch {
		case e == nil && k == 0:
			s.window = c.usualWindow(s.options)
			continue
		case e == nil:
			s.window = c.scaledWindow(&i.segments[gen2.S1], s.options)
			continue
		}
		alts := e.Alternatives()
		if place < 0 {
			place = c.place(s.options, alts)
		}
		var preferred []uint64
		if s.options.n == 0 {
			preferred = append(preferred, 0)
		}
		if place < len(alts) {
			if lo, hi, ok := alts[place].Bounds(); ok && (lo > 0 || s.options.n == 0) {
				preferred = append(preferred, lo+(min(hi, 0xffff)-lo)/2)
			}
		}
		if w, ok := c.lawful(s.options, e, preferred); ok {
			preferred = []uint64{w}
		}
		for _, a := range alts {
			if lo, _, ok := a.Bounds(); ok && lo > 0 {
				preferred = append(preferred, lo)
			}
		}
		w, err := c.number(gen2.TestWIN, attr, 0xffff, nil, preferred...)
		if err != nil {
			return err
		}
		s.window = uint16(w)
	}
	return nil
}

// plainOptions chooses the options of ECN and T2-T7, unless they belong to the configuration.
func (c *chooser) plainOptions(s *segment, t gen2.Test) error {
	if t == gen2.TestECN || t == gen2.TestT3 {
		return nil
	}
	text, err := c.text(t, "O", "")
	if err != nil {
		return err
	}
	if s.options, err = parseOptions(text); err != nil {
		return fmt.Errorf("%s: O: %w", t, err)
	}
	return nil
}
