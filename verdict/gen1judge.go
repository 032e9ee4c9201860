package verdict

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"whorl"
	"whorl/method/gen1"
)

// byGen1 is the answer that the first generation gives alone, and its list; nil if the
// host has no such observation.
func (j *Judge) byGen1(h *whorl.Host) []whorl.Verdict {
	seen := seenGen1(h)
	if seen == nil {
		return nil
	}
	s := j.gen1.scores(seen)
	list := j.gen1.list(s)
	if j.weigher == nil {
		return list
	}
	return append(j.likelyGen1(seen, s), list...)
}

// unscanned is the answer about a host without probes of the second generation: that of
// the first or, if it has none, that of times.
func (j *Judge) unscanned(h *whorl.Host) []whorl.Verdict {
	out := j.byGen1(h)
	if len(out) > 0 && out[0].Name != whorl.Unknown {
		return out
	}
	timed := j.timed(h)
	if len(timed) == 0 || len(out) > 0 && timed[0].Name == whorl.Unknown {
		return out
	}
	return append(timed, out[min(1, len(out)):]...)
}

// likelyGen1 is our own answer and its alternatives, or that there is none.
func (j *Judge) likelyGen1(seen gen1.Print, s gen1Scores) (out []whorl.Verdict) {
	if why := tooLittleGen1(seen); why != "" {
		return []whorl.Verdict{nothing(why)}
	}
	families, unfit := j.gen1.ranked(s)
	if len(families) == 0 {
		return []whorl.Verdict{nothing("no record of the first generation tells of anything that answered; name a database of it with --db, or scan with --gen 2")}
	}
	first, threshold := &families[0], float64(j.o.Confidence)
	headline := first.alone()
	switch {
	case unfit != "":
		out = append(out, nothing(unfit))
	case first.share < threshold:
		out = append(out, j.gen1.tie(families, threshold))
	case j.gen1.tellsVersions(first, s):
		headline = first.deepest(threshold)
	}
	for i := range families {
		f := &families[i]
		if len(out) > maxAlternatives {
			break
		}
		a := headline
		if i > 0 || len(out) > 0 {
			a = f.byName()
			a.share = f.share
		}
		out = append(out, j.gen1.verdict(f, a, s))
	}
	return out
}

// tooLittleGen1 is why an observation cannot carry any name, or empty.
func tooLittleGen1(seen gen1.Print) string {
	answers := 0
	for _, l := range seen {
		if r, _ := l.Value("Resp"); r == "Y" {
			answers++
		}
	}
	switch {
	case answers == 0:
		return "nothing answered; name an open port with -p"
	case !acceptsGen1(seen):
		return "too little answered to tell systems apart; name an open port with -p"
	}
	return ""
}

// acceptsGen1 reports whether a SYN-ACK was seen.
func acceptsGen1(seen gen1.Print) bool {
	t1, _ := seen.Test("T1")
	flags, _ := t1.Value("Flags")
	return strings.Contains(flags, "A") && strings.Contains(flags, "S")
}

// ranked are the families with some probability, the likeliest first, and why none of
// them can be named, if that is so: the best record has to reach Nmap's threshold.
func (g *firstGen) ranked(s gen1Scores) (out []family, unfit string) {
	probable, by := g.shares(s)
	if len(by) == 0 {
		return nil, ""
	}
	least := min(leastShare, slices.Max(probable))
	for n, share := range probable {
		if share < least || share <= 0 {
			continue
		}
		f := family{class: g.families.names[n], share: share, entries: g.records, members: g.families.members[n]}
		logs := make([]float64, len(f.members))
		for i, place := range f.members {
			logs[i] = s.logs[place]
		}
		f.refine(g.records, logs)
		out = append(out, f)
	}
	slices.SortStableFunc(out, func(a, b family) int { return cmp.Compare(b.share, a.share) })
	if len(out) > 0 {
		unfit = out[0].unfit(s.points[out[0].of[0].place])
	}
	return out, unfit
}

// leastGen1Fit is the share of attributes in which the best record has to agree for a name.
const leastGen1Fit = 0.9

// unfit is why a family must not be named by its best record, or empty. Devices without a
// system of a name have mostly bought their stack, and other vendors have it too: there
// all has to agree.
func (f *family) unfit(best gen1.Points) string {
	switch {
	case best.Accuracy() < leastGen1Fit:
		return fmt.Sprintf("no record of the first generation fits; even the likeliest agrees in %d of %d attributes only", best.Passed, best.Compared)
	case f.class.Family == "embedded" && !best.Perfect():
		return fmt.Sprintf("the likeliest record agrees in %d of %d attributes, and is of a device whose stack others may have too", best.Passed, best.Compared)
	}
	return ""
}

// tie is the verdict when no family is probable enough alone: the likeliest two if they
// are together, or that there is no answer. A family that shares the best record of one
// before it is the same answer.
func (g *firstGen) tie(families []family, threshold float64) whorl.Verdict {
	first := &families[0]
	for i := range families[1:] {
		second := &families[i+1]
		if second.of[0].place == first.of[0].place {
			continue
		}
		if second.share < tieShare || first.share+second.share < threshold {
			break
		}
		return tied(first, second, first.share+second.share)
	}
	return nothing("no system is probable enough by the first generation alone; the nearest are listed")
}

// tellsVersions reports whether more than a family may be named. The records of the
// first generation end in 2007, so that a newer version may answer like an old one: all
// that could be compared has to agree; and of what our own records tell, all records of
// the family have to tell of the first generation.
func (g *firstGen) tellsVersions(f *family, s gen1Scores) bool {
	best := f.of[0]
	if own(best.entry) {
		return !g.partial[f.name()]
	}
	return s.points[best.place].Perfect()
}

// verdict writes an answer about a family down, resting on its likeliest record.
func (g *firstGen) verdict(f *family, a answer, s gen1Scores) whorl.Verdict {
	v := f.answered(a)
	count(&v, s.points[f.of[0].place])
	return v
}

// count notes how much agrees, of how much.
func count(v *whorl.Verdict, p gen1.Points) {
	v.Accuracy, v.Passed, v.Compared = whorl.Fraction(p.Accuracy()), p.Passed, p.Compared
}
