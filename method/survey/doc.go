// Package survey asks the same question at several ports of one address, a few times
// each, so that answers of different machines show: a port-forwarding NAT, a load
// balancer, a proxy, a firewall that resets in a host's name. Nothing that a stack
// does differently from port to port is asked for, so what differs is another stack.
//
// [Machine] sends one packet at a time, at most [MaxPackets] of them, in half a second,
// round after round, so that a counter or a clock that ports share is seen to be shared.
// Nothing is repeated: what is lost is missing. A SYN is S1 of package gen2, which
// shows the most. [Exchange.Measure] turns the answers into a [Print].
//
// A print has a line for each port and one for pings. Of an attribute there is a value
// for each answer, in the order in which the probes left, with commas in between; one
// value stands for all if they are the same. Numbers are hexadecimal.
//
//	TCP80  answers to SYNs to port 80
//	ECHO   answers to echo requests (RFC 792, RFC 4443): AT, T, DF, TOS and ID alone
//	N      packets sent, the only attribute if nothing came back
//	AT     when the answer came, milliseconds after the first packet
//	T      TTL or hop limit as received
//	DF     Y or N; like ID, not over IPv6
//	TOS    of the answer, or its traffic class
//	ID     IP ID
//	F      TCP flags, as in package gen2
//	W      window
//	O      TCP options, as in package gen2
//	SEQ    sequence number; the ISN, if the port accepts
//	A      acknowledgement number: that of the SYN and one (S+), that of the SYN (S),
//	       zero (Z), other (O)
//	TS     value of the timestamps option, - if there is none
//
// The package does not judge; that is done in package verdict. There are no records of
// surveys, as they compare an address with itself.
package survey
