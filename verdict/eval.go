package verdict

import (
	"math"
	"math/rand/v2"
	"slices"

	"whorl"
	"whorl/method"
	"whorl/method/expr"
	"whorl/osdb"
)

// Evaluation is how well the rules do when every reference in turn plays a host and
// only the others may name it.
type Evaluation struct {
	Scenario string  `json:"scenario"`
	Hosts    int     `json:"hosts"`
	Nmap     Right   `json:"nmap"`
	Own      Right   `json:"own"`
	Answered float64 `json:"answered"` // share of hosts with a family above the threshold
	Wrong    float64 `json:"wrong"`    // share of those answered whose family is wrong
	ECE      float64 `json:"ece"`      // expected calibration error of the family's probability
	Bins     []Bin   `json:"bins"`     // reliability
}

// Right is the share of hosts whose first answer is right; ties count in parts.
type Right struct {
	Family     float64 `json:"family"`
	Generation float64 `json:"generation"`
}

// Bin is one line of a reliability table.
type Bin struct {
	Said  float64 `json:"said"`  // mean probability
	Right float64 `json:"right"` // share that was right
	Hosts int     `json:"hosts"`
}

// EvalOptions steer an evaluation.
type EvalOptions struct {
	Seed      uint64
	Hosts     int                  // how many hosts in each scenario; 0 means all
	Only      func(entry int) bool // which entries may play a host; nil means all
	Threshold float64
}

const bins = 10

// Evaluate runs all scenarios over the references of set.
func Evaluate(set osdb.Set, m *Model, o EvalOptions) (out []Evaluation) {
	refs := NewReferences(set)
	e := evaluator{refs: refs, weigher: NewWeigher(refs, m), matcher: Compile(set, expr.Whorl).Matcher(),
		generations: groupBy(refs.Entries, generationOf), o: o}
	for i, s := range Scenarios {
		out = append(out, e.run(s, rand.New(rand.NewPCG(o.Seed, uint64(i)))))
	}
	return out
}

type evaluator struct {
	refs        *References
	weigher     *Weigher
	matcher     *Matcher
	generations groups
	o           EvalOptions
}

func (e *evaluator) run(s Scenario, rng *rand.Rand) Evaluation {
	out := Evaluation{Scenario: s.Name, Bins: make([]Bin, bins)}
	for _, host := range rng.Perm(len(e.refs.Entries)) {
		if e.o.Only != nil && !e.o.Only(host) {
			continue
		}
		if e.o.Hosts > 0 && out.Hosts == e.o.Hosts {
			break
		}
		seen := s.Change(Subject(e.refs.Entries[host].Gen2, rng), e.refs, rng)
		out.Hosts++
		e.points(host, seen, &out)
		e.likelihood(host, seen, &out)
	}
	return out.normalised()
}

// points judges by Nmap's rule.
func (e *evaluator) points(host int, seen []method.Line, out *Evaluation) {
	best, n := -1.0, 0.0
	var family, generation float64
	for entry, score := range e.matcher.Scores(seen) {
		a := float64(score.Accuracy())
		if entry == e.refs.Entries[host] || a < best {
			continue
		}
		if a > best {
			best, n, family, generation = a, 0, 0, 0
		}
		n++
		f, g := e.right(host, entry)
		family += f
		generation += g
	}
	out.Nmap.Family += family / max(n, 1)
	out.Nmap.Generation += generation / max(n, 1)
}

// right compares the first class of an answer with the classes of the truth. Families are
// those that the judge sums up: what both descend from counts as well.
func (e *evaluator) right(host int, answer *osdb.Entry) (family, generation float64) {
	first := *answer
	first.Classes = generationOf(answer)
	if slices.ContainsFunc(classesOf(&first), func(c whorl.Class) bool { return e.isFamily(host, c) }) {
		family = 1
	}
	if slices.ContainsFunc(first.Classes, func(c whorl.Class) bool { return e.isGeneration(host, c) }) {
		generation = 1
	}
	return family, generation
}

// likelihood judges by ours: the family with the highest probability.
func (e *evaluator) likelihood(host int, seen []method.Line, out *Evaluation) {
	o := Observe(seen)
	scores := e.weigher.Scores(o, &e.weigher.model.Family)
	scores[host] = math.Inf(-1)
	shares(scores, scores, e.weigher.unknown())
	e.weigher.exclude(scores, o)
	family, said := best(e.refs.families.sums(scores))
	generation, _ := best(e.generations.sums(scores))
	right := slices.Contains(e.refs.families.of[host], family)
	if generation >= 0 && e.isGeneration(host, e.generations.names[generation]) {
		out.Own.Generation++
	}
	b := &out.Bins[min(int(said*bins), bins-1)]
	b.Hosts++
	b.Said += said
	if right {
		b.Right++
		out.Own.Family++
	}
	if said >= e.o.Threshold {
		out.Answered++
		if !right {
			out.Wrong++
		}
	}
}

// isFamily reports whether an entry is of that family or descends from it.
func (e *evaluator) isFamily(host int, f whorl.Class) bool {
	return slices.ContainsFunc(e.refs.families.of[host], func(n int) bool {
		c := e.refs.families.names[n]
		return c.Vendor == f.Vendor && c.Family == f.Family
	})
}

// isGeneration reports whether any class of an entry is of that generation.
func (e *evaluator) isGeneration(host int, g whorl.Class) bool {
	return slices.ContainsFunc(e.refs.Entries[host].Classes, func(c whorl.Class) bool {
		return c.Vendor == g.Vendor && c.Family == g.Family && c.Generation == g.Generation
	})
}

// best is the place of the largest value, the first of equal ones; -1 if none is above 0.
func best(values []float64) (at int, value float64) {
	at = -1
	for i, v := range values {
		if v > value {
			at, value = i, v
		}
	}
	return at, value
}

// normalised turns counts into shares.
func (e Evaluation) normalised() Evaluation {
	n := float64(max(e.Hosts, 1))
	e.Nmap.Family, e.Nmap.Generation = e.Nmap.Family/n, e.Nmap.Generation/n
	e.Own.Family, e.Own.Generation = e.Own.Family/n, e.Own.Generation/n
	e.Wrong /= max(e.Answered, 1)
	e.Answered /= n
	for i := range e.Bins {
		b := &e.Bins[i]
		if b.Hosts == 0 {
			continue
		}
		e.ECE += math.Abs(b.Said-b.Right) / n
		b.Said /= float64(b.Hosts)
		b.Right /= float64(b.Hosts)
	}
	return e
}
