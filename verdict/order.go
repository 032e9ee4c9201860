package verdict

import (
	"math"
	"strings"

	"whorl/method/expr"
	"whorl/method/gen2"
)

// order is how a stack writes its TCP options, whatever their numbers are and whichever
// of them a setting or the path leaves out. That is compiled in. It is a set of facts,
// each of which has an opposite.
//
// A box in the path that takes an option out leaves NOPs in its place, and a host does not
// send what is switched off or was not offered. Neither puts an option before another
// that it stood behind, takes the NOP before a scale away, or ends a list in another way.
// So a host that shows the opposite of what a record tells has another stack.
type order uint32

// ordered are the options that are looked at, as in option texts: MSS, scale, SACK,
// timestamps.
const ordered = "MWST"

// Bits of facts: 4*i+k says that option i stands before option k, alignedBefore+i that NOPs
// before option i align it to four bytes, and alignedBehind+i that padding behind it does.
const alignedBefore, alignedBehind = 16, 20

// orderOf is the order of an option text like M5B4ST11NW[0-A].
func orderOf(text string) (o order) {
	layout := optionPart(text, "MWT", false)
	for at := range layout {
		i := strings.IndexByte(ordered, layout[at])
		if i < 0 {
			continue
		}
		rest := layout[at+1:]
		for k := range ordered {
			if strings.IndexByte(rest, ordered[k]) >= 0 {
				o |= 1 << (4*i + k)
			}
		}
		o |= alignment(i, layout[:at], rest)
	}
	return o
}

// alignment is the fact of option i between what is before and behind it. A scale has
// three bytes and the others an even number, so that an odd number of NOPs before a scale
// stays odd if others are replaced by NOPs. Before the others, more than two stand for an
// option that was taken out.
func alignment(i int, before, behind string) order {
	nops := len(before) - len(strings.TrimRight(before, "N"))
	if ordered[i] == 'W' {
		if nops%2 == 1 {
			return 1 << (alignedBefore + i)
		}
		return 1 << (alignedBehind + i)
	}
	switch {
	case nops == 2:
		return 1 << (alignedBefore + i)
	case nops == 0 && strings.HasPrefix(behind, "L"):
		return 1 << (alignedBehind + i)
	}
	return 0
}

// opposite are the opposites of all facts.
func (o order) opposite() (out order) {
	for i := range len(ordered) {
		for k := range len(ordered) {
			out |= o >> (4*i + k) & 1 << (4*k + i)
		}
	}
	return out | o>>alignedBefore&0xF<<alignedBehind | o>>alignedBehind&0xF<<alignedBefore
}

// contradicts reports whether two orders are of different stacks. What one of them has
// both ways tells nothing: some stacks answer in the order of the question.
func (o order) contradicts(p order) bool {
	return o&^o.opposite()&p.opposite()&^p != 0
}

// ordersOf are the facts of expressions, of all alternatives of each.
func ordersOf(exprs []expr.Expr) []order {
	out := make([]order, len(exprs))
	for i, e := range exprs {
		for _, alt := range e.Alternatives() {
			out[i] |= orderOf(alt.Text)
		}
	}
	return out
}

// isOptions reports whether an attribute is an option text.
func isOptions(t gen2.Test, attr int) bool {
	return strings.HasPrefix(gen2.Tests[t].Attrs[attr].Name, "O")
}

// orderDrift is how often a host contradicts the record of its own system. Of 1,237 records
// of Linux in nmap-os-db 5 contradict the others, and 14 are of 2.6.27, which had an order
// of its own; of all records 2 in 1,000 contradict every other of their class.
const orderDrift = 0.01

// orders are those of all records. Thousands of records have few different ones.
type orders struct {
	kinds  []order
	cost   []float64 // of contradicting each kind, natural logarithm, not above 0
	kindOf []int     // by entry
}

// newOrders finds the costs: the logarithm of how much more often a host contradicts the
// record of its own system than that of another. As with features there are two imaginary
// systems.
func newOrders(of []order) (r orders) {
	known := map[order]int{}
	var systems []int // of each kind
	for _, o := range of {
		kind, ok := known[o]
		if !ok {
			kind = len(r.kinds)
			known[o] = kind
			r.kinds, systems = append(r.kinds, o), append(systems, 0)
		}
		systems[kind]++
		r.kindOf = append(r.kindOf, kind)
	}
	for _, o := range r.kinds {
		others := 1
		for kind, p := range r.kinds {
			if p.contradicts(o) {
				others += systems[kind]
			}
		}
		r.cost = append(r.cost, min(math.Log(orderDrift*float64(len(of)+2)/float64(others)), 0))
	}
	return r
}

// of is the order of an entry.
func (r *orders) of(entry int) order { return r.kinds[r.kindOf[entry]] }

// against is what an order takes from records of each kind: 0 where the two do not
// contradict each other.
func (r *orders) against(seen order) []float64 {
	out := make([]float64, len(r.kinds))
	for kind, o := range r.kinds {
		if seen.contradicts(o) {
			out[kind] = r.cost[kind]
		}
	}
	return out
}
