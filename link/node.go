package link

import (
	"time"

	"whorl/packet"
)

// Node is the far end of a link: something that is given packets and answers some
// of them. A persona is one, and so is a middlebox with another node behind it.
// Nodes have no clock of their own and are called from one goroutine.
type Node interface {
	// Receive is given a packet with its network layer filled in. p and its slices
	// are valid during the call only (packet.Packet.Clone keeps one).
	Receive(now time.Time, p *packet.Packet, out Outlet)
}

// Outlet is how a node acts: on packets leaving, and on time.
type Outlet interface {
	// Send lets a packet leave after that delay. It is taken as it is at the call.
	Send(after time.Duration, p *packet.Packet)
	// After calls f when the delay has passed.
	After(delay time.Duration, f func(now time.Time))
}
