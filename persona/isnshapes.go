package persona

import (
	"cmp"
	"math"
	"slices"

	"whorl/method"
)

// coarse is the mean number of units in a step up to which random steps do not come
// near enough to what they should show.
const coarse = 40

// shapes are n steps of about that mean and deviation.
func (c candidate) shapes(n int, secret *method.Stream) (out [][]uint32) {
	if c.unit == 0 {
		return [][]uint32{nil}
	}
	if c.mean > coarse {
		for range 8 {
			out = append(out, c.scale(randomShape(n, secret)))
		}
	}
	out = append(out, c.enumerate(n)...)
	even := [...]float64{1, -1, 1, -1, 0}
	one := [...]float64{1, 0, 0, 0, 0} // the largest deviation that a mean allows
	return append(out, c.scale(even[:n]), c.scale(one[:n]))
}

// randomShape is a pattern without order. Sums of four uniform numbers come near
// enough to a bell.
func randomShape(n int, secret *method.Stream) []float64 {
	p := make([]float64, n)
	for i := range p {
		for range 4 {
			p[i] += float64(secret.Uint32()) / (1 << 32)
		}
	}
	return p
}

// scale gives a pattern the candidate's mean and sample deviation; nil if a step
// would not be positive or too large.
func (c candidate) scale(pattern []float64) []uint32 {
	mean, dev := moments(pattern)
	steps := make([]uint32, len(pattern))
	for i, p := range pattern {
		k := math.Round(c.mean + (p-mean)*c.dev/dev)
		if k < 0 || k*float64(c.unit) > maxStep {
			return nil
		}
		steps[i] = uint32(k)
	}
	return steps
}

func moments(p []float64) (mean, dev float64) {
	for _, v := range p {
		mean += v / float64(len(p))
	}
	for _, v := range p {
		dev += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(dev / float64(len(p)-1))
}

// most is the largest step tried by enumeration, in units.
const most = 12

// enumerate gives the combinations of small steps that come nearest to the
// candidate's mean and deviation.
func (c candidate) enumerate(n int) (out [][]uint32) {
	if c.mean > most {
		return nil
	}
	type found struct {
		steps []uint32
		miss  float64
	}
	var all []found
	steps := make([]uint32, n)
	var walk func(i int, least, sum, squares uint32)
	walk = func(i int, least, sum, squares uint32) {
		if i < n {
			for k := least; k <= most; k++ {
				steps[i] = k
				walk(i+1, k, sum+k, squares+k*k)
			}
			return
		}
		mean := float64(sum) / float64(n)
		dev := math.Sqrt((float64(squares) - mean*float64(sum)) / float64(n-1))
		if miss := math.Abs(mean-c.mean) + math.Abs(dev-c.dev); miss < (c.mean+c.dev)/4+0.4 {
			all = append(all, found{slices.Clone(steps), miss})
		}
	}
	walk(0, 0, 0, 0)
	slices.SortStableFunc(all, func(a, b found) int { return cmp.Compare(a.miss, b.miss) })
	for _, f := range all[:min(len(all), 32)] {
		out = append(out, f.steps)
	}
	return out
}

func shuffle(s []uint32, secret *method.Stream) {
	for i := len(s) - 1; i > 0; i-- {
		j := secret.Between(0, i)
		s[i], s[j] = s[j], s[i]
	}
}
