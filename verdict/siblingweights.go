package verdict

import "math"

// All figures behind siblings, in one place, set by hand: how likely two addresses are of one
// machine before they have been compared, and how often something differs between the
// addresses of one machine and of two. docs/ipv6.md explains them. Odds are natural
// logarithms.
const (
	// siblingSurest is the least probability with which two addresses get one verdict.
	siblingSurest = 0.8
	// siblingOther is the highest with which they are called those of two machines.
	siblingOther = 0.2

	oddsOfHardware = 3.9   // one hardware address: 98 %
	oddsOfEUI64    = 2.9   // the interface identifier is made of it: 95 %
	oddsOfISATAP   = 2.9   // the interface identifier has the IPv4 address
	oddsOf6to4     = 2.2   // the address of a 6to4 router that has its IPv4 address twice: 90 %
	oddsOfName     = 0.85  // a name that has one address of each version: 70 %
	oddsOfCrowd    = -0.85 // a name that has several of one: 30 %; any address of a 6to4 site too
)

// oddsOfNothing are those of two addresses that nothing leads to but that both were scanned,
// with so many others.
func oddsOfNothing(others int) float64 { return oddsOfCrowd - math.Log(float64(max(others, 1))) }

// What differs between the answers of two addresses. Their strongest difference counts, as
// all come of what the system is.
var (
	byStackLayout  = chance{0.005, 0.5} // of options; the same for all sockets of a system
	byStackScale   = chance{0.03, 0.35} // follows the buffer
	byStackWindow  = chance{0.08, 0.45} // the same; ways to make it of the MSS are many
	byStackClock   = chance{0.01, 0.3}  // whether there are timestamps, their rate, one clock for all connections or one for each
	byStackISN     = chance{0.005, 0.2} // random numbers, or such that count
	byStackECN     = chance{0.03, 0.3}
	byStackFlags   = chance{0.02, 0.3}  // flags and numbers of SYN-ACKs, and oddities
	byStackResets  = chance{0.03, 0.3}  // answers to segments of no connection; a filter may forge them
	byStackTTL     = chance{0.15, 0.4}  // against the hop limit; a stack has a setting for each
	byStackPorts   = chance{0.15, 0.4}  // one is open here and closed there; a program may serve one version
	byStackName    = chance{0.1, 0.6}   // the verdicts of the two alone are of two families
	byStackVersion = chance{0.2, 0.5}   // of two generations of one family
	byStackUnknown = chance{0.15, 0.8}  // one of the two has no name alone: what answers alike tells little
	byStackLine    = chance{0.005, 0.9} // timestamps of two clocks, of a stack that has one
)

// That nothing differs speaks for one machine, the more has been seen.
var (
	bySameConnections = chance{0.05, 0.65} // how they are accepted
	bySameResets      = chance{0.05, 0.3}
)
