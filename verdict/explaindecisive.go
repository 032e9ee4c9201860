package verdict

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"whorl"
	"whorl/method"
)

const (
	// leastDecisive is by how much a fact must speak for one of two records, as a natural
	// logarithm: less tells nobody anything.
	leastDecisive = 0.25
	// leastPoints is the same where only Nmap's points are counted.
	leastPoints = 15
)

// decisive tells the headline from its best alternative of another family, or the two
// of a tie from each other; nil if there is nothing to compare.
func (j *Judge) decisive(s target) *whorl.Difference {
	if unanswered(s.Host) {
		return nil
	}
	place, ok := j.places[keyOf(s.Verdicts[0].Source)]
	rest := s.Verdicts[1:]
	if !ok { // a tie: its records are listed behind it
		if len(rest) < 2 {
			return nil
		}
		if place, ok = j.places[keyOf(rest[0].Source)]; !ok {
			return nil
		}
		rest = rest[1:]
	}
	other, ok := j.alternative(place, rest, s.observed)
	if !ok {
		return nil
	}
	return j.difference(place, other, s)
}

// alternative is the likeliest record that is no kin of one: that of the first such
// verdict, or else of all records of ours. Of a foreign device that is hardly probable
// nobody knows whose stack it has.
func (j *Judge) alternative(place int, verdicts []whorl.Verdict, o *Observation) (other int, ok bool) {
	for _, v := range verdicts {
		p, known := j.places[keyOf(v.Source)]
		if known && !j.kin(place, p) && (j.weigher == nil || v.Confidence >= leastShare) {
			return p, true
		}
	}
	if j.weigher == nil {
		return 0, false
	}
	best := math.Inf(-1)
	for p, score := range j.weigher.Scores(o, &j.o.Model.Family) {
		if score > best && j.refs.own[p] && !j.kin(place, p) {
			other, best, ok = p, score, true
		}
	}
	return other, ok
}

// kin reports whether two records are of one family, or of one that descends from the
// other's.
func (j *Judge) kin(a, b int) bool {
	if j.refs != nil {
		return slices.ContainsFunc(j.refs.families.of[a], func(f int) bool { return slices.Contains(j.refs.families.of[b], f) })
	}
	theirs := classesOf(j.entries[b])
	return slices.ContainsFunc(classesOf(j.entries[a]), func(c whorl.Class) bool {
		return slices.ContainsFunc(theirs, func(d whorl.Class) bool { return c.Vendor == d.Vendor && c.Family == d.Family })
	})
}

// difference finds the fact in which two records differ most, given what was seen: one
// attribute, with the others that say the same of a host.
func (j *Judge) difference(place, other int, s target) *whorl.Difference {
	d := &whorl.Difference{Name: j.entries[place].Name, Other: j.entries[other].Name, Source: j.entries[other].Source}
	ours, theirs := j.weighed(place, s), j.weighed(other, s)
	facts := map[string]float64{} // how much more each fact speaks for the first
	most := map[string][2]whorl.Evidence{}
	for _, t := range theirs {
		i := slices.IndexFunc(ours, func(e whorl.Evidence) bool { return e.Method == t.Method && e.Test == t.Test && e.Attr == t.Attr })
		if i < 0 || t.Missing != "" || t.Agrees || !ours[i].Agrees {
			continue
		}
		fact := factOf(t)
		facts[fact] += j.worth(ours[i]) - j.worth(t)
		if m, ok := most[fact]; !ok || j.worth(m[1]) > j.worth(t) {
			most[fact] = [2]whorl.Evidence{ours[i], t}
		}
	}
	least, best := leastDecisive, ""
	if j.weigher == nil {
		least = leastPoints
	}
	for _, t := range theirs { // in the order of the tests, so that equals stay in theirs
		if fact := factOf(t); facts[fact] > least {
			least, best = facts[fact], fact
		}
	}
	if m, ok := most[best]; ok {
		tell(d, m[0], m[1], s.seen)
		if j.weigher != nil {
			d.Weight = facts[best]
		}
	}
	return d
}

// tell writes down an attribute that speaks for one record and against another.
func tell(d *whorl.Difference, ours, theirs whorl.Evidence, seen []method.Line) {
	say(&ours, seen)
	say(&theirs, seen)
	d.Method, d.Test, d.Attr, d.Points = ours.Method, ours.Test, ours.Attr, ours.Points
	d.Got, d.Want, d.There = ours.Got, ours.Want, theirs.Want
	d.Words = cmp.Or(ours.GotWords, ours.Test+"."+ours.Attr+"="+ours.Got) + onCommonPath(ours) + "; there " + cmp.Or(theirs.WantWords, theirs.Want)
}

// worth is what a piece of evidence does to its record.
func (j *Judge) worth(e whorl.Evidence) float64 {
	switch {
	case j.weigher != nil:
		return e.Weight
	case e.Agrees:
		return float64(e.Points)
	}
	return 0
}

// factOf puts attributes together that one property of a stack decides: the six windows,
// the six option texts, the initial TTL of all answers.
func factOf(e whorl.Evidence) string {
	switch {
	case e.Method != "gen2":
	case e.Test == "WIN" || e.Test == "OPS":
		return e.Test
	case e.Attr == "T" || e.Attr == "TG":
		return "TTL"
	}
	return e.Method + " " + e.Test + "." + e.Attr
}

// onCommonPath adds what the path has changed of a value, as it would be on a common one.
func onCommonPath(e whorl.Evidence) string {
	what := fmt.Sprintf("MSS %d", mssOf(e.Common))
	if n, ok := decimal(e.Common); ok {
		what = n
	}
	if e.Common == "" {
		return ""
	}
	return ", as " + what + " on a 1500-byte path"
}
