// Package syn is passive fingerprinting by handshakes: what a SYN or a SYN-ACK tells of the
// stack that sent it. Nothing is sent, so there are no probes and no machine.
//
// [From] takes the [Signature] of a packet: a value of fixed size, the key of a map for
// whoever sees millions. It reads and prints in p0f's language ([Pattern]), so what is
// unknown can be compared and pasted.
//
// A record says what the stack sets, in lines Syn and SynAck of a [Reference]; what the
// path changes it leaves open. Numbers are hexadecimal, a bar separates alternatives:
//
//	V     version of IP, 4 or 6; both if left out
//	TTL   initial TTL or hop limit; 0-40: any up to it
//	OL    length of IPv4 options in bytes, 0 if left out
//	DF    don't fragment: Y, N
//	ID    IP ID: zero (Z) or not (N)
//	W     window: FFFF, FA00-FFFF, 20*MSS (segments), 20*SEG (segments less the 12 bytes
//	      of timestamps), MAX*SEG (as many as fit 65,535 bytes), 4*MTU, ANY*2000 (a
//	      multiple); the count of segments is decimal
//	MSS   if it is another than that of the link
//	WS    window scale, A or 0-E. It follows memory and settings more than versions
//	O     options in order, a letter each: M MSS, N no-operation, W scale, S SACK
//	      permitted, T timestamps, L end of list and every byte behind it, X with two
//	      digits any other. The first alternative is the usual one
//	LESS  only SynAck: layouts for SYNs that offer less, where they do not follow from O
//	TS    0: timestamps are zero
//	ECN   Y: the SYN asks for ECN
//	FL    flow label of IPv6: zero (Z) or not (N)
//	Q     other quirks, p0f's words with commas between
//	D     Y: it carries data
//	G     Y: a last resort, weaker than what is specific
//
// A SYN-ACK is a function of the SYN: a system answers only what was offered. So one SynAck
// line gives a shape for each of the eight sets of options ([Form.Shapes]), and a SYN-ACK
// is judged with the SYN ([Offer]) or, if that was not seen, against all of them.
//
// Lines Habits of a record say what a host shows over many connections ([Habits]): IP IDs,
// the rate and the offsets of its clock, what it does when it is refused. [Repeats] are
// when it sent a SYN or SYN-ACK again; package backoff has the schedules of records. [Tracks]
// tell whether SYNs of one address lie on the clocks and counters of several hosts.
//
// [Form.LogLikelihood] adds up the attributes, each of which may have changed with a
// probability of its own; [Ranker] weighs records and says how probable each family is, and
// that none is. [NearEnd] tells handshakes that something near the client has completed.
// [Clock] reads timestamps, [Distance] hops, [LinkOf] the link by its MTU.
//
// The package keeps no state of hosts or flows, and knows no database; osdb.Entry.Passive
// gives the reference of a record.
//
// Sources: Zalewski, p0f 3.09b, docs/README; RFC 9293, RFC 7323, RFC 2018; Shamsi,
// Nandwani, Leonard, Loguinov, Hershel: Single-Packet OS Fingerprinting, 2014 (rates of
// change); measured on the stacks of the lab and on labelled captures (docs/passive.md).
//
//	if s, ok := syn.From(&p); ok {
//		ranking := syn.Rank(candidates, s, syn.Offer{})
//		...
//	}
package syn
