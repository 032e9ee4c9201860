package method

import "time"

// Course is how an exchange goes.
type Course struct {
	First   time.Time // first packet sent
	Last    time.Time // last packet sent or received
	Packets int       // packets sent, repeats included
	RTT     RTT
}

// Leave notes that the probe of a slot is on its way.
func (s *Slot[R]) Leave(c *Course, at time.Time) {
	s.Sends++
	s.Sent = at
	if c.Packets == 0 {
		c.First = at
	}
	c.Packets++
	c.Last = at
}

// Answer notes what answers the probe of a slot. The round trip time is taken from it if it
// is sure, and no answer to a repeat, which is ambiguous (Karn and Partridge, 1987).
func (s *Slot[R]) Answer(c *Course, r *R, at time.Time, sure bool) {
	s.Reply = r
	if sure && s.Sends == 1 {
		c.RTT.Add(at.Sub(s.Sent))
	}
}
