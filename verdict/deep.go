package verdict

import (
	"cmp"
	"math"
	"slices"

	"whorl"
	"whorl/method"
	"whorl/method/deep"
	"whorl/method/expr"
	"whorl/method/gen1"
	"whorl/osdb"
	"whorl/packet"
)

// deepDiffers is the likelihood, as a natural logarithm, that a host differs from the
// record of its own system in what one party shows: a box in the path, loss, a setting.
// Set by hand.
const deepDiffers = -4

// deepRecord is what a record says of deep probes. The zero value says nothing.
type deepRecord struct {
	lines deep.Reference
	parts []deepPart // records that narrow it
}

type deepPart struct {
	entry *osdb.Entry
	lines deep.Reference
}

// deepRecords are those of the entries at places, which are told where the records
// are that narrow them.
func deepRecords(set osdb.Set, entries []*osdb.Entry, places map[recordKey]int) []deepRecord {
	out := make([]deepRecord, len(entries))
	for i, e := range entries {
		out[i].lines, _ = deep.NewReference(e.Extra) // what is wrong was told when it was read
	}
	for d, e := range set.Entries() {
		whole := d.Whole(e)
		if whole == nil || e.Gen2 != nil {
			continue
		}
		place := places[keyOf(whole.Source)]
		if lines, _ := deep.NewReference(e.Extra); len(lines) > 0 {
			out[place].parts = append(out[place].parts, deepPart{e, lines})
			places[keyOf(e.Source)] = place
		}
	}
	return out
}

// probed is what deep probes saw of a host; empty if none were sent.
type probed struct {
	deep.Print
	near   bool         // no router is known to stand between
	times  []told       // what retransmission times say, by place; nil: none were seen
	gen1   gen1.Print   // what the first generation saw; nil: it was not sent
	ipv6   method.Lines // what was seen over IPv6; nil: nothing
	atMost []string     // attributes of the second generation that the path made greater
}

// deepBy is what deep probes saw of a host, each test where it can be read first: over IPv6
// there are fewer of them, and a machine may have been asked over both versions of IP.
func deepBy(h *whorl.Host) (p probed) {
	for _, o := range h.Observations {
		if o.Method != "deep" {
			continue
		}
		lines, _ := deep.Parse(o.Print)
		for _, l := range lines {
			if _, known := p.Test(l.Test); !known {
				p.Print = append(p.Print, l)
			}
		}
	}
	if len(p.Print) > 0 {
		p.Print, p.near = deepOwn(p.Print, h.Boxes), isNear(h)
	}
	return p
}

// isNear reports whether no router is known to stand between.
func isNear(h *whorl.Host) bool { return h.Distance != nil && h.Distance.Count <= 1 }

// party is who shows a test. A box that accepts connections shows all tests of SYNs in
// its own way, so that together they count once.
func party(test string) int {
	switch test {
	case "EC", "RT", "QU", "BU", "BU6":
		return 1
	}
	return 0
}

const parties = 2

// likelihood is deepDiffers for each party that shows something else than the record
// says; what agrees says little, as stacks have much of this in common. ok is false if the
// record says nothing of what was seen.
func (r deepRecord) likelihood(seen deep.Print) (sum float64, ok bool) {
	ev := r.lines.Score(seen)
	for _, n := range differing(ev) {
		if n > 0 {
			sum += deepDiffers
		}
	}
	return sum, len(ev) > 0
}

// differing counts the attributes that differ, by party.
func differing(ev []whorl.Evidence) (n [parties]int) {
	for i := range ev {
		if !ev[i].Agrees {
			n[party(ev[i].Test)]++
		}
	}
	return n
}

// reweigh shares the probability of the records that tell of deep probes out anew. It
// moves among these alone: the others are neither favoured nor punished. None gains more
// than what one party says, so that what was improbable stays so; and if the likeliest
// of them still differs in more than one party, no record tells of the host.
func (j *Judge) reweigh(all []float64, seen deep.Print) {
	if len(seen) == 0 {
		return
	}
	type told struct {
		place              int
		sum, before, after float64
	}
	var list []told
	var likeliest told
	before, after := 0.0, 0.0
	for place, r := range j.deep {
		sum, ok := r.likelihood(seen)
		if !ok || all[place] == 0 {
			continue
		}
		t := told{place, sum, all[place], all[place] * math.Exp(sum)}
		before, after = before+t.before, after+t.after
		if t.after > likeliest.after {
			likeliest = t
		}
		list = append(list, t)
	}
	if after == 0 { // none of them is possible
		return
	}
	scale := before / after * math.Exp(min(0, likeliest.sum-deepDiffers))
	for _, t := range list {
		all[t.place] = min(t.after*scale, t.before*math.Exp(-deepDiffers))
	}
}

