package persona

import (
	"fmt"
	"math"

	"whorl/method/gen1"
)

// anything is what is wanted of steps that show by themselves what they should.
var anything = growth{sp: &anyNumber, gcd: &anyNumber, isr: &anyNumber, gaps: 5}

// growth chooses how initial sequence numbers grow, by TSeq. Without it they grow by
// random steps.
func (c *firstChooser) growth(i *instance) error {
	t := c.r.Test("TSeq")
	for _, class := range c.classes() {
		for _, g := range c.growths(class) {
			if g.first(t, class) {
				i.isns = g
				return nil
			}
		}
	}
	if t == nil {
		t = &gen1.ReferenceTest{}
	}
	return fmt.Errorf("TSeq: no steps of initial sequence numbers show %v", t.Line())
}

// classes are those that the record allows, the ones that it tells more of first.
func (c *firstChooser) classes() (out []gen1.Class) {
	t := c.r.Test("TSeq")
	x := t.Expr("Class")
	steps := t.Expr("gcd") != nil || t.Expr("SI") != nil
	order := [...]gen1.Class{gen1.RandomIncrements, gen1.TimeDependent, gen1.TrulyRandom, gen1.Rule64K, gen1.Increments800, gen1.Constant}
	for pass := range 2 {
		for _, class := range order {
			told := steps == (class <= gen1.RandomIncrements && class >= gen1.TimeDependent) &&
				(t.Expr("Val") != nil) == (class == gen1.Constant)
			if told == (pass == 0) && (x == nil || x.Match(class.String())) {
				out = append(out, class)
			}
		}
	}
	return out
}

// growths are ways to grow that may show the class, the likeliest first.
func (c *firstChooser) growths(class gen1.Class) (out []isns) {
	steps := func(unit uint32, steps ...uint32) {
		out = append(out, isns{unit: unit, steps: steps, exact: true, want: anything})
	}
	t := c.r.Test("TSeq")
	switch class {
	case gen1.Constant:
		value := uint64(c.secret.Uint32() | 1)
		if x := t.Expr("Val"); x != nil {
			value, _ = numberIn(x, math.MaxUint32, value)
		}
		out = append(out, isns{constant: true, value: uint32(value)})
	case gen1.Rule64K:
		steps(64000, 1, 1, 1, 1, 1)
	case gen1.Increments800:
		steps(800, 1, 1, 1, 1, 1)
	case gen1.TrulyRandom:
		for range 8 {
			var s [5]uint32
			for i := range s {
				s[i] = 1<<26 + c.secret.Uint32()%(maxStep-1<<26)
			}
			steps(1, s[:]...)
		}
	default:
		for _, unit := range numbersIn(t.Expr("gcd"), 1, 1<<20) {
			for _, index := range numbersIn(t.Expr("SI"), leastIndex[class], min(mostIndex[class], mostIndex[class]/unit)) {
				// Twice up, twice down and once the mean deviate by 2/sqrt(5) of d, and one
				// unit among them makes the common divisor what it should be.
				d := uint32(math.Round(float64(index) * math.Sqrt(5) / 2))
				steps(unit, 2*d+1, 1, d+1, 2*d+1, 1)
			}
		}
	}
	return out
}

// Bounds of the index of the classes that have one: steps of random increments are not
// above 50,000,000.
var (
	leastIndex = [...]uint32{gen1.TimeDependent: 0, gen1.RandomIncrements: 75, gen1.TrulyRandom: 0}
	mostIndex  = [...]uint32{gen1.TimeDependent: 74, gen1.RandomIncrements: 22_000_000, gen1.TrulyRandom: 0}
)

// numbersIn are numbers within bounds that the expression allows, few of each of its
// ranges: those in the middle by order of magnitude, and the ends. Nil allows any.
func numbersIn(x *gen1.Expr, lo, hi uint32) (out []uint32) {
	if x == nil {
		x = &anyFirst
	}
	for _, s := range x.Spans() {
		if s.Lo > uint64(hi) || s.Hi < uint64(lo) {
			continue
		}
		a, b := max(uint32(s.Lo), lo), uint32(min(s.Hi, uint64(hi)))
		middle := uint32(math.Sqrt((float64(a) + 1) * (float64(b) + 1)))
		for _, n := range [...]uint32{middle, a, b} {
			if n >= a && n <= b {
				out = append(out, n)
			}
		}
		if len(out) > 64 {
			break
		}
	}
	return out
}

var anyFirst = mustFirst("+")

func mustFirst(s string) gen1.Expr {
	x, err := gen1.ParseExpr(s)
	if err != nil {
		panic(err)
	}
	return x
}

// first asks the method itself whether numbers that grow so are of the class and show
// what the record says.
func (g *isns) first(t *gen1.ReferenceTest, class gen1.Class) bool {
	numbers := make([]uint32, 6)
	for i := range g.steps {
		numbers[i+1] = numbers[i] + g.steps[i]*g.unit
	}
	if g.constant {
		for i := range numbers {
			numbers[i] = g.value
		}
	}
	seen := gen1.GrowthOf(numbers)
	says := func(attr string, n uint32) bool {
		x := t.Expr(attr)
		return x == nil || x.Match(hex(n))
	}
	switch class {
	case gen1.Constant:
		return seen.Class == class && says("Val", seen.Value)
	case gen1.RandomIncrements, gen1.TimeDependent:
		return seen.Class == class && says("gcd", seen.GCD) && says("SI", seen.Index)
	}
	return seen.Class == class
}
