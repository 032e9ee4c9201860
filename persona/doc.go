// Package persona turns a database entry into a host: a [Persona] answers packets
// as the stack of the entry would, so that a scan finds what the entry says. It is
// the matcher run backwards, and serves as the simulated host of tests, as the
// network of benchmarks and as a decoy.
//
// It answers by meaning: the state of the port, the flags, the options that were
// offered. It does not recognise scanners, and an ordinary client gets an ordinary
// SYN-ACK. A reference that allows several values stands for several hosts; one of
// them is chosen when the persona is made, from a key and its address, and stays
// the same ever after.
//
// A persona is pure, like all that thinks here: a link.Node that is given packets
// and times. It is bounded in memory whatever it is sent, never answers for an
// address that is not its own, and answers UDP and ICMP with no more than what
// came and 28 bytes of headers, 48 over IPv6.
//
// Over IPv6 a host answers as lines of package ipv6 say, if its record has some, and else as
// TCP over IPv4 carries over and the RFCs ask for. It may have an address of each version: the
// clock, the sequence numbers, the connections and the services are one.
//
// Where a record has lines of package deep, what they tell of is answered so too: the
// clock and ISNs of one 4-tuple, SYNs that ask for Accurate ECN or are signed; over IPv4
// fields that echo replies and resets copy, size and TOS of errors and how many leave at
// once.
//
// Where a record has tests of Nmap's first generation, its probes are answered as these say,
// and so is everything that means the same if it has no others. What they tell nothing of
// is usual: a TTL of 64, echo replies.
//
// An open port has connections: a minimal TCP with fixed window, at most four segments
// under way, and the options of its handshake. What is said over them is a [Service]: a
// dialogue as data, shared by all personas that have it. [Usual] gives those of ssh, http,
// ftp, smtp, telnet and smb that a system comes with, [Doubts] finds texts that contradict the
// record. At an open port without a service everything is accepted and nothing is said.
// What both sides say can be listened to. With a [Backend] a real program speaks instead:
// handshake, windows, segments and their repeats stay the persona's, and the bytes go through a
// [Stream], no faster than the slower side reads. Who runs the persona opens it (Options.Dial).
//
// SYN-ACKs, data and FINs that are not acknowledged are repeated when the record says so
// (SynRcvd, LastAck and FinWait1 of package backoff), as a host with a clock and a timer
// of its own would, and given up as it says. SYN-ACKs of records without SynRcvd are not
// repeated.
//
// Bounds: 4,096 half-open connections, 64 of them of one peer, 1,024 open ones, 64 of one
// peer, numbers of 65,536 peers. A SYN beyond them is answered and forgotten; of more than
// 100 in a second nothing is repeated. No data goes to somebody who has not acknowledged
// an initial sequence number that nobody can guess; where that is constant, no more than
// three times what came.
//
// What it is not: a host that limits its rate or puts fragments together; who puts it on a
// real network does, and answers for it who looks for its hardware address.
//
// Sources: what is measured, https://nmap.org/book/osdetect-methods.html; how
// it is computed, package gen2; connections, RFC 9293; errors, RFC 792 and RFC 1122; IPv6, RFC
// 8200, RFC 4443 and RFC 4861.
//
//	p, err := persona.New(entry, persona.Options{Addr: addr, OpenTCP: []uint16{22}})
//	...
//	p.Receive(now, packet, outlet)
package persona
