package backoff

import "math"

// belief is what is known of when a segment left: a normal distribution, in seconds.
type belief struct{ mean, variance float64 }

// arrival is the distribution of when a segment comes that leaves by a belief: the
// sum of that and an exponential delay of a mean in seconds (an exponentially modified
// Gaussian).
type arrival struct {
	belief
	delay float64
}

// logDensity is the logarithm of the density at t, per second.
func (a arrival) logDensity(t float64) float64 {
	sigma := math.Sqrt(a.variance)
	z := t - a.mean
	return -math.Log(2*a.delay) + a.variance/(2*a.delay*a.delay) - z/a.delay +
		logErfc((sigma/a.delay-z/sigma)/math.Sqrt2)
}

// after is the probability that it comes after t.
func (a arrival) after(t float64) float64 {
	sigma := math.Sqrt(a.variance)
	z := t - a.mean
	switch {
	case z < -9*sigma:
		return 1
	case z > 9*sigma+40*a.delay+a.variance/a.delay:
		return 0
	}
	late := math.Exp(a.variance/(2*a.delay*a.delay) - z/a.delay + logNormal(z/sigma-sigma/a.delay))
	return min(max(math.Erfc(z/sigma/math.Sqrt2)/2+late, 0), 1)
}

// excludes reports whether that it comes between two times is less likely than e^-30.
func (a arrival) excludes(from, to float64) bool {
	sigma := math.Sqrt(a.variance)
	return to < a.mean-8*sigma || from > a.mean+8*sigma+30*a.delay+a.variance/a.delay
}

// seen is the belief after it came at t: the normal distribution tilted by the
// exponential and cut at t, by its first two moments.
func (a arrival) seen(t float64) belief {
	sigma := math.Sqrt(a.variance)
	mean := a.mean + a.variance/a.delay
	alpha := (t - mean) / sigma
	if alpha < -8 { // so early that only the cut counts; the limit of what follows
		return belief{t + sigma/alpha, a.variance / (alpha * alpha)}
	}
	hazard := math.Exp(-alpha*alpha/2-logNormal(alpha)) / math.Sqrt(2*math.Pi)
	return belief{mean - sigma*hazard, max(a.variance*(1-hazard*(alpha+hazard)), a.variance*1e-3)}
}

// logErfc is log(erfc(x)), also where erfc(x) is too small to be a number. The series
// is that of Abramowitz and Stegun, 7.1.23.
func logErfc(x float64) float64 {
	if x < 5 {
		return math.Log(math.Erfc(x))
	}
	y := 1 / (x * x)
	return -x*x - math.Log(x*math.Sqrt(math.Pi)) + math.Log1p(y*(-0.5+0.75*y))
}

// logNormal is the logarithm of the distribution function of the standard normal.
func logNormal(x float64) float64 { return logErfc(-x/math.Sqrt2) - math.Ln2 }

// student is Student's t distribution of so many degrees of freedom; norm is the logarithm
// of its greatest density, for a scale of 1.
type student struct{ degrees, norm float64 }

func newStudent(degrees float64) student {
	a, _ := math.Lgamma((degrees + 1) / 2)
	b, _ := math.Lgamma(degrees / 2)
	return student{degrees, a - b - math.Log(degrees*math.Pi)/2}
}

// logDensity is the logarithm of the density at x, of a scale.
func (s student) logDensity(x, scale float64) float64 {
	z := x / scale
	if s.degrees == 4 { // the usual one, by one logarithm
		y := 1 + z*z/4
		return s.norm - math.Log(scale*y*y*math.Sqrt(y))
	}
	return s.norm - math.Log(scale) - (s.degrees+1)/2*math.Log1p(z*z/s.degrees)
}

// logStudent is the same for one density alone.
func logStudent(x, scale, degrees float64) float64 { return newStudent(degrees).logDensity(x, scale) }

// logAdd is log(exp(a) + exp(b)).
func logAdd(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	if b < a-30 || math.IsInf(b, -1) {
		return a
	}
	return a + math.Log1p(math.Exp(b-a))
}
