package verdict

import (
	"math"
	"slices"
)

// exclude takes probability from the records that the order of options contradicts. Their
// families keep of it the share that is left of them, as a family can have more than one
// order. The rest goes to records that explain all that was seen, if there are any, and
// else to no record: that one system does not fit makes no other fit better.
func (w *Weigher) exclude(all []float64, o *Observation) {
	r := w.refs
	kept := r.orders.against(o.order)
	if !slices.ContainsFunc(kept, func(cost float64) bool { return cost < 0 }) {
		return
	}
	for kind, cost := range kept {
		kept[kind] = math.Exp(cost)
	}
	whole, before := r.families.sums(all), 0.0
	for i, share := range all {
		before += share
		all[i] *= kept[r.orders.kindOf[i]]
	}
	gone, after, fitting := r.families.sums(all), 0.0, 0.0
	for f, left := range gone {
		gone[f] = 1 - left/max(whole[f], math.SmallestNonzeroFloat64)
	}
	var fit []int
	for i, share := range all {
		if share == 0 {
			continue
		}
		lost := 1.0 // the least that a family of the record has lost, as a share
		for _, f := range r.families.of[i] {
			lost = min(lost, gone[f])
		}
		all[i] *= 1 + lost
		after += all[i]
		if share >= leastShare && w.explains(i, o) {
			fit, fitting = append(fit, i), fitting+all[i]
		}
	}
	for _, i := range fit {
		all[i] *= 1 + max(before-after, 0)/fitting
	}
}

// explains reports whether a record has the order of an observation, and agrees in
// all that was seen and that it tells of.
func (w *Weigher) explains(entry int, o *Observation) bool {
	if w.refs.orders.of(entry)&o.order != o.order {
		return false
	}
	for i, f := range Features {
		tab := &w.refs.tests[f.Test]
		n := w.refs.features[i].of[tab.attrs[f.Attr].exprOf[tab.lineOf[entry]]]
		if n > 0 && o.knows(f) && !w.matches(i, o.tests[f.Test].values[f.Attr])[n] {
			return false
		}
	}
	return true
}
