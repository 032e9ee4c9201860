package backoff

import (
	"math"
	"testing"
)

// The closed forms agree with numerical integration of what they stand for.
func TestArrival(t *testing.T) {
	for _, a := range []arrival{
		{belief{3, 0.04}, 0.05}, {belief{3, 1e-8}, 0.5}, {belief{0.2, 1e-4}, 0.0005}, {belief{-1, 0.25}, 0.25},
	} {
		sigma := math.Sqrt(a.variance)
		lo, hi := a.mean-8*sigma, a.mean+8*sigma+25*a.delay
		const n = 400_000
		step := (hi - lo) / n
		var mass, above float64
		at := a.mean + a.delay
		for i := range n {
			x := lo + (float64(i)+0.5)*step
			d := math.Exp(a.logDensity(x)) * step
			mass += d
			if x > at {
				above += d
			}
		}
		if math.Abs(mass-1) > 1e-3 || math.Abs(above-a.after(at)) > 1e-3 {
			t.Errorf("%v: mass %.5f, above %.5f, want %.5f", a, mass, above, a.after(at))
		}
	}
}

// The belief after an arrival has the moments of the tilted and cut normal.
func TestSeen(t *testing.T) {
	a := arrival{belief{3, 0.04}, 0.3}
	for _, at := range []float64{2.5, 2.9, 3.1, 4} {
		var mass, first, second float64
		for x := 1.5; x < at; x += 1e-5 {
			d := math.Exp(-(x-3)*(x-3)/2/0.04 + x/0.3)
			mass, first, second = mass+d, first+d*x, second+d*x*x
		}
		mean := first / mass
		if got := a.seen(at); math.Abs(got.mean-mean) > 1e-3 || math.Abs(got.variance-(second/mass-mean*mean)) > 1e-3 {
			t.Errorf("at %v: %v, want %.4f %.4f", at, got, mean, second/mass-mean*mean)
		}
	}
	if b := a.seen(-50); math.IsNaN(b.mean) || b.mean > -50 || b.variance <= 0 {
		t.Errorf("far too early: %v", b)
	}
}

func TestLogErfc(t *testing.T) {
	for _, x := range []float64{-6, 0, 1, 4.9, 5, 6, 20} {
		if want := math.Log(math.Erfc(x)); math.Abs(logErfc(x)-want) > 1e-3 {
			t.Errorf("%v: %v, want %v", x, logErfc(x), want)
		}
	}
	if l := logErfc(1e3); math.IsInf(l, 0) || math.IsNaN(l) {
		t.Error(l)
	}
}

func TestLogStudent(t *testing.T) {
	// Four degrees of freedom at the centre: 3/8.
	if got := math.Exp(logStudent(0, 1, 4)); math.Abs(got-0.375) > 1e-12 {
		t.Error(got)
	}
	if got, want := math.Exp(logStudent(2, 2, 4)), math.Exp(logStudent(1, 1, 4))/2; math.Abs(got-want) > 1e-12 {
		t.Errorf("%v, want %v", got, want)
	}
}
