package sweep

import (
	"net/netip"
	"time"
)

// Found is one answer.
type Found struct {
	Addr  netip.Addr // that was asked
	Port  uint16     // TCP port that was asked; 0: an echo request
	State State
	From  netip.Addr    // who answered: Addr, or a router on the way to it
	TTL   uint8         // of the answer, as received
	At    time.Time     // when it came
	RTT   time.Duration // from the probe to the answer, to the millisecond
}

// Up reports whether the address itself has answered.
func (f *Found) Up() bool { return f.From == f.Addr }

// State is what an answer says of the port or address that was asked.
type State uint8

// The states. What a firewall drops gives none.
const (
	Open        State = iota + 1 // SYN+ACK
	Closed                       // RST
	Alive                        // echo reply
	Unreachable                  // ICMP destination unreachable, by a router or the host itself
	Expired                      // ICMP time exceeded: the packet went in a circle, or too far
)

// String gives the state in one word.
func (s State) String() string {
	switch s {
	case Open:
		return "open"
	case Closed:
		return "closed"
	case Alive:
		return "alive"
	case Unreachable:
		return "unreachable"
	case Expired:
		return "expired"
	}
	return "unknown"
}
