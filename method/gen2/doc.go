// Package gen2 is Nmap's second generation of TCP/IP fingerprinting over IPv4:
// sixteen probes, thirteen tests (SEQ OPS WIN ECN T1-T7 U1 IE).
//
// [Probes] is what is sent, [Machine] sends it in time and files the answers in
// an [Exchange], [Exchange.Measure] turns that into a [Fingerprint], the text
// that Nmap prints. A [Reference] is a database record of the same form whose
// values are expressions; match.go compares the two by points.
//
// Probes, cadence and attributes follow Fyodor, "Remote OS Detection via TCP/IP
// Fingerprinting (2nd Generation)", https://nmap.org/book/osdetect.html, checked
// against the wire. Where this package differs on purpose, the place says so:
//   - SEQ slots are told apart by port, not by IP ID, so that a constant IP ID can be seen;
//   - only missing probes are repeated, and the error limit of U1 is waited for;
//   - an answer that does not fit its probe is taken only if no better one comes.
//
// The package does not find ports (package seek does) and does not judge.
package gen2
