package persona

import "time"

// peerIdle is how long a peer without connections is remembered: longer than any scan looks
// at how numbers grow.
const peerIdle = 10 * time.Minute

// Rest gives back the memory of what is long over. A host that nobody asks any more does not
// do so by itself: who keeps many calls it from time to time.
func (p *Persona) Rest(now time.Time) {
	p.peers.expire(now)
	p.tuples.expire(now)
	if len(p.conns.alarms) == 0 {
		p.conns.alarms = nil
	}
}
