// Package sim is an internet in memory. A [Net] is a link.Conn whose other end
// are nodes: hosts (persona.Persona is one) and, in front of them, middleboxes as
// objects of their own: [Impair] loses, delays, doubles and reorders, [Hops] are
// routers, [NAT] forwards ports to several hosts, [Balancer] spreads one port over
// several, [Relay] answers handshakes in a host's place, [Forger] sends resets in its
// name, [Silent] lets nothing in but SYNs to open ports, [Scrub] rewrites what a host
// sends.
//
// By default time is virtual: it moves only in Recv, straight to the next event
// or the deadline, so an hour passes in microseconds and the same run is the same
// bytes. With Options.RealTime the clock of the machine rules, which is what a
// demonstration wants.
//
// The package knows nothing of fingerprints.
package sim
