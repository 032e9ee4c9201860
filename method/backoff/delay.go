package backoff

import (
	"slices"
	"time"
)

// spread estimates the mean queueing delay of a path from round trips: their mean
// above the shortest, which is the least of as many exponential delays itself. Less
// than three round trips tell nothing.
func spread(trips []time.Duration) time.Duration {
	if len(trips) < 3 {
		return 0
	}
	shortest := slices.Min(trips)
	var sum time.Duration
	for _, t := range trips {
		sum += t - shortest
	}
	return max(sum/time.Duration(len(trips)-1), time.Microsecond)
}

// delays are mean delays to sum over, as the one of the run is an estimate of few
// packets.
func (p Params) delays(r *Run) [3]float64 {
	b := r.Delay
	if b == 0 {
		b = p.Delay
	}
	out := [3]float64{}
	for i, f := range [3]float64{0.5, 1, 2} {
		out[i] = max(time.Duration(float64(b)*f), p.DelayFloor).Seconds()
	}
	return out
}
