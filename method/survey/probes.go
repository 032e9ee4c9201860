package survey

import (
	"time"

	"whorl/method"
	"whorl/method/gen2"
	"whorl/packet"
)

// Bounds of a survey.
const (
	MaxOpen    = 8  // ports that are open, or may be
	MaxClosed  = 3  // ports that are closed, or may be
	MaxPackets = 30 // sent

	fewRounds  = 3 // SYNs to each open port
	manyRounds = 6 // ... if there are at most fewOpen of them
	fewOpen    = 2
)

// Pace of a survey: its packets are spread over span, but no two are closer than gap.
const (
	span = 500 * time.Millisecond
	gap  = 15 * time.Millisecond
)

// SYN is what ports are asked with, whatever their state.
var SYN = gen2.Probes[gen2.S1]

// Echo is the request that shows how far away the address itself is.
var Echo = method.Shape{Name: "ECHO", To: method.ToHost, Proto: packet.ICMP, DataLen: 56, Fill: 'W'}

// rounds is how often each port that may be open is asked.
func rounds(open int) int {
	if open <= fewOpen {
		return manyRounds
	}
	return fewRounds
}

// schedule is the order in which ports are asked, 0 for a ping: in each round all that
// may be open, one that is closed, and the host itself.
func schedule(open, closed []uint16) (order []uint16) {
	for r := range rounds(len(open)) {
		order = append(order, open...)
		if len(closed) > 0 {
			order = append(order, closed[r%len(closed)])
		}
		order = append(order, echo)
	}
	return order
}

// echo stands for pings among ports.
const echo = 0
