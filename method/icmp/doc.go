// Package icmp reads what ICMP and ICMPv6 messages that were heard tell of the stack that
// sent them. It sends nothing.
//
// Port unreachables and echo replies answer packets of others as they answer probes. So what
// they show is told in the tests of the methods that send such probes, and any record of
// those can judge it. Only what the capture defines is told:
//
//	U1     port unreachable over IPv4 (package gen2): R DF T TG IPL UN RIPL RID RIPCK RUCK RUD
//	QU     the same as an answer to 540 bytes (package deep): IPL, TOS
//	U1_6   port unreachable over IPv6 (package ipv6): R HL HLG TC FL PL ET EC UN RPL RFL RUCK RUD
//	IE     echo replies over IPv4 (package gen2): DFI T TG CD
//	EC     the same (package deep): ID, TOS
//	IE1_6  echo replies over IPv6 (package ipv6): HLG FL
//	Heard  N messages, and TTL, the TTLs or hop limits with which they came
//
// A value is an expression where the capture leaves several open. A whole datagram of 100
// bytes in a quote says that U1 would have been answered with IPL=80-164: stacks quote up to
// so many bytes and no more. A request with DF and a reply with it say DFI=Y|S.
//
//   - unreach.go: [Unreach] collects port unreachables of a host, and the packets that they
//     quote, beside the datagrams that caused them where these were seen,
//   - echo.go: [Echo] collects echo replies of a host beside their requests,
//   - cause.go: [Cause] is what is kept of a datagram or request until its answer comes,
//   - tests.go: both as tests,
//   - print.go: these as text, [Print],
//   - reference.go: what records say of those tests, and how that compares.
//
// A message counts for its sender alone if it sends what only the end of a path does: a port
// unreachable that quotes a packet to the sender itself. What routers and firewalls send
// (time exceeded, administratively prohibited) tells nothing of the host that was meant.
//
// Sources: RFC 792, RFC 4443, RFC 1122 section 3.2.2 and RFC 1812 section 4.3.2 (how much is
// quoted, precedence), RFC 4884 (extensions); the values of stacks are in the records.
package icmp