// narrow gives most of a record's share to the part of it that a host shows, if the host
// is near. In what one attribute says of one probe a router in the path can deceive: one
// that clears reserved bits makes any Linux answer an AccECN SYN like 6.16 (measured).
func (j *Judge) narrow(f *family, seen probed) {
	if !seen.near {
		return
	}
	for i, c := range f.of {
		if part := j.deep[c.place].part(seen.Print); part != nil {
			left := c.share * math.Exp(deepDiffers)
			f.of[i].share = left
			f.of = append(f.of, candidate{part.entry, c.place, c.share - left})
		}
	}
	slices.SortStableFunc(f.of, func(a, b candidate) int { return cmp.Compare(b.share, a.share) })
}

// part is the first whose lines have all been seen and agree, nil if there is none. All,
// because one can be the condition of another: the answer to an AccECN SYN under ECT(1)
// says nothing of a host where ECN is off.
func (r deepRecord) part(seen deep.Print) *deepPart {
	for i := range r.parts {
		p := &r.parts[i]
		ev := p.lines.Score(seen)
		if len(ev) == len(p.lines) && !slices.ContainsFunc(ev, func(e whorl.Evidence) bool { return !e.Agrees }) {
			return p
		}
	}
	return nil
}

// deepNotes tell of the part that a host shows and that is too far away to be named.
func (j *Judge) deepNotes(place int, seen probed) []string {
	if part := j.deep[place].part(seen.Print); part != nil && !seen.near {
		return []string{"deep probes answered as by " + part.entry.Name + ", or changed by a router in the path"}
	}
	return nil
}

// deepEvidence compares the record at a place, and the part of it that a host is named
// as, with what deep probes saw. The attributes of a party that differ share its weight; a
// part has none for the family.
func (j *Judge) deepEvidence(place int, h *whorl.Host) []whorl.Evidence {
	seen := deepBy(h)
	if j.weigher == nil || len(seen.Print) == 0 {
		return nil
	}
	ev := j.deep[place].lines.Score(seen.Print)
	n := differing(ev)
	for i := range ev {
		if !ev[i].Agrees {
			ev[i].Weight = deepDiffers / float64(n[party(ev[i].Test)])
		}
	}
	if part := j.deep[place].part(seen.Print); part != nil && seen.near {
		ev = append(ev, part.lines.Score(seen.Print)...)
	}
	return ev
}

// Undecided reports whether deep probes can tell what h, which has been judged, is: its
// headline is unknown or a tie, and two of the records listed say what cannot both be
// seen. Versions of one family are not worth more packets to every host.
func (j *Judge) Undecided(h *whorl.Host) bool {
	if j.weigher == nil || len(h.Verdicts) == 0 || slices.ContainsFunc(h.Observations, func(o whorl.Observation) bool { return o.Method == "deep" }) {
		return false
	}
	if h.Verdicts[0].Source.File != "" {
		return false // a headline that rests on a record is a name
	}
	like, over := overIPv4(h), packet.IPv6
	if like == nil {
		like, over = h, packet.IPv4
	}
	if seen, ok, err := seenBy(like); !ok || err != nil || !answersSYN(seen) {
		return false
	}
	var listed []deep.Reference
	for _, v := range h.Verdicts {
		place, ok := j.places[keyOf(v.Source)]
		if !ok || v.Rule != whorl.RuleWhorl || v.Accuracy < leastFit {
			continue
		}
		lines := j.deep[place].lines
		if slices.ContainsFunc(listed, func(other deep.Reference) bool { return exclude(lines, other, over) }) {
			return true
		}
		listed = append(listed, lines)
	}
	return false
}

// exclude reports whether there is an attribute of which nothing fits both records, one that
// shows over that version of IP. BU6 is not: seventeen datagrams more are left to who asks
// for them.
func exclude(a, b deep.Reference, over packet.Network) bool {
	return slices.ContainsFunc(a, func(t deep.Term) bool {
		other := b.Expr(t.Test, t.Attr)
		return other != nil && deep.Over(over, t.Test) && t.Test != "BU6" && !fitsOne(t.Expr, *other) && !fitsOne(*other, t.Expr)
	})
}

// fitsOne reports whether an alternative of a begins within b.
func fitsOne(a, b expr.Expr) bool {
	return slices.ContainsFunc(a.Alternatives(), func(alt expr.Alt) bool {
		v, ok := alt.Example()
		return ok && b.Match(v)
	})
}
