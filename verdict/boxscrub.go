package verdict

import (
	"math"
	"slices"

	"whorl"
	"whorl/method"
	"whorl/method/gen2"
	"whorl/method/survey"
)

// withoutScrub adds a firewall that rewrites packets to the boxes of a host, if there is
// one, and gives what of a print it leaves as the host sent it.
func (j *Judge) withoutScrub(h *whorl.Host, seen []method.Line) []method.Line {
	seen = withMorePings(h, seen)
	b, found := j.scrubbed(seen)
	if !found {
		return seen
	}
	h.Boxes = append(h.Boxes, b)
	return hostsOwn(seen, h.Boxes)
}

// withMorePings mends the class of IP IDs of pings by those of a survey. It rests on two
// numbers, and one pair of random ones in 130 makes the small even step of a counter.
func withMorePings(h *whorl.Host, seen []method.Line) []method.Line {
	print, _ := surveyOf(h)
	at := slices.IndexFunc(seen, func(l method.Line) bool { return l.Test == "SEQ" })
	pings := slices.IndexFunc(print, func(p survey.Port) bool { return p.Number == 0 })
	if at < 0 || pings < 0 {
		return seen
	}
	var ids []uint16
	for _, a := range print[pings].Answers {
		if !a.IPv6 {
			ids = append(ids, a.IPID)
		}
	}
	if len(ids) < leastPings || gen2.IPIDClass(ids, false) != "RD" {
		return seen
	}
	out, attrs := slices.Clone(seen), slices.Clone(seen[at].Attrs)
	if i := slices.IndexFunc(attrs, func(a method.Attr) bool { return a.Name == "II" }); i >= 0 {
		attrs[i].Value = "RI" // as two numbers show it
	}
	out[at].Attrs = attrs
	return out
}

// leastPings is how many IP IDs tell random ones from those of a counter.
const leastPings = 4

// scrubbed finds a firewall that rewrites packets: a system explains all that firewalls
// do not touch, and none explains that together with what they do. One field alone never
// tells of one. The factor compares sums over all records, and over none of them.
func (j *Judge) scrubbed(seen []method.Line) (b whorl.Box, found bool) {
	shown := shownRewritings(seen)
	if len(shown) < 2 || tooLittle(seen) != "" || filtered(seen) {
		return b, false
	}
	o := Observe(seen)
	likeliest := j.likeliestBut(seen, shown)
	if likeliest < 0 {
		return b, false
	}
	shown = slices.DeleteFunc(shown, func(r *rewriting) bool { return j.weigher.fits(r, likeliest, o) > r.one })
	if len(shown) < 2 {
		return b, false
	}
	b = whorl.Box{Kind: whorl.BoxScrubber, LeftOut: touchedBy(seen, shown)}
	if b.Weight = j.scrubWeight(seen, shown, likeliest); !proves(b.Weight) {
		return b, false
	}
	for _, r := range shown {
		how, _ := r.shows(seen)
		b.Evidence = append(b.Evidence, how)
	}
	b.Evidence = append(b.Evidence, "all else is as "+j.refs.Entries[likeliest].Name+" answers, which does none of it")
	return b, true
}

func shownRewritings(seen []method.Line) (out []*rewriting) {
	for i := range rewritings {
		if _, ok := rewritings[i].shows(seen); ok {
			out = append(out, &rewritings[i])
		}
	}
	return out
}

// touchedBy are the attributes that were seen among those of rewritings.
func touchedBy(seen []method.Line, all []*rewriting) (out []string) {
	for _, r := range all {
		for _, f := range r.places() {
			l, _ := find(seen, gen2.Tests[f.Test].Name)
			if _, ok := l.Value(gen2.Tests[f.Test].Attrs[f.Attr].Name); ok {
				out = append(out, f.String())
			}
		}
	}
	return out
}

// untouched is how well records explain what rewritings do not touch, as scores.
func (j *Judge) untouched(seen []method.Line, all []*rewriting) []float64 {
	rest := hostsOwn(seen, []whorl.Box{{LeftOut: touchedBy(seen, all)}})
	return j.weigher.Scores(Observe(rest), &j.o.Model.Family)
}

