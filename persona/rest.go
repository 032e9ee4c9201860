package persona

import "time"

// peerIdle is how long a peer without connections is remembered: longer than any scan looks
// at how numbers grow.
const peerIdle = 10 * time.Minute

// Rest gives back the memory of what is long over, and sees that connections do not wait for a
// call that the link has lost. A host that nobody asks any more does not do so by itself: who
// keeps many calls it from time to time.
func (p *Persona) Rest(now time.Time) {
	p.peers.expire(now)
	p.tuples.expire(now)
	if a := p.conns.alarms; len(a) > 0 {
		p.arm(now, a[0].out)
	} else {
		p.conns.alarms = nil
	}
}
