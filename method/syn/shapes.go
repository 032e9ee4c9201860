package syn

import (
	"slices"

	"whorl/packet"
)

// A SYN-ACK answers what the SYN offered (RFC 7323 sections 2.2 and 3.2, RFC 2018
// section 2). So the layouts of a record are templates, and each gives a shape for each
// of the eight sets of offers. Where a record says the shape for fewer options it is
// taken as it is; otherwise the words of the options that were not offered go, which is
// what stacks do that fill up each option or pair of options for itself: Linux, Windows,
// Solaris, BSD (measured on O3, O6 and ECN of package gen2's probes). The same tells what
// a SYN looks like whose sender, or the path, leaves options out.

// Shapes are the layouts that the system answers with to a SYN that offers that much; of
// a Syn line, those of the line. The slice is only read.
func (f *Form) Shapes(offer Options) (out []Layout) {
	if !f.Answer {
		return f.Layouts
	}
	for i := range f.Layouts {
		if shape := f.shape(&f.Layouts[i], offer); !slices.Contains(out, shape) {
			out = append(out, shape)
		}
	}
	return out
}

// offersFor are the offers to which the form answers with a layout, a bit each.
func (f *Form) offersFor(l *Layout) (fits uint8) {
	has := l.Options()
	for i := range f.Layouts {
		t := &f.Layouts[i]
		all := t.Options() | f.knows
		for offer := range OffersAll + 1 {
			if all&offer == has && f.shape(t, offer) == *l {
				fits |= 1 << offer
			}
		}
	}
	return fits
}

// join tells forms what the others of the record answer. One with a line for each shape of its
// SYN-ACKs, as those of p0f are, shows with each what the SYN has offered.
func (r Reference) join() {
	knows := Options(0)
	for i := range r {
		if f := &r[i]; f.Answer && len(f.Layouts) == 1 {
			knows |= f.Layouts[0].Options()
		}
	}
	for i := range r {
		if f := &r[i]; f.Answer && len(f.Layouts) == 1 {
			f.knows = knows
		}
	}
}

// shape is what a template looks like for an offer. Of layouts with the same options the
// one listed first is taken.
func (f *Form) shape(t *Layout, offer Options) Layout {
	left := t.Options() & offer
	if left == t.Options() {
		return *t
	}
	for _, known := range [...][]Layout{f.Layouts, f.Less} {
		for i := range known {
			if other := &known[i]; other.Options() == left && other.has(packet.OptMSS) == t.has(packet.OptMSS) {
				return *other
			}
		}
	}
	return t.without(^offer)
}

// without takes options out, word by word: what fills up a word goes with its option.
func (l Layout) without(gone Options) (out Layout) {
	at, begin := 0, 0
	for i, k := range l.kinds() {
		at += sizeOf(k)
		if k == packet.OptEOL {
			at += int(l.pad)
		}
		if at%4 == 0 || i == l.Len()-1 {
			out.addWord(l.kind[begin:i+1], gone)
			begin = i + 1
		}
	}
	if out.ended() {
		out.pad = padding(out.size())
	}
	return out
}

// addWord appends what is left of one or several words: nothing if all of their options
// are gone, and else the options with as much filling as they need.
func (l *Layout) addWord(kinds []uint8, gone Options) {
	left := make([]uint8, 0, MaxOptions)
	options, before := 0, 0
	ended, fillFirst := false, len(kinds) > 0 && kinds[0] == packet.OptNOP
	for _, k := range kinds {
		switch {
		case k == packet.OptNOP:
		case k == packet.OptEOL:
			ended = true
		case offerOf(k)&gone != 0:
			before++
		default:
			options++
			left = append(left, k)
		}
	}
	switch {
	case options == 0:
		return
	case before == 0:
		l.addAll(kinds)
		return
	}
	size := 0
	for _, k := range left {
		size += sizeOf(k)
	}
	fill := int(padding(size))
	// A pair that shared its words, as SACK and timestamps do, is filled up in front.
	if fillFirst || options == 1 && !ended && before == 1 && left[0] != packet.OptMSS {
		l.addFill(fill)
		l.addAll(left)
		return
	}
	l.addAll(left)
	if ended && fill > 0 {
		l.add(packet.OptEOL)
		return
	}
	l.addFill(fill)
}

func (l *Layout) addAll(kinds []uint8) {
	for _, k := range kinds {
		l.add(k)
	}
}

func (l *Layout) addFill(n int) {
	for range n {
		l.add(packet.OptNOP)
	}
}
