package seek

import (
	"whorl/method"
)

// State is what is known of a candidate.
type State struct {
	Reason string // syn-ack, reset, or the ICMP error
	Port   uint16
	Open   bool
	Closed bool
	TTL    uint8 // of the answer, as received
	// Forged is set if the answer comes from another distance than the host's others.
	Forged bool
}

// Result is what was found.
type Result struct {
	Up        bool
	Reason    string  // echo-reply, syn-ack, reset, user-set, ...
	Ports     []State // those that answered, in the order of their answers
	Silent    int     // candidates tried that did not answer
	OpenTCP   uint16  // 0 if none
	ClosedTCP uint16  // a guess if not ClosedKnown
	ClosedUDP uint16  // always a guess
	// ClosedKnown is set if ClosedTCP has answered with a reset.
	ClosedKnown bool
	// SYNACK is the answer of OpenTCP, or of the first open port if that is none, without
	// data and from the IP header on; nil if none was seen.
	SYNACK []byte
	RTT    method.RTT
}
