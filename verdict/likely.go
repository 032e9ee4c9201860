package verdict

import (
	"slices"

	"whorl"
	"whorl/method"
)

// likely is our own answer and its alternatives, or the verdict that there is none.
// p is what deep probes saw, if they were sent.
func (j *Judge) likely(seen []method.Line, p probed) (out []whorl.Verdict) {
	if why := tooLittle(seen); why != "" {
		return []whorl.Verdict{nothing(why)}
	}
	o := Observe(seen).bound(p.atMost)
	all := j.weigher.Scores(o, &j.o.Model.Family)
	shares(all, all, j.weigher.unknown())
	j.weigher.exclude(all, o)
	j.reweigh(all, p.Print)
	j.regen(all, p.gen1)
	j.retell(all, p.ipv6)
	retime(all, p.times)
	families := j.refs.byFamily(all, leastShare)
	if len(families) == 0 {
		return []whorl.Verdict{nothing("no record tells of anything that answered; load more databases with --db")}
	}
	for i := range families {
		families[i].refine(j.entries, j.versions(&families[i], o, p))
		j.narrow(&families[i], p)
	}
	first, threshold := &families[0], float64(j.o.Confidence)
	headline := first.byName()
	if first.share < threshold {
		out = append(out, tie(families, all, threshold))
	} else if a, ok := first.beside(first.told(seen, all, threshold), all, threshold); ok {
		headline = a
	} else {
		out = append(out, nothing(manyAnswer))
	}
	listed := map[int]bool{}
	for i := range families {
		f := &families[i]
		a, place := headline, f.of[0].place
		if i > 0 {
			a = f.byName()
		}
		if len(out) > maxAlternatives {
			break
		}
		if !listed[place] {
			listed[place] = true
			out = append(out, j.verdict(f, a, seen, p))
		}
	}
	return out
}

// told is how much of a family can be told: versions show in how connections are accepted.
func (f family) told(seen []method.Line, all []float64, threshold float64) answer {
	if !answersSYN(seen) {
		return f.alone()
	}
	return f.inside(f.deepest(threshold), all, threshold)
}

// tie is the verdict when no family is probable enough alone: the two likeliest that
// cannot be told apart, if they are together, or that there is no answer.
func tie(families []family, all []float64, threshold float64) whorl.Verdict {
	first := &families[0]
	for i := range families[1:] {
		second := &families[i+1]
		if second.share < tieShare {
			break
		}
		more := 0.0 // than the first has: a record can be of both
		for _, place := range second.members {
			if _, both := slices.BinarySearch(first.members, place); !both {
				more += all[place]
			}
		}
		if more < tieShare || first.share+more < threshold {
			continue
		}
		return tied(first, second, first.share+more)
	}
	return nothing("no system is probable enough; the nearest are listed")
}

// tied is the verdict that a host is of one of two families, with what they have together.
func tied(a, b *family, share float64) whorl.Verdict {
	v := whorl.Verdict{Name: a.name() + " or " + b.name(), Rule: whorl.RuleWhorl, Classes: a.alone().classes,
		Confidence: whorl.Fraction(min(share, surest)),
		Source:     whorl.Source{Text: "these two cannot be told apart by what answered; their records are listed"}}
	for _, c := range b.alone().classes {
		v.Classes = addClass(v.Classes, c)
	}
	return v
}

// ownVersions is ownPrior for the versions that records of ours tell.
const ownVersions = 25

// versions scores the members of a family for telling its versions apart. How common a
// family is does not matter there. Where records of ours tell of a family, they decide:
// they state the range that a behaviour has, and foreign ones the version that
// somebody happened to see.
func (j *Judge) versions(f *family, o *Observation, p probed) []float64 {
	out := j.scratch[:len(f.members)]
	j.weigher.score(out, f.members, o, &j.o.Model.Version)
	orders := &j.refs.orders
	against := orders.against(o.order)
	for i, place := range f.members {
		out[i] += against[orders.kindOf[place]] - j.refs.Prior[place]
		if j.refs.own[place] {
			out[i] += ownVersions
		}
		if sum, ok := j.deep[place].likelihood(p.Print); ok {
			out[i] += sum
		}
	}
	timeVersions(out, f.members, p.times)
	return out
}

// tooLittle is why an observation cannot carry any name, or empty.
func tooLittle(seen []method.Line) string {
	answers := 0
	for _, l := range seen {
		if r, ok := l.Value("R"); ok && r == "Y" {
			answers++
		}
	}
	switch {
	case answers == 0:
		return "nothing answered; name an open port with -p"
	case answers <= 2 && !answersSYN(seen):
		return "too little answered to tell systems apart; name an open port with -p"
	}
	return ""
}

// answersSYN reports whether a SYN-ACK was seen.
func answersSYN(seen []method.Line) bool {
	t1, _ := find(seen, "T1")
	r, _ := t1.Value("R")
	return r == "Y"
}
