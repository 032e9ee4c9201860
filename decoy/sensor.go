package decoy

import (
	"slices"
	"time"

	"whorl"
	"whorl/packet"
)

// Sensor recognises what is done to decoys by the frames to and from them. It is called from
// within [Network.Run].
type Sensor interface {
	// Frame is given one frame, which is not to be kept.
	Frame(link packet.LinkType, frame []byte, at time.Time)
	// Wake lets time pass; next is when it wants to be called again at the latest.
	Wake(now time.Time) (next time.Time)
	// End is called when nothing more will come.
	End()
}

// Recognised is told what a sensor makes of a contact, in one of its own records. The
// contact of the first source that is known is raised to it and told of again: with the class,
// the tool, the probes and what they learned, and with our own numbers of targets, ports and
// packets. The record is not kept.
func (n *Network) Recognised(r *whorl.Contact) {
	for _, src := range r.Sources {
		if c := n.contacts.of(src.Addr); c != nil {
			n.contacts.raise(c, r)
			return
		}
	}
}

// raise makes a contact what a sensor says it is, unless that is less than it was: who has
// taken a fingerprint and scans ports then is still who has taken it.
func (s *contacts) raise(c *contact, r *whorl.Contact) {
	before := c.raised
	if before != nil && weight(r.Class) < weight(before.Class) {
		return
	}
	raised := *r
	raised.Sources, raised.Probes, raised.Evasion = slices.Clone(r.Sources), slices.Clone(r.Probes), slices.Clone(r.Evasion)
	if r.Learned != nil {
		learned := *r.Learned
		raised.Learned = &learned
	} else if before != nil {
		raised.Learned = before.Learned
	}
	for i := range raised.Probes {
		raised.Probes[i].Frame = 0 // the sensor's own count, and of no capture
	}
	c.raised = &raised
	state := r.State
	if c.state == whorl.Confirmed { // it does not become less sure
		state = whorl.Confirmed
	}
	news := before == nil || before.Class != r.Class || before.Tool != r.Tool || state != c.state
	if r.State == whorl.Ended || !news {
		return // its end comes with that of the contact
	}
	s.record(c, state)
}

// weight orders classes by what they give away.
func weight(c whorl.ContactClass) int {
	switch c {
	case whorl.OSFingerprint:
		return 2
	case whorl.OSFingerprintTiming:
		return 1
	}
	return 0
}
