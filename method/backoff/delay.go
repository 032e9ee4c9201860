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
