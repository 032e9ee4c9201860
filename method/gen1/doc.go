// Package gen1 is Nmap's first generation of TCP/IP fingerprinting (1998 to 2006, Nmap
// 2 to 4): 14 packets over IPv4, nine tests (TSeq T1-T7 PU). It is old, and so are its
// databases, nmap-os-fingerprints and honeyd's nmap.prints, which whorl reads but does
// not have: 1,700 systems of the years before 2008 that no other record knows any more.
//
// [Probes] is what is sent, [Machine] sends it in time and files the answers in an
// [Exchange], [Exchange.Measure] turns that into a [Print]. A [Reference] is a database
// record of the same form whose values are expressions ([Expr]), and [Reference.Score]
// compares the two.
//
// The tests, with their attributes in the order of a print. Numbers are hexadecimal.
//
//	TSeq  SYN-ACKs to six SYNs, 110 ms apart. Class of the growth of ISNs ([Growth]),
//	      with Val, the number, if constant, or with gcd, the common divisor of the
//	      steps, and SI, their deviation in units of it; IPID, class of the IP IDs; TS,
//	      class of the timestamps
//	T1    SYN and the bit 0x40 to an open port. Resp: Y or N; DF; W: window; ACK: the
//	      sequence number plus one (S++), itself (S) or other (O); Flags; Ops: options
//	T2    no flags, to an open port
//	T3    SYN FIN URG PSH, to an open port
//	T4    ACK, to an open port
//	T5    SYN, to a closed port
//	T6    ACK, to a closed port
//	T7    FIN PSH URG, to a closed port
//	PU    UDP of 300 bytes to a closed port, and the port unreachable. Of its IP header
//	      DF, TOS and IPLEN, the total length; of the quote RIPTL, IP total length,
//	      RID, IP ID, RIPCK and UCK, checksums of IP and UDP, ULEN, UDP length, and
//	      DAT, the data, each as sent (E) or not (F)
//
// Probes, cadence, attributes and rules are those of Nmap 3.8 as published, with what
// was odd about them where the reference data depends on it; the place says so. Where
// this package differs on purpose:
//   - S1-S6 are told apart by port too, and sent again if one to three are answered;
//   - PU is sent once more after the train, as hosts limit their errors;
//   - silence of T5-T7 is told only of ports that are known to be closed;
//   - an answer that does not fit its probe is taken only if no better one comes;
//   - [Points] keeps how much was compared.
//
// The package finds no ports and does not judge. Our kernel, or the driver, resets the
// connections that answers open.
//
// Source: Fyodor, "Remote OS detection via TCP/IP Stack FingerPrinting", Phrack 54-9, 1998.
package gen1
