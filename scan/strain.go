package scan

import "time"

// strain tells whether this machine and the path still keep up. Each sign makes the
// engine start fewer hosts: frames lost in the receive ring, timers that fire late,
// and a fall in the share of probes that are answered. And it tells how busy the engine
// is, so that it need not come to that.
type strain struct {
	drops uint64  // lost frames at the last look
	late  float64 // how late timers fired, seconds, averaged over some hundred turns
	load  float64 // share of the time that was not spent waiting, averaged over some looks

	idle   time.Duration // waited since the last look
	looked time.Time

	sent  int       // probes of hosts that are up, in this window
	heard int       // their answers
	share float64   // answers for each probe, averaged over windows; 0: not known yet
	since time.Time // when the window began
	low   int       // windows in a row with few answers
}

const (
	strainEvery = 50 * time.Millisecond  // between two looks at what was lost
	lateGate    = 3 * time.Millisecond   // later than this no host is started
	lateStrain  = 10 * time.Millisecond  // an average beyond it means that the scan has to slow down
	lateWeight  = 0.02                   // of one turn in the average
	loadWeight  = 0.2                    // of one look in the average
	window      = 500 * time.Millisecond // for the share of answers
	leastProbes = 500                    // that a window must have to be judged
	collapse    = 0.5                    // of the usual share, or less
	shareWeight = 0.1
)

// turn notes how late the earliest timer fires in this turn of the loop.
func (s *strain) turn(late time.Duration) {
	s.late += lateWeight * (max(late, 0).Seconds() - s.late)
}

// look reports whether the scan has to slow down. drops are all frames lost so far.
func (s *strain) look(drops uint64, now time.Time) bool {
	if gone := now.Sub(s.looked); gone > 0 {
		s.load += loadWeight * (1 - min(s.idle.Seconds()/gone.Seconds(), 1) - s.load)
	}
	s.looked, s.idle = now, 0
	lost := drops > s.drops
	s.drops = drops
	return lost || s.late > lateStrain.Seconds() || s.silent(now)
}

// silent ends a window that is over, and reports whether far fewer probes than usual
// have been answered, twice in a row.
func (s *strain) silent(now time.Time) bool {
	if now.Before(s.since.Add(window)) || s.sent < leastProbes {
		return false
	}
	share := float64(s.heard) / float64(s.sent)
	s.since, s.sent, s.heard = now, 0, 0
	if s.share == 0 {
		s.share = share
	}
	if share < collapse*s.share {
		s.low++
		return s.low >= 2
	}
	s.low = 0
	s.share += shareWeight * (share - s.share)
	return false
}
