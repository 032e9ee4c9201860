package method

import "time"

// RTT estimates the round trip time as RFC 6298 does.
type RTT struct {
	Smoothed, Var time.Duration
	Samples       int
}

// Add takes one sample. Samples below zero or above ten seconds are clock errors
// and left out.
func (r *RTT) Add(d time.Duration) {
	if d < 0 || d > 10*time.Second {
		return
	}
	r.Samples++
	if r.Samples == 1 {
		r.Smoothed, r.Var = d, d/2
		return
	}
	diff := r.Smoothed - d
	r.Var += (max(diff, -diff) - r.Var) / 4
	r.Smoothed += (d - r.Smoothed) / 8
}

// Patience is how long to wait for an answer before it counts as missing: four
// round trips with their spread, but at least floor, and unknown while nothing
// has been answered.
func (r *RTT) Patience(floor, unknown time.Duration) time.Duration {
	if r.Samples == 0 {
		return unknown
	}
	return max(4*(r.Smoothed+r.Var), floor)
}
