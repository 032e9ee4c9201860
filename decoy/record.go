package decoy

import (
	"net/netip"
	"time"

	"whorl"
)

// recorded hands a frame to Options.Record for the contact that it belongs to; nil: for nobody.
func (n *Network) recorded(c *contact, frame []byte, at time.Time, sent bool) {
	if n.o.Record == nil || c == nil {
		return
	}
	switch no := n.o.Record(frame, at, sent); {
	case no <= 0:
	case c.frames.First == 0:
		c.frames = whorl.FrameSpan{First: no, Last: no}
	default:
		c.frames.Last = no
	}
}

// recordedSent is recorded, of a frame that leaves.
func (n *Network) recordedSent(frame []byte) {
	if n.o.Record == nil {
		return
	}
	to := n.target(frame)
	c := n.at
	if c == nil || c.src != to {
		c = n.contacts.of(to)
	}
	n.recorded(c, frame, n.now, true)
}

// target is the address that a frame with an IP packet is for.
func (n *Network) target(frame []byte) netip.Addr {
	const in4, in6 = 16, 24
	if frame = frame[n.header():]; frame[0]>>4 == 6 {
		return netip.AddrFrom16([16]byte(frame[in6:]))
	}
	return netip.AddrFrom4([4]byte(frame[in4:]))
}
