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
	late := math.Exp(a.variance/(2*a.delay*a.delay) - z/a.delay + logNormal(z/sigma-sigma/a.delay))
	return min(max(math.Erfc(z/sigma/math.Sqrt2)/2+late, 0), 1)
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

// logStudent is the logarithm of the density of Student's t at x, of a scale and so
// many degrees of freedom.
func logStudent(x, scale, degrees float64) float64 {
	a, _ := math.Lgamma((degrees + 1) / 2)
	b, _ := math.Lgamma(degrees / 2)
	z := x / scale
	return a - b - math.Log(degrees*math.Pi)/2 - math.Log(scale) - (degrees+1)/2*math.Log1p(z*z/degrees)
}

// logAdd is log(exp(a) + exp(b)).
func logAdd(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	if b < a-40 || math.IsInf(b, -1) {
		return a
	}
	return a + math.Log1p(math.Exp(b-a))
}
