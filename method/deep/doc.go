// Package deep is a method of our own: up to [MaxPackets] more packets, or [MaxPackets6]
// over IPv6, for what Nmap's probes leave open, such as the clock of one connection, the bits of
// Accurate ECN, TCP options with signatures and the limit of ICMP errors.
//
// [Probes] is what is sent, [Machine] sends it in time and files the answers in an
// [Exchange], [Exchange.Measure] turns that into a [Print]. [Score] compares a print
// with the lines of a database record, whose values are expressions.
//
// The tests, all measured by us on the stacks of the lab. R=N is said only if the
// probe was sent twice; a test that could not be settled is left out. Numbers are
// hexadecimal.
//
//	CLK   clock of the timestamps option (RFC 7323) over four SYNs on one 4-tuple.
//	      HZ: its rate per second, rounded to the usual one nearby.
//	      OFF: its offset is the same for all ports (S), another one for each
//	      (P), or random each time (R); timestamps are zero (Z), absent (U)
//	ISN4  growth of the initial sequence number on the same 4-tuple (RFC 9293
//	      section 3.4.1). C: with time (T), in steps that are multiples of one (I),
//	      unevenly but little (G), not at all (K), at random (R).
//	      R: 8 log2 of the rate per second, if T. D: the step, if I
//	AE    SYN that asks for Accurate ECN (RFC 9768) under ECT(1). B: the bits AE,
//	      CWR, ECE of the SYN-ACK as a number; 1 is classic ECN, 3 is ECT(1) seen.
//	      O: Y if it has an AccECN option
//	AN    the same under Not-ECT, where 2 is Accurate ECN
//	MD5   SYN with a TCP MD5 signature (RFC 2385), of no known key
//	AO    SYN with a TCP authentication option (RFC 5925), of no known key
//	EC    echo request with TTL, IP ID and TOS of its own. ID: that of the request
//	      (S), zero (Z), other (O). TOS: as requested (S), without the ECN bits (D),
//	      zero (Z), other (O). TTL: that of the request (S) or not (O)
//	RT    SYN to a closed port. TOS and ID of the RST, as in EC
//	QU    UDP of 540 bytes to a closed port. IPL: total length of the error,
//	      TOS: of the error
//	BU    seven such datagrams at once, the others empty. N: errors that came
//	BU6   seven empty datagrams at once, five after 330 ms, and five after 330 ms
//	      more. N: errors to the seven. L: to the ten, if they left in time
//
// Over IPv6 the first six and the last are asked. The six tell the same of a stack over
// both versions of IP (measured), and are asked by the same segments.
//
// The package finds no ports and does not judge. It works after package gen2 or ipv6, in
// another range of source ports, and needs what those need: our kernel resets the
// connections that answers open. Where it is kept from doing so, the ISNs of one
// 4-tuple stay the same and ISN4 says K.
//
//	m := deep.NewMachine(deep.Target{Addr: addr, OpenTCP: 80, ClosedTCP: 81}, key.Stream(addr, "deep"), deep.Options{})
//	... // drive it
//	print := m.Measure()
package deep
