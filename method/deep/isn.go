package deep

import (
	"math"

	"whorl/method"
)

// isn is ISN4. The gaps between K1-K4 differ, and so do the numbers of SYNs in them, so
// that steps do not look like time. They are multiples of one, as other connections
// move the counter too.
func (e *Exchange) isn() (l method.Line, ok bool) {
	l.Test = "ISN4"
	s, doubt := e.samples()
	if len(s) < 3 {
		return l, false
	}
	var step, widest uint32
	for i := 1; i < len(s); i++ {
		d := s[i].isn - s[i-1].isn
		step, widest = gcd(step, d), max(widest, d)
	}
	rate, even := line(s, doubt, maxISN, func(x sample) uint32 { return x.isn })
	switch {
	case widest == 0:
		l.Set("C", "K")
	case even && rate >= 1 && doubt <= maxDoubt:
		l.Set("C", "T")
		l.Set("R", hex(uint32(math.Round(8*math.Log2(rate)))))
	case step >= minStep && widest < maxPace:
		l.Set("C", "I")
		l.Set("D", hex(step))
	case widest < maxPace && doubt > maxDoubt:
		return l, false // a clock would look uneven too
	case widest < maxPace:
		l.Set("C", "G")
	default:
		l.Set("C", "R")
	}
	return l, true
}

func gcd(a, b uint32) uint32 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