// believable are the records that may say how a system is by itself: ours, and foreign ones
// of families that ours do not tell of. Foreign records hold what firewalls made of hosts.
func (r *References) believable() []bool {
	told := make([]bool, len(r.families.members)) // by ours
	for n, members := range r.families.members {
		told[n] = slices.ContainsFunc(members, func(k int) bool { return r.own[k] })
	}
	out := make([]bool, len(r.Entries))
	for i := range out {
		out[i] = r.own[i] || !slices.ContainsFunc(r.families.of[i], func(n int) bool { return told[n] })
	}
	return out
}

// likeliestBut is the record that explains best what rewritings do not touch; -1 if none
// says anything.
func (j *Judge) likeliestBut(seen []method.Line, all []*rewriting) int {
	place, best := -1, math.Inf(-1)
	for i, s := range j.untouched(seen, all) {
		if j.refs.believed[i] && s > best {
			place, best = i, s
		}
	}
	return place
}

// scrubWeight is what rewritings say for a firewall, as a natural logarithm. Records that
// are not believed tell how well the family of the likeliest explains the rest.
func (j *Judge) scrubWeight(seen []method.Line, all []*rewriting, likeliest int) float64 {
	o, scores, unknown := Observe(seen), j.untouched(seen, all), j.weigher.unknown()
	top := max(slices.Max(scores), unknown)
	with, without := 0.0, math.Exp(scrubSharpen*(unknown-top))
	for place, s := range scores {
		if s = scrubSharpen * (s - top); s <= faint {
			continue
		}
		by := place
		if !j.refs.believed[place] {
			if !j.refs.related(place, likeliest) {
				continue
			}
			by = likeliest
		}
		with += math.Exp(s)
		without += math.Exp(s) * j.weigher.fitAll(all, by, o)
	}
	for _, r := range all {
		with *= r.two
	}
	return math.Log(with / without)
}

// related reports whether two records have a family in common.
func (r *References) related(a, b int) bool {
	return slices.ContainsFunc(r.families.of[a], func(n int) bool { return slices.Contains(r.families.of[b], n) })
}

// fitAll is how often a system of a record shows what rewritings show, without a firewall.
func (w *Weigher) fitAll(all []*rewriting, place int, o *Observation) float64 {
	p, together := 1.0, 0
	for _, r := range all {
		fit := w.fits(r, place, o)
		p *= fit
		if fit == r.one && (r == &rewritings[scrubDF] || r == &rewritings[scrubID]) {
			together++
		}
	}
	if together == 2 {
		p *= scrubTogether / (rewritings[scrubDF].one * rewritings[scrubID].one)
	}
	return p
}

// fits is how often a system of a record shows what one rewriting shows: always if the
// record agrees, or does not say.
func (w *Weigher) fits(r *rewriting, place int, o *Observation) float64 {
	accepts, refuses := false, false // contradictions in SYN-ACKs, in resets
	for _, f := range r.places() {
		if !o.knows(f) || !w.contradicts(place, f, o) {
			continue
		}
		switch {
		case f.Test <= gen2.TestT1 && f.String() != "SEQ.CI" && f.String() != "SEQ.II":
			accepts = true
		case f.Test != gen2.TestIE && f.Test != gen2.TestU1:
			refuses = true
		}
	}
	switch {
	case accepts && (refuses || r == &rewritings[scrubISN]):
		return r.one
	case accepts || refuses:
		return math.Sqrt(r.one)
	}
	return 1
}

// contradicts reports whether a record says something else of a feature. Random ISNs are
// of one kind, whatever their spread.
func (w *Weigher) contradicts(place int, f Feature, o *Observation) bool {
	tab := &w.refs.tests[f.Test]
	i := featuresOf[f.Test][f.Attr].first
	n := w.refs.features[i].of[tab.attrs[f.Attr].exprOf[tab.lineOf[place]]]
	if n == 0 || w.matches(i, o.tests[f.Test].values[f.Attr])[n] {
		return false
	}
	if f == spread {
		for _, v := range randomSpreads {
			if w.matches(i, sighting{v, v})[n] {
				return false
			}
		}
	}
	return true
}

// randomSpreads are values of SP of which records of systems with random ISNs hold one.
var randomSpreads = [...]string{"FF", "105"}
