// Package ipv6 fingerprints TCP/IP stacks over IPv6 with Nmap's probes: seventeen of them,
// six timed SYNs, two odd echo requests, a neighbour solicitation, a datagram and seven
// odd segments.
//
// [Probes] is what is sent, [Machine] sends it in time and files the answers in an
// [Exchange], [Exchange.Print] turns that into a [Print]: tests of our own
// ([Exchange.Measure]) and the answers as Nmap writes them, of which its classifier makes
// 695 numbers. A [Reference] is a database record of our tests whose values are
// expressions; [Reference.Score] compares the two by points. [Replay] finds exchanges in
// captures, Nmap's too.
//
// A test is named as the one of the second generation that it is like (package gen2),
// with a 6 behind; where that name ends in a digit, with _6. What TCP alone decides is
// measured by that package, and so named and valued exactly as over IPv4 ([Carried]):
//
//	SEQ6  SP GCD ISR TS; FL: flow labels of the SYN-ACKs are all zero (Z), that of the
//	      probe (S), all another one (C), one for each connection (F)
//	OPS6  O1-O6, options of the SYN-ACKs
//	WIN6  W1-W6, their windows
//	ECN6  R; HL HLG TC FL; W O CC Q
//	T1_6  R; HL HLG TC FL; S A F RD Q
//	T2_6  to T7_6: R; HL HLG TC FL; W S A F O RD Q
//	U1_6  error that answers a datagram. R; HL HLG TC FL PL ET EC; UN; of the quote RPL
//	      payload length, RFL flow label, RUCK checksum and RUD data, G as sent
//	IE1_6 echo request of code 9 with a hop-by-hop header. R HL HLG TC FL PL; CD: code of
//	      the reply, Z zero, S as sent; of an error ET EC EP
//	IE2_6 echo request with extension headers in a forbidden order. As IE1_6
//	NS6   neighbour solicitation to the host's own address. R HL HLG TC FL PL; NF: flags of
//	      the advertisement, R router, S solicited, O override
//
// Of every answer HL is the hop limit that it left with, or HLG a guess at it where the
// distance is not known; TC the traffic class; FL the flow label: zero (Z), that of the
// probe (S), other (O). PL is the payload length, bytes. ET EC EP are type, code and
// pointer of an ICMPv6 error (RFC 4443). Numbers are hexadecimal.
//
// Probes and text follow Nmap 7.93 as seen on the wire. Where this package differs on
// purpose:
//   - probes leave 25 ms apart, and S1-S6 that were not answered are repeated one by one
//     from other ports, as in package gen2;
//   - an answer that does not fit its probe is taken only if no better one comes, and so is
//     an error in place of a segment, which our tests do not look at;
//   - identifiers of echo requests are secret, one acknowledgement number serves all
//     probes, and one hop limit all but NS.
//
// The package finds no ports and does not judge. Whoever drives it says if the host is on
// the link ([Target]), as only then NS makes sense, and sees to it that connections which
// answers open are reset, as our kernel does.
//
//	m := ipv6.NewMachine(ipv6.Target{Addr: addr, OpenTCP: 80, ClosedTCP: 81, ClosedUDP: 81}, key.Stream(addr, "ipv6"), ipv6.Options{})
//	... // drive it
//	print := m.Print()
package ipv6
