// Package backoff is the method of RING, Snacktime and Cron-OS: how long a stack waits
// before it repeats what nobody acknowledges, how often it does, and how it gives up.
// No probe is odd, so filters let it through, and it needs one open port.
//
// [Machine] opens a connection for each state at once and leaves the last segment of
// the host unanswered; what comes is filed in an [Exchange]:
//
//	SynRcvd   a SYN alone: the SYN-ACK is repeated
//	LastAck   handshake and FIN: the host's FIN is repeated, once its application
//	          has closed
//	FinWait1  handshake and a request that makes the server close first
//	Held      LastAck after an ACK that we held back: the host takes that for the
//	          round trip. If its times do not follow, another device holds the
//	          connection
//
// In SynSent a host repeats a SYN of its own. No probe makes it do so; who listens sees it.
//
// [Exchange.Measure] writes a line for each, a [Print]; numbers are decimal seconds,
// those of headers hexadecimal. [Run] explains what times say, Exchange.Measure adds:
//
//	W, TTL, O   window, TTL and options (letters as in SynAck lines) of the first segment
//	C           what changed in copies: I sequence number, T TTL, W window, O options
//	A, D        what the SYN-ACK of the connection has another than the FIN: TTL; the rest
//	X           exact copies within 5 ms, which are left out
//	RF, RW, RN  flags and window of the RST that ended it, and which of its numbers
//	            are zero: S sequence, A acknowledgement
//
// A record says when copies should leave: [Schedule]. [LogLikelihood] compares the two
// and allows for delay, loss and the end of listening; [Ranker] weighs many records,
// groups those that timing cannot tell apart, says when none fits, and ends an exchange
// that is decided. All figures stand in [Params]. [CronOS] and [Guesses] read and write
// the forms of Cron-OS.
//
// The package finds no ports and keeps no kernel silent. The segments have to come to
// an address, or ports, whose kernel does not answer them: a RST of ours ends what is
// measured, and is reported.
//
// Sources: Veysset, Courtay, Heen, New Tool and Technique for Remote Operating System
// Fingerprinting, 2002; Beardsley, Snacktime, 2003; Shamsi, Nandwani, Leonard,
// Loguinov, Hershel: Single-Packet OS Fingerprinting, 2014; RFC 6298, RFC 8985, RFC
// 9293; measured in the lab (docs/temporal.md).
//
//	m := backoff.NewMachine(backoff.Target{Addr: addr, Port: 80}, key.Stream(addr, "backoff"),
//		backoff.Options{Hold: 800 * time.Millisecond, Decide: ranker.Decide})
//	... // drive it
//	ranking := ranker.Rank(m.Runs(m.Last))
package backoff
