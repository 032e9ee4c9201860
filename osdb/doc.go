// Package osdb holds references: what is known of TCP/IP stacks, under one name
// and class, with the place that each fact comes from.
//
// It reads nmap-os-db as it is, of Nmap 7.93 and later, and our own files, which
// have the same grammar and three things more: lines of methods other than Nmap's
// (SYN6, Syn, SynAck, those of packages deep and backoff), a line Source that says where
// a record's facts come from, and a line Within for a part of another record. A record:
//
//	Fingerprint Linux 6.12 - 6.18
//	Class Linux | Linux | 6.X | general purpose
//	CPE cpe:/o:linux:linux_kernel:6
//	SEQ(SP=FE-108%GCD=1-6)
//	T2(R=N)
//	Source measured: kernel 6.12.x in qemu, 2026-11
//
// A part is what only deep probes tell from the rest of a record of the same file. All
// that is said there holds for it too:
//
//	Fingerprint Linux 6.16 - 6.17
//	Within Linux 6.12 - 6.18
//	AE(B=0)
//	Source measured: kernels 6.16.3 and 6.17.8 in qemu, 2026-11
//
// A record ends with an empty line, the next Fingerprint or the file. "#" in the
// first column begins a comment. A section MatchPoints before the records says
// what attributes are worth; without it Nmap's default holds.
//
// [Read] never gives up on a file: what it cannot use becomes a [Problem] that
// names file and line, and reading goes on. [Load] finds the files of a machine:
// embedded, then Nmap's, then those asked for, then the user's own.
//
// The user's own grows by [FromObservation], which makes a record of a print, and
// [Entry.Widen], which lets it fit another one. [Append] and [Amend] put that into
// the text of a file, whose comments stay, and [Update] changes the file.
//
// The package does not compare hosts with records; gen2 does, and verdict ranks.
//
// Source: https://nmap.org/book/osdetect-fingerprint-format.html.
package osdb
