package main

import "time"

// pace is how fast a scan goes, from what happened lately: a scan that slows down or
// comes to another kind of network is told of as it is now.
type pace struct {
	samples []sample // the oldest first
}

// sample is the state of a scan at a time.
type sample struct {
	at      time.Time
	done    int64 // hosts
	packets int64
}

// Bounds of what a pace looks back on.
const (
	paceWindow = 30 * time.Second
	paceHosts  = 100 // finished in the window; else it is longer
	maxSamples = 256
	leastPace  = 2 * time.Second // nothing is said from less
)

// add notes a sample. Until the first host is done there is no pace: hosts take some
// seconds, which would count as slowness.
func (p *pace) add(s sample) {
	if n := len(p.samples); n > 0 && p.samples[n-1].done == 0 {
		p.samples = p.samples[:0]
	}
	p.samples = append(p.samples, s)
	for len(p.samples) > 2 && s.at.Sub(p.samples[1].at) >= paceWindow && s.done-p.samples[1].done >= paceHosts {
		p.samples = p.samples[1:]
	}
	if len(p.samples) > maxSamples { // a slow scan: half of the samples say as much
		kept := p.samples[:0]
		for i := range p.samples {
			if i%2 == 0 || i == len(p.samples)-1 {
				kept = append(kept, p.samples[i])
			}
		}
		p.samples = kept
	}
}

// rates are the hosts done and the packets sent per second; zero is unknown.
func (p *pace) rates() (hosts, packets float64) {
	if len(p.samples) < 2 {
		return 0, 0
	}
	first, last := p.samples[0], p.samples[len(p.samples)-1]
	took := last.at.Sub(first.at)
	if took < leastPace {
		return 0, 0
	}
	return float64(last.done-first.done) / took.Seconds(), float64(last.packets-first.packets) / took.Seconds()
}
