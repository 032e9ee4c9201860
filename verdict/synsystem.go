package verdict

import (
	"slices"

	"whorl"
	"whorl/method"
)

// probable are the verdicts that have a probability. Points of what hardly answers say
// nothing beside a name by other evidence.
func probable(verdicts []whorl.Verdict) (out []whorl.Verdict) {
	for _, v := range verdicts {
		if v.Confidence > 0 {
			out = append(out, v)
		}
	}
	return out
}

// contradictedBy reports whether what probes have found shows another system than a verdict
// names: the headline or, where that names none, the likeliest family, if it is much likelier.
func (j *Judge) contradictedBy(h *whorl.Host, v *whorl.Verdict) bool {
	if !unanswered(h) {
		return differs(headline(h), v)
	}
	seen := measuredOf(h)
	if tooLittle(seen) != "" {
		return false
	}
	all := j.weigher.Scores(Observe(seen), &j.o.Model.Family)
	shares(all, all, j.weigher.unknown())
	families := j.refs.byFamily(all, leastShare)
	if len(families) == 0 || !differs(families[0].verdict(), v) {
		return false
	}
	i := slices.IndexFunc(families, func(f family) bool { return sameSystem(f.verdict(), v) })
	return i < 0 || families[i].share < tieShare*families[0].share
}

// measuredOf is the print of the second generation that a host was judged by, or that of IPv6
// as it would be over IPv4; nil if there is none.
func measuredOf(h *whorl.Host) []method.Line {
	if like := overIPv4(h); like != nil {
		h = like
	}
	seen, _, _ := seenBy(h)
	return seen
}

// verdict is a family as a verdict has it.
func (f *family) verdict() *whorl.Verdict {
	return &whorl.Verdict{Vendor: f.class.Vendor, Family: f.class.Family}
}

// differs reports whether two verdicts are of systems that have nothing in common. What is
// known as a device or a program alone differs from nothing: nobody knows what it is made
// from.
func differs(a, b *whorl.Verdict) bool {
	for _, v := range []*whorl.Verdict{a, b} {
		if v.Family == "embedded" || v.DeviceType == programType || len(familiesOf(v)) == 0 {
			return false
		}
	}
	return !sameSystem(a, b)
}

// sameSystem reports whether two verdicts have a family in common.
func sameSystem(a, b *whorl.Verdict) bool {
	others := familiesOf(b)
	return slices.ContainsFunc(familiesOf(a), func(c [2]string) bool { return slices.Contains(others, c) })
}

// familiesOf are the vendors and families whose stacks a verdict is of.
func familiesOf(v *whorl.Verdict) (out [][2]string) {
	classes := v.Classes
	if len(classes) == 0 && v.Family != "" {
		classes = []whorl.Class{{Vendor: v.Vendor, Family: v.Family}}
	}
	for i := range classes {
		c := stackOf(classes[i : i+1])
		out = append(out, [2]string{c.Vendor, c.Family})
	}
	return out
}
